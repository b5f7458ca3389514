"""Analyses of adverse events: casebooks in, tables out."""
