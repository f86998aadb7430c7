"""`case-router case`: open, look at and work cases, for offices and hotlines without a program of their own."""

from __future__ import annotations

from router.cli.grammar import Nouns

case = Nouns(
    "case",
    {
        "open": "router.cli.case_open:open_case",
        "show": "router.cli.case_show:show",
    },
)
