"""What offices do with a case: open, place, work, return, verify, help and pull."""
