"""Metrics: what a process says of itself to Prometheus, and the figures of cases.

The metrics of one running process (`runtime`) are counted by the parts that do the work and read when somebody
scrapes, on `/metrics` beside `/livez` and `/readyz`. They begin at 0 with the process. The figures of cases
(opened, on time, escalated) are counted from the ledger's entries (`counting`) and served by the role `metrics`
(`exporter`): `scope` says which series there are, `figures` what they say, `exposition` how that reads.

The law of the room: labels come from closed sets (`catalogue`); never a case id or personal data.

When things fail
    Ledger or broker are away: the answer comes all the same, since a scrape asks nothing of them. A process that
    dies takes its own counters with it; `rate()` and `increase()` know that. The figures of cases stay.
"""
