"""The pure core: what a case is, what may happen to it, where it goes and when.

Law of the room: nothing here reads a clock, opens a file or talks to a server. A function takes values and
returns values; the instant it happens at is an argument.
"""
