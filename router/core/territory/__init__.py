"""The tree of divisions and desks, its files, and where a case is."""
