"""Policies: what they say, how they match, and how their files are read."""
