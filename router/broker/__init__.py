"""The broker: how messages get from one desk to another. `port` says what is needed, the others do it.

When things fail
    A connection that breaks is made again with growing pauses; what was unconfirmed stays in the outbox of the
    ledger and is sent again with the same id; what was unacknowledged is delivered again.
"""
