"""Due dates over a table: what the case of each row would have been promised. No ledger and no flow.

The law of the file: every row comes out, with a date or with the reason why there is none. Only what counts from
the receipt is computed: a table says when a case was received, and not when it was dispatched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from router.core.calendars.calendar import Calendar
from router.core.policies.instants import dues
from router.core.policies.matching import AppealFacts, first_match
from router.core.policies.policy import Anchor, Policy
from router.replay.history import UNKNOWN_CHANNEL
from router.replay.mapping import SourceMapping
from router.replay.records import Record, Unreadable, read_rows
from router.replay.territory import category_code
from router.sentences import sentence

#: Why a row has no due date: none of the policies is for it, or the one that is sets none for its category.
UNMATCHED, NO_DUE_DATE = "unmatched", "no_due_date"
#: The row could not be read, or its date lies beyond the calendar's years.
UNREADABLE = "unreadable"


class DueRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a table and its due date."""

    #: The line of the file it ends at, from 1.
    line: int
    id: str = ""
    received_at: datetime | None = None
    category: str | None = None
    #: Version of the policy that is for it; None: none is.
    policy: str | None = None
    #: By the policy's calendar, in its zone; None: there is none, and `problem` says why.
    due_at: datetime | None = None
    provisional: bool = False
    #: Every milestone that counts from the receipt, by name.
    milestones: Mapping[str, datetime] = {}
    #: `unreadable`, `unmatched` or `no_due_date`; None: there is a due date.
    problem: str | None = None
    #: What is wrong with a row that cannot be read, in both languages.
    detail: str = ""
    detail_zh: str = ""


def dues_of(
    path: Path, mapping: SourceMapping, policies: Sequence[Policy], calendars: Mapping[str, Calendar]
) -> Iterator[DueRow]:
    """The due date of every row, in the order of the file, one at a time.

    Args:
        path: a CSV file, packed with gzip or not.
        mapping: what its columns mean.
        policies: in the order they are tried; they need not be for every row.
        calendars: by name.

    Raises:
        NotFoundError: there is no such file.
        ConfigurationError: it cannot be read as a table of that mapping.
    """
    for line, said in read_rows(path, mapping):
        if isinstance(said, Unreadable):
            yield DueRow(line=line, problem=UNREADABLE, detail=said.reason.en, detail_zh=said.reason.zh)
        else:
            yield _due_row(line, said, mapping, policies, calendars)


def tally(rows: Sequence[DueRow]) -> dict[str, int]:
    """How many rows there are, how many with a due date, and how many without by reason."""
    problems = Counter(row.problem for row in rows)
    return {
        "rows": len(rows),
        "with_due": problems[None],
        **{problem: problems[problem] for problem in (NO_DUE_DATE, UNMATCHED, UNREADABLE)},
    }


def _due_row(
    line: int,
    record: Record,
    mapping: SourceMapping,
    policies: Sequence[Policy],
    calendars: Mapping[str, Calendar],
) -> DueRow:
    category = category_code(mapping, record)
    known = DueRow(line=line, id=record.source_id, received_at=record.opened_at, category=category)
    chosen = first_match(policies, _facts(record, mapping, category), record.opened_at, calendars)
    if chosen is None:
        return msgspec.structs.replace(known, problem=UNMATCHED)
    policy, calendar = chosen.policy, calendars[chosen.policy.calendar]
    counted = [rule for rule in policy.milestones if rule.anchor is Anchor.RECEIVED]
    try:
        found = dues(counted, record.opened_at, calendar, record.due_at, category)
        ends = {name: calendar.local(deadline.at) for name, deadline in found.items()}
    except OverflowError:
        beyond = sentence("its due date would lie beyond the year 9999")
        return msgspec.structs.replace(
            known, policy=policy.version, problem=UNREADABLE, detail=beyond.en, detail_zh=beyond.zh
        )
    promised = [rule.name for rule in counted if rule.is_due_date and rule.name in found]
    last = max(promised, key=lambda name: ends[name], default=None)
    return msgspec.structs.replace(
        known,
        policy=policy.version,
        due_at=ends[last] if last is not None else None,
        provisional=last is not None and found[last].provisional,
        milestones=ends,
        problem=None if last is not None else NO_DUE_DATE,
    )


def _facts(record: Record, mapping: SourceMapping, category: str | None) -> AppealFacts:
    """What a policy may ask of a row; which desk would have it is not known, so none matches by tier."""
    channel = record.channel or UNKNOWN_CHANNEL
    return AppealFacts(
        matter_type=record.matter_type,
        category=category or "",
        category_group=record.group or category or "",
        channel=channel,
        origin="proactive" if channel in mapping.proactive else "complaint",
    )
