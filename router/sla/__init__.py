"""The SLA room: the clock that wakes deadlines, and the auditor that looks for what must never be.

What a passed deadline leads to is decided in `router.core`; waking and handling are `router.flow`. Here they
become the role `sla`, and are looked after. The law of the room: nobody here changes a case.

When things fail
    The clock dies: deadlines stay in the ledger; another clock, or the next start, finds them, each with its own
    instant. A wake-up is lost: its lease runs out and it is sent again. It comes twice, or late: it is fenced by
    milestone and instant, and changes nothing. Broker or database are away: the loops wait, alive.

    The auditor cannot finish a pass: nothing is said of what it saw, and `last_success_at` stands still; that is
    what to alert on. Its findings are logged and counted; it mends nothing, since it would have to guess.
"""
