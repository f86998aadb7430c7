"""Metrics: what a process says of itself to Prometheus.

Here now: the metrics of one running process (`runtime`), counted by the parts that do the work and read when
somebody scrapes, on `/metrics` beside `/livez` and `/readyz`. They begin at 0 with the process. The figures of
cases (opened, on time, escalated) are computed from the ledger and will be exported by a role of their own, which
is not here yet.

The law of the room: labels come from closed sets (`catalogue`); never a case id or personal data.

When things fail
    Ledger or broker are away: the answer comes all the same, since nothing is asked of them. A process that dies
    takes its counters with it; `rate()` and `increase()` know that.
"""
