"""Whom a case was handed to beside its lead, from the record: so that it is handed over again under the same id.

The law of the file: an id follows from the case, the version of the step that handed it over, the desk, and why. A
desk that was taken off the case and comes back has another one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from router.core.case import Case
from router.core.events import AssistAdded, Entry, MediationStarted, Whistled
from router.core.rules import Rules
from router.core.telling.hiding import hides
from router.core.territory import address

#: Roles in a hand-over beside `lead`.
ASSIST = "assist"
WATCHER = "watcher"

#: What makes a desk assist → why it is told.
_REASONS: dict[type[object], str] = {Whistled: "whistled", AssistAdded: "assist", MediationStarted: "mediation"}


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """A case was handed to a desk that does not lead it."""

    desk: str
    role: str
    #: `whistled`, `assist`, `mediation`; the name of what a watcher is.
    reason: str
    #: Version of the case after the step that did it.
    version: int


def hand_over_id(case_id: str, version: int, role: str, desk: str, reason: str) -> str:
    """The id of a hand-over to a desk that does not lead."""
    return f"{case_id}/{version}/{role}/{address.word(desk)}/{address.word(reason)}"


def concerns_others(case: Case, rules: Rules) -> bool:
    """Whether anybody beside the lead may have been handed the case; says it without the history."""
    return bool(case.assists) or bool(rules.policy(case.policy).watchers)


def handed_to(case: Case, history: Sequence[Entry], rules: Rules) -> Iterator[Handed]:
    """Whom an open case was handed to beside its lead, and who is still concerned.

    Whoever led the case before and assists since was told that it was taken, and was handed nothing.
    """
    last_of = {entry.cause: entry.version for entry in history}
    helped: dict[str, Handed] = {}
    for entry in history:
        event = entry.event
        if isinstance(event, Whistled | AssistAdded | MediationStarted):
            reason, version = _REASONS[type(event)], last_of[entry.cause]
            helped[event.desk] = Handed(desk=event.desk, role=ASSIST, reason=reason, version=version)
    found = [one for desk, one in helped.items() if desk in case.assists]
    if history and not case.confidential:
        version = last_of[history[0].cause]
        for watcher in rules.policy(case.policy).watchers:
            desk = rules.watches(watcher)
            if desk is not None and desk != case.lead:
                found.append(Handed(desk=desk, role=WATCHER, reason=watcher.name, version=version))
    return (one for one in found if not hides(rules.tree, case, one.desk))
