"""Excuses (申诉剔除): supervision takes a recorded miss out of a desk's figures; the miss stays on record."""

from __future__ import annotations

from router.core.commands import Excuse
from router.core.events import Excused
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import messages as m, notices
from router.core.timing import clocks


def excuse(draft: Draft, command: Excuse, _rules: Rules) -> Refusal | None:
    """申诉剔除, with a reason; never by the desk whose miss it is."""
    missed = clocks.missed(draft.case, command.milestone, command.due_at)
    if missed is None:
        return refuse("no_such_miss", milestone=command.milestone, due_at=command.due_at.isoformat())
    if missed.excused:
        return refuse("already_excused", milestone=command.milestone, due_at=command.due_at.isoformat())
    if not command.text.strip():
        return refuse("reason_missing", command="excuse")
    desk = missed.charged_to or draft.case.lead
    if desk == command.actor.id:
        return refuse("own_miss", desk=desk)
    draft.add(
        Excused(milestone=missed.name, due_at=missed.due_at, desk=desk, by=command.actor.id), text=command.text
    )
    draft.tell_desk(
        desk,
        notices.EXCUSED,
        lambda case: m.Excused(
            case_id=case.id, version=case.version, milestone=missed.name, due_at=missed.due_at, text=command.text
        ),
    )
    return None
