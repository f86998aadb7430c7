"""`make bench`: how fast the router is, as ratios to its neighbours in the same run on the same servers.

Nothing here is a test: figures of one machine are noisy, so each is a median and is printed beside what it is
compared with.
"""
