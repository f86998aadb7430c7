"""Printing the weekly bulletin: read from the ledger, kept for good, rendered as a page, tables or JSON.

The law of the room: what was printed once is printed again byte for byte, by this program and by every
later one (ADR 24). The figures of a week are put on record with the first printing, each form (a page in Chinese,
tables in English, …) with the first time it is asked for.

When things fail
    Two who print the same week at once: both compute, one is stored, both print what is stored. A crash before
    that leaves nothing behind. A body on record that does not match its hash is refused, never printed.
"""
