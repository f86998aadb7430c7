"""`case-router case time`: whose every second of a case was, and who answers for what was missed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import click
import msgspec

from router.cli.call import Call
from router.cli.case_names import Names
from router.cli.case_show import desk_name
from router.cli.grammar import Spoken, option
from router.cli.output import emit, emit_json, emit_table, seconds
from router.cli.reading import case_for_reading
from router.cli.times import WHEN
from router.cli.words import value_word, word
from router.core.counting.hands import HolderKind
from router.core.counting.holding import Span, charge, holding, standing_misses, totals
from router.core.events import Entry
from router.core.territory.tree import Tree
from router.replayed import replay_in


class Sum(msgspec.Struct, frozen=True, kw_only=True):
    """One holder's time, in seconds."""

    kind: HolderKind
    holder: str
    seconds: float


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """A missed deadline, and whose time it was."""

    milestone: str
    due_at: datetime
    kind: HolderKind
    holder: str


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """The account of a case."""

    case: str
    as_of: datetime
    seconds: float
    spans: tuple[Span, ...]
    totals: tuple[Sum, ...]
    missed: tuple[Charge, ...]


@click.command("time", cls=Spoken)
@click.argument("case_id", metavar="ID")
@option("--as-of", type=WHEN, says="case time --as-of")
@click.pass_obj
def time(call: Call, case_id: str, as_of: datetime | None) -> None:
    """Account for every second of a case."""
    with call.installation() as installation:
        ledger = installation.ledger
        case_for_reading(installation, case_id)
        entries = ledger.entries(case_id)
        rules = installation.rulebook()
        at = as_of or installation.now()
        found = account(case_id, entries, at, replayed=replay_in(ledger) is not None)
    if call.as_json:
        emit_json(found)
    else:
        _show(found, rules.tree, Names.of(entries, rules))


def account(case_id: str, entries: Sequence[Entry], as_of: datetime, *, replayed: bool) -> Account:
    """The account of a case, with its sums and what was missed."""
    spans = holding(entries, as_of, replayed=replayed)
    missed = [one for one in standing_misses(entries) if one.due_at <= as_of]
    charges = ((one, charge(spans, one)) for one in missed)
    return Account(
        case=case_id,
        as_of=as_of,
        seconds=sum((span.length for span in spans), timedelta()).total_seconds(),
        spans=spans,
        totals=tuple(
            Sum(kind=kind, holder=holder, seconds=length.total_seconds())
            for (kind, holder), length in totals(spans).items()
        ),
        missed=tuple(
            Charge(milestone=one.milestone, due_at=one.due_at, kind=who.kind, holder=who.holder)
            for one, who in charges
            if who is not None
        ),
    )


def _show(found: Account, tree: Tree, names: Names) -> None:
    emit(word("time_title", case=found.case, as_of=seconds(found.as_of)))
    if not found.spans:
        emit(word("time_nothing"))
        return
    headers = [word(f"time_{name}") for name in ("begin", "end", "length", "kind", "holder")]
    rows = [
        (seconds(one.begin), seconds(one.end), exact(one.length), value_word(one.kind), _holder(one, tree))
        for one in found.spans
    ]
    emit_table(headers, rows, right=(2,))
    emit(f"\n{word('time_sums')}")
    whole = timedelta(seconds=found.seconds)
    sums = [
        (
            value_word(one.kind),
            _name(tree, one.kind, one.holder),
            exact(timedelta(seconds=one.seconds)),
            f"{one.seconds / found.seconds:.1%}",
        )
        for one in found.totals
    ]
    emit_table(
        [word(f"time_{name}") for name in ("kind", "holder", "length", "share")],
        [*sums, (word("time_whole"), "", exact(whole), "")],
        right=(2, 3),
    )
    if found.missed:
        emit(f"\n{word('time_missed')}")
        emit_table(
            [word("col_milestone"), word("col_due"), word("time_kind"), word("time_holder")],
            [
                (
                    names.milestone(one.milestone),
                    seconds(one.due_at),
                    value_word(one.kind),
                    _name(tree, one.kind, one.holder),
                )
                for one in found.missed
            ],
        )


def _holder(span: Span, tree: Tree) -> str:
    name = _name(tree, span.kind, span.holder)
    return word("time_passed_on", holder=name, to=desk_name(tree, span.to)) if span.to else name


def _name(tree: Tree, kind: HolderKind, holder: str) -> str:
    return value_word(holder) if kind is HolderKind.CHANNEL else desk_name(tree, holder)


def exact(length: timedelta) -> str:
    """A duration to the second, and to the microsecond where it has some: `2 d 03:04:05`."""
    days, rest = length.days, timedelta(seconds=length.seconds, microseconds=length.microseconds)
    clock = str(rest).rjust(8, "0") if not rest.microseconds else str(rest).rjust(15, "0")
    return word("time_days", days=days, clock=clock) if days else clock
