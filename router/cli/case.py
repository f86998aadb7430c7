"""`case-router case`: open, look at and work cases, for offices and hotlines without a program of their own."""

from __future__ import annotations

from router.cli.grammar import Nouns

_ACTIONS = (
    "dispatch",
    "accept",
    "report",
    "reply",
    "mitigate",
    "return",
    "approve-return",
    "refuse-return",
    "designate",
    "resolve",
    "follow-up",
    "close",
    "reopen",
    "escalate",
    "accept-escalation",
    "adopt",
    "correct",
    "withdraw",
)

#: What is asked, decided and said about its clocks.
_CLOCKS = (
    "request-extension",
    "approve-extension",
    "refuse-extension",
    "request-suspension",
    "approve-suspension",
    "refuse-suspension",
    "recheck",
    "resume",
    "excuse",
    "confirm-level",
    "star",
    "unstar",
)

#: What several offices do on one case.
_TOGETHER = (
    "whistle",
    "report-in",
    "add-assist",
    "remove-assist",
    "assign-leader",
    "instruct",
    "file-plan",
    "review",
    "mark",
    "mediate",
    "end-mediation",
)

#: What inspectors, supervision and the top tier say of it.
_INSPECTIONS = ("record-inspection", "sweep", "require", "tick", "pull")

#: Cases that belong together, and what is said of a case later.
_LINKS = (
    "link",
    "unlink",
    "cluster",
    "join",
    "leave",
    "urge",
    "redact",
)

#: Where the function cannot be named as the command.
_FUNCTIONS = {"return": "return_"}

case = Nouns(
    "case",
    {
        "open": "router.cli.case_open:open_case",
        "import": "router.cli.case_import:import_",
        "show": "router.cli.case_show:show",
        "time": "router.cli.case_time:time",
        "list": "router.cli.case_list:list_cases",
        "export": "router.cli.case_export:export",
        "contact": "router.cli.case_contact:contact",
        **{name: f"router.cli.case_actions:{_FUNCTIONS.get(name) or name.replace('-', '_')}" for name in _ACTIONS},
        **{name: f"router.cli.case_clocks:{name.replace('-', '_')}" for name in _CLOCKS},
        **{name: f"router.cli.case_inspections:{name.replace('-', '_')}" for name in _INSPECTIONS},
        **{name: f"router.cli.case_together:{name.replace('-', '_')}" for name in _TOGETHER},
        **{name: f"router.cli.case_links:{name}" for name in _LINKS},
    },
)
