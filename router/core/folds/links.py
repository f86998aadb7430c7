"""How a case changes when it is linked, urged or redacted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from router.core import events as e
from router.core.case import Case
from router.core.several.links import Linked

#: Version of the entry that received the case: its text is the case's own.
RECEIPT = 1


def climbed(case: Case) -> None:
    """The case went up for being complained about again: what was counted so far has had its effect."""
    used = case.links.used + case.links.complaints
    _change(case, climbed=True, used=used)


def _change(case: Case, **changes: Any) -> None:
    case.links = msgspec.structs.replace(case.links, **changes)


def _on_linked(case: Case, event: e.Linked, _entry: e.Entry) -> None:
    _hear(case, Linked(other=event.other, counted=event.counted, same_appeal=event.same_appeal))


def _hear(case: Case, heard: Linked) -> None:
    others = tuple(one for one in case.links.known if one.other.case_id != heard.other.case_id)
    _change(case, known=(*others, heard))


def _on_unlinked(case: Case, event: e.Unlinked, _entry: e.Entry) -> None:
    _hear(case, Linked(other=event.other, stands=False))


def _on_proposed(case: Case, _event: e.ClusterProposed, _entry: e.Entry) -> None:
    _change(case, proposed=True)


def _on_urged(case: Case, event: e.Urged, entry: e.Entry) -> None:
    _change(case, urges=event.times, urged_at=entry.event_at)


def _on_redacted(case: Case, event: e.Redacted, _entry: e.Entry) -> None:
    """The texts of other entries stand in no case. What the source said is not to be guessed from its hash."""
    if event.entry == RECEIPT:
        case.text = ""
        case.content_hash = ""
    case.late_reports = tuple(
        msgspec.structs.replace(kept, text="") if kept.entry == event.entry else kept for kept in case.late_reports
    )


def _on_cause_named(_case: Case, _event: e.Event, _entry: e.Entry) -> None:
    """Words change nothing."""


#: How such events change a case.
FOLDS: dict[type[e.Event], Callable[[Case, Any, e.Entry], None]] = {
    e.Linked: _on_linked,
    e.Unlinked: _on_unlinked,
    e.ClusterProposed: _on_proposed,
    e.Urged: _on_urged,
    e.Redacted: _on_redacted,
    e.CauseNamed: _on_cause_named,
}
