"""Chapters of the trial summary about the subjects themselves: who takes part, what they got, how they left."""
