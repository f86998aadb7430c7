"""`case-router sla`: deadlines explained, computed over a table, and tried out before they are switched on."""

from __future__ import annotations

from router.cli.grammar import Nouns

sla = Nouns(
    "sla",
    {
        "explain": "router.cli.sla_explain:explain_",
        "due": "router.cli.sla_due:due",
        "held": "router.cli.sla_brake:held",
        "release": "router.cli.sla_brake:release",
        "cancel": "router.cli.sla_brake:cancel",
        "hold": "router.cli.sla_holds:hold",
        "unhold": "router.cli.sla_holds:unhold",
        "holds": "router.cli.sla_holds:holds",
        "catch-up": "router.cli.sla_catch_up:catch_up",
        "what-if": "router.cli.sla_what_if:what_if",
    },
)
