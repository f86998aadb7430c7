"""The shell's counter: what an office without a program says, by hand, through the same flow as every other.

Each function builds one command; `carry_out` hands it to a router and gives the answer, which may be a refusal.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from router.arrivals import direct
from router.core import commands as c
from router.core.case_id import case_id_of
from router.errors import ConflictError, NotFoundError, RouterError
from router.flow import Router
from router.ledger.port import Answer, Ledger

#: Where a command came from, should it be parked.
ORIGIN = "shell"


def accept(desk: str, case_id: str, *, command_id: str) -> c.Accept:
    """签收."""
    return c.Accept(id=command_id, case_id=case_id, actor=_desk(desk))


def report(desk: str, case_id: str, *, command_id: str, text: str) -> c.ReportProgress:
    """办理进展."""
    return c.ReportProgress(id=command_id, case_id=case_id, actor=_desk(desk), text=text)


def give_back(
    desk: str, case_id: str, *, command_id: str, reason: str, suggested_desk: str | None = None, text: str = ""
) -> c.RequestReturn:
    """退单申请 (`case return`): it stays the desk's until that is approved."""
    return c.RequestReturn(
        id=command_id,
        case_id=case_id,
        actor=_desk(desk),
        reason=reason,
        suggested_desk=suggested_desk,
        text=text,
    )


def resolve(
    desk: str,
    case_id: str,
    *,
    command_id: str,
    outcome: str = c.Outcome.SOLVED,
    text: str = "",
    evidence: tuple[str, ...] = (),
    root_cause: str | None = None,
) -> c.Resolve:
    """办结.

    Raises:
        ValueError: there is no such outcome.
    """
    return c.Resolve(
        id=command_id,
        case_id=case_id,
        actor=_desk(desk),
        outcome=c.Outcome(outcome),
        text=text,
        evidence=evidence,
        root_cause=root_cause,
    )


def escalate(desk: str, case_id: str, *, command_id: str, text: str) -> c.Escalate:
    """申请提级."""
    return c.Escalate(id=command_id, case_id=case_id, actor=_desk(desk), text=text)


def open_case(channel: str, *, source: str, source_id: str, command_id: str, **fields: Any) -> c.Open:
    """受理: fields are those of `router.core.commands.Open`; the case's id follows from source and source id."""
    return c.Open(
        id=command_id,
        case_id=case_id_of(source, source_id),
        actor=c.Actor(c.ActorRole.CHANNEL, channel),
        source=source,
        source_id=source_id,
        channel=channel,
        **fields,
    )


def carry_out(router: Router, ledger: Ledger, command: c.Command, now: datetime) -> Answer:
    """Carry out one command, and send what it leads to.

    Returns:
        The answer; `refused` names the code when it may not be carried out.

    Raises:
        NotFoundError: there is no such case, or it is not there for whoever speaks; nothing is kept of it.
            On the wire a report may overtake its case and waits for it; what somebody types is a mistyped id.
        ConflictError: its id was used for another command; it was parked.
        RouterError: the command kept failing and was parked.
        UnreachableError: the ledger does not answer.
    """
    if not isinstance(command, c.Open):
        case = ledger.case(command.case_id)
        # Asked before anything is kept: an id used for a hidden case is as free as one used for none.
        if case is None or router.is_hidden(case, command.actor):
            raise _no_case(command)
    answers = router.carry_out([direct(command, ORIGIN)], now)
    router.flush(now)
    if command.id not in answers:
        raise RouterError(
            "the command could not be decided and was parked",
            where=command.id,
            todo="Look: case-router parked list",
        )
    if answers[command.id].refused == "unknown_case":  # hidden since
        raise _no_case(command)
    if not answers[command.id].is_to(command):
        raise ConflictError(
            "the id was used for another command, and this one was parked",
            where=command.id,
            todo="Give it an id of its own.",
        )
    return answers[command.id]


def _no_case(command: c.Command) -> NotFoundError:
    return NotFoundError(
        "there is no case {case_id}",
        todo="`case-router case list` shows the open ones.",
        case_id=command.case_id,
    )


def _desk(code: str) -> c.Actor:
    return c.Actor(c.ActorRole.DESK, code)
