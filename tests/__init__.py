"""Every test of the router, and the real servers they run against."""
