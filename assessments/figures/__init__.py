"""Figures of the analyses: each module draws one kind from plain numbers."""
