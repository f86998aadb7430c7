"""The command line: what an operator or an office without a program types. Decides nothing itself.

Law of the room: stdout is data, stderr is messages; `--json` prints exactly one document; nothing is imported
before the command that needs it, so that `--help` stays quick. One file a noun.
"""

from __future__ import annotations

from router.cli.root import Root

__all__ = ["main"]

#: Command → module and attribute that carry it out, in the order in which help lists them.
_COMMANDS = {
    "demo": "router.cli.demo:demo",
    "up": "router.cli.up:up",
    "run": "router.cli.run:run",
    "status": "router.cli.status:status",
    "health": "router.cli.probe:health",
    "case": "router.cli.case:case",
    "notices": "router.cli.notices:notices",
    "follow-up": "router.cli.follow_up:follow_up",
    "inspection": "router.cli.inspection:inspection",
    "parked": "router.cli.parked:parked",
    "divisions": "router.cli.divisions:divisions",
    "policy": "router.cli.policy:policy",
    "sla": "router.cli.sla:sla",
    "escalation": "router.cli.escalation:escalation",
    "calendar": "router.cli.calendar:calendar",
    "check": "router.cli.check:check",
    "db": "router.cli.db:db",
    "topology": "router.cli.topology:topology",
    "recover": "router.cli.recover:recover",
    "replay": "router.cli.replay:replay",
    "report": "router.cli.report:report",
    "audit": "router.cli.audit:audit",
    "figures": "router.cli.figures:figures",
    "rules": "router.cli.rules:rules",
    "dashboards": "router.cli.dashboards:dashboards",
}

main = Root("case-router", _COMMANDS)
