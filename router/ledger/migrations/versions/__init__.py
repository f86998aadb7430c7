"""The versions, one file each, in order."""
