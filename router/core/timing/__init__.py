"""Deadlines: how they are armed, pass, take a case up, are changed, recounted and taken back."""
