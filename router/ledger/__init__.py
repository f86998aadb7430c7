"""The ledger (台账): the system of record. `port` says what is needed, `sql` does it on SQLite and PostgreSQL.

When things fail
    A transaction happens whole or not at all. Two processes that decided on the same version of a case cannot
    both write: the loser is told and decides again. A claim is a lease: a killed worker's claims run out.
"""
