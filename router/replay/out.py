"""OUT: the figures of a replay, from its ledger alone. No file, no server, no speed gets in.

What the figures need besides cases and entries (as-of, windows, codes as mapped) is a version in the ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from typing import Any

import msgspec

from router.core.counting.figures import CaseFacts, EscalationFact, encode, figures, held_facts
from router.core.counting.holding import Span, holding
from router.core.counting.problem_counts import case_by_gate, gate_after
from router.core.events import Closed, Escalated, Refused
from router.errors import ConflictError, NotFoundError
from router.ledger.port import Ledger
from router.replay.history import History
from router.replayed import REPLAY, About, replay_in

#: Code of the refusal of a record with the id of another one and other content.
_CONFLICT = "content_conflict"


def claim(ledger: Ledger, history: History, policy: str) -> bool:
    """Make a ledger that of this replay, before the first command.

    Returns:
        Whether it already was: an earlier replay of the same history goes on.

    Raises:
        ConflictError: it holds other cases, or another replay.
    """
    about = About(
        source=history.source,
        as_of=history.as_of,
        policy=policy,
        districts=history.districts,
        window_s=history.windows.default.total_seconds(),
        windows_s={group: window.total_seconds() for group, window in history.windows.by_group.items()},
    )
    body = msgspec.json.encode(about, order="sorted")
    found = ledger.current(REPLAY)
    if found is not None and found[1] == body:
        return True
    if found is not None or next(iter(ledger.all_cases()), None) is not None:
        raise ConflictError(
            "the ledger holds another replay"
            if found is not None
            else "the ledger holds cases that are no replay",
            where=ledger.name,
            todo="Name an empty one with --ledger.",
        )
    ledger.put_version(REPLAY, sha256(body).hexdigest()[:12], body, history.as_of)
    return False


def rebuild(ledger: Ledger) -> bytes:
    """OUT, from the ledger of a replay; the same bytes whenever and wherever it is asked for.

    Raises:
        NotFoundError: the ledger is not that of a replay.
    """
    return encode(document(ledger))


def document(ledger: Ledger) -> dict[str, Any]:
    """OUT as plain dicts.

    Raises:
        NotFoundError: the ledger is not that of a replay.
    """
    about = replay_in(ledger)
    if about is None:
        raise NotFoundError(
            "the ledger holds no replay", where=ledger.name, todo="Run case-router replay into it."
        )
    gates = _gates(ledger)
    facts = {
        case.id: case_by_gate(case, gates.get(case.id, ""), about.districts.get(case.district or ""))
        for case in ledger.all_cases()
        if case.is_matter
    }
    refused = _refused(ledger, facts)
    return figures(
        facts.values(),
        _escalations(ledger),
        refused.total(),
        about.as_of,
        about.windows,
        refused,
        {case: held_facts(spans, facts[case].due_at) for case, spans in accounts(ledger, about.as_of)},
    )


def accounts(ledger: Ledger, as_of: datetime) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """The holding time of every replayed case, by case id, one at a time."""
    for case, entries in groupby(ledger.all_entries(), key=attrgetter("case_id")):
        yield case, holding(entries, as_of, replayed=True)


def _gates(ledger: Ledger) -> dict[str, str]:
    """What let each case through that was ever closed."""
    gates: dict[str, str] = {}
    for entry in ledger.all_entries(Closed.__name__):
        gates[entry.case_id] = gate_after("", entry.event)
    return gates


def _escalations(ledger: Ledger) -> list[EscalationFact]:
    return [
        EscalationFact(entry.case_id, entry.event.from_name, entry.event.to_name)
        for entry in ledger.all_entries(Escalated.__name__)
        if isinstance(entry.event, Escalated)
    ]


def _refused(ledger: Ledger, facts: Mapping[str, CaseFacts]) -> Counter[str | None]:
    """Refused records by the district of the case that stands in their way."""
    return Counter(
        facts[entry.case_id].district
        for entry in ledger.all_entries(Refused.__name__)
        if isinstance(entry.event, Refused) and entry.event.code == _CONFLICT
    )
