"""`case-router sla what-if`: what policies would have led to over the ledger's own history. Nothing is written."""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from router.cli.call import Call
from router.cli.case_show import desk_name
from router.cli.grammar import Spoken, option
from router.cli.output import emit, emit_fields, emit_json, emit_table, local
from router.cli.policy_sources import policies_named
from router.cli.times import WHEN, When
from router.cli.words import step_word, word
from router.core.counting.what_if import Forecast
from router.core.rules import Rules
from router.core.territory.tree import Tree
from router.errors import UsageError
from router.sla.foretelling import foretell

#: Days looked back when nothing is said.
_DAYS = 90
#: Desks listed on the screen; `--json` has all.
_LISTED = 20
#: Cases between two words on the progress.
_PROGRESS_EVERY = 500

_AGO = re.compile(r"([0-9]{1,5})(d|h)")


class Ago(When):
    """`90d` or `12h` before the end, or a time."""

    name = "TIME|90d"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """A time, or how long before the end."""
        found = _AGO.fullmatch(value.strip()) if isinstance(value, str) else None
        if found is None:
            return value if isinstance(value, timedelta) else super().convert(value, param, ctx)
        return timedelta(days=int(found[1])) if found[2] == "d" else timedelta(hours=int(found[1]))


@click.command("what-if", cls=Spoken)
@option("--policy", "names", multiple=True, required=True, metavar="FILE|PRESET", says="what-if --policy")
@option("--calendar", "calendars", multiple=True, type=click.Path(path_type=Path), metavar="FILE")
@option("--since", type=Ago(), default=timedelta(days=_DAYS), metavar="TIME|90d", says="what-if --since")
@option("--until", type=WHEN, says="what-if --until")
@click.pass_obj
def what_if(
    call: Call,
    /,
    names: Sequence[str],
    calendars: Sequence[Path],
    since: datetime | timedelta,
    until: datetime | None,
) -> None:
    """Tell the ledger's history again under other policies."""
    with call.installation() as installation:
        tree = installation.rulebook().tree
        policies, known = policies_named(names, calendars, tree.tiers, installation.ledger)
        end = until or installation.now()
        begin = end - since if isinstance(since, timedelta) else since
        if begin >= end:
            raise UsageError("the time looked at ends before it begins", where="--since, --until")
        rules = Rules(tree, policies, known, replay=True)
        progress = _Progress()
        forecast = foretell(installation.ledger, rules, begin, end, progress)
        progress.end()
    document = _document(forecast, [one.version for one in policies], begin, end)
    if call.as_json:
        emit_json(document)
    else:
        _show(forecast, document, tree)


class _Progress:
    """Says on stderr how far it has come, to whoever sits there."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()
        self._looked_at = 0

    def __call__(self, looked_at: int) -> None:
        self._looked_at = looked_at
        if self._watched and looked_at % _PROGRESS_EVERY == 0:
            self._say(newline=False)

    def end(self) -> None:
        """The last word."""
        if self._watched:
            self._say(newline=True)

    def _say(self, *, newline: bool) -> None:
        click.echo(f"\r{word('what_if_progress', count=self._looked_at)}", err=True, nl=newline)


def _document(forecast: Forecast, policies: Sequence[str], since: datetime, until: datetime) -> dict[str, Any]:
    busiest = forecast.busiest_hour
    return {
        "policies": list(policies),
        "since": since,
        "until": until,
        "cases": forecast.cases,
        "imported": forecast.imported,
        "unmatched": forecast.unmatched,
        "escalations": {
            "total": forecast.escalations,
            "by_step": dict(forecast.by_step),
            "by_desk": _ranked(forecast.by_desk),
            "to_desk": _ranked(forecast.to_desk),
            "on_record": {"total": forecast.on_record.total(), "by_step": dict(forecast.on_record)},
        },
        "busiest_hour": {"begins": busiest[0], "escalations": busiest[1]} if busiest is not None else None,
        "missed": _ranked(forecast.missed),
        "reminders": forecast.reminders,
        "supervision_orders": forecast.supervision_orders,
        "notices_repeated": forecast.notices,
    }


def _ranked(counts: Counter[str]) -> dict[str, int]:
    """The most first; of equals by name."""
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _show(forecast: Forecast, document: dict[str, Any], tree: Tree) -> None:
    emit(word("what_if_title", since=local(document["since"]), until=local(document["until"])))
    busiest = forecast.busiest_hour
    emit_fields(
        [
            (word("what_if_policies"), ", ".join(document["policies"])),
            (word("what_if_cases"), f"{forecast.cases:,}"),
            (word("what_if_imported"), f"{forecast.imported:,}"),
            (word("what_if_unmatched"), f"{forecast.unmatched:,}"),
            (word("what_if_escalations"), f"{forecast.escalations:,}"),
            (word("what_if_on_record"), f"{forecast.on_record.total():,}"),
            (
                word("what_if_busiest"),
                word("what_if_hour", hour=local(busiest[0]), count=f"{busiest[1]:,}")
                if busiest is not None
                else "-",
            ),
            (word("what_if_reminders"), f"{forecast.reminders:,}"),
            (word("what_if_orders"), f"{forecast.supervision_orders:,}"),
            (word("what_if_notices"), f"{forecast.notices:,}"),
        ]
    )
    steps = dict.fromkeys((*forecast.by_step, *forecast.on_record))
    if steps:
        emit()
        emit_table(
            [word(f"what_if_{name}") for name in ("step", "would", "did")],
            [(_step(one), f"{forecast.by_step[one]:,}", f"{forecast.on_record[one]:,}") for one in steps],
            right=(1, 2),
        )
    if forecast.by_desk or forecast.to_desk:
        _show_desks(forecast, tree)
    emit(f"\n{word('what_if_assumes')}")
    if forecast.imported:
        emit(word("what_if_import_assumes", count=f"{forecast.imported:,}"))


def _show_desks(forecast: Forecast, tree: Tree) -> None:
    either = forecast.by_desk + forecast.to_desk
    listed = list(_ranked(either))
    emit()
    emit_table(
        [word(f"what_if_{name}") for name in ("desk", "taken", "got")],
        [
            (desk_name(tree, code), f"{forecast.by_desk[code]:,}", f"{forecast.to_desk[code]:,}")
            for code in listed[:_LISTED]
        ],
        right=(1, 2),
    )
    if len(listed) > _LISTED:
        emit(word("what_if_more", count=len(listed) - _LISTED))


def _step(step: str) -> str:
    return " → ".join(map(step_word, step.split(">")))
