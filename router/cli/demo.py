"""`case-router demo`: some weeks in a city that does not exist, in under a minute."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from tempfile import TemporaryDirectory, mkdtemp

import click

from router.cli.call import Call
from router.cli.grammar import Spoken, option
from router.cli.output import age, emit, tell
from router.cli.words import language, word
from router.clock import clock
from router.core.bulletin.week import week_of
from router.demo import run_demo
from router.demo.clockwork import Progress
from router.demo.summary import Summary, encode
from router.demo.summary_page import Page
from router.presets import preset_calendar


@click.command("demo", cls=Spoken)
@option("--weeks", type=click.IntRange(1, 52), default=4, show_default=True)
@option("--per-day", type=click.IntRange(1), default=250, show_default=True)
@option("--seed", type=int, default=7, show_default=True)
@option("--keep", is_flag=True)
@click.pass_obj
def demo(call: Call, /, *, weeks: int, per_day: int, seed: int, keep: bool) -> None:
    """Let a city live for some weeks and say what became of its cases."""
    started_at = clock()
    with _ledger(call.given("ledger"), keep=keep) as ledger:
        with _watched(weeks * 7) as progress:
            summary = run_demo(
                call.settings(ledger=ledger), weeks=weeks, per_day=per_day, seed=seed, progress=progress
            )
        tell(word("demo_took", weeks=weeks, age=age((clock() - started_at).total_seconds())))
        emit((encode(summary).decode() if call.as_json else str(Page(summary, language()))).rstrip("\n"))
        if keep or call.given("ledger") is not None:
            _show_round(ledger, summary)
        else:
            tell(word("demo_gone"))


def _show_round(ledger: str, summary: Summary) -> None:
    """Where to look: the weeks of the city may lie ahead of the clock, so each command says as of when."""
    week = week_of((summary.as_of - timedelta(days=1)).date(), preset_calendar("cn"))
    at = summary.as_of.isoformat(timespec="minutes")
    tell(word("demo_kept", ledger=ledger, week=week.name, at=at))


@contextmanager
def _ledger(given: str | None, *, keep: bool) -> Iterator[str]:
    """The ledger that was named, else a file of the demo's own, removed at the end unless it is to be kept."""
    if given is not None:
        yield given
    elif keep:
        yield f"sqlite:///{mkdtemp(prefix='case-router-demo-')}/demo.db"
    else:
        with TemporaryDirectory(prefix="case-router-demo-") as folder:
            yield f"sqlite:///{folder}/demo.db"


@contextmanager
def _watched(days: int) -> Iterator[Callable[[Progress], None]]:
    """Shows how far it is: a bar on a terminal, a line for every week elsewhere."""
    if not sys.stderr.isatty():
        yield lambda now: tell(_sentence(now)) if now.day % 7 == 0 else None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress as Bar, TextColumn

    with Bar(BarColumn(bar_width=20), TextColumn("{task.description}"), console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=days)
        yield lambda now: bar.update(task, completed=now.day, description=_sentence(now))


def _sentence(now: Progress) -> str:
    return word(
        "demo_day", date=f"{now.at:%Y-%m-%d}", opened=now.opened, resolved=now.resolved, escalated=now.escalated
    )
