"""Calendars: working days and hours, and how their files are read."""
