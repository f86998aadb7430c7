"""`case-router demo`: some weeks in a city that does not exist, in under a minute."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from tempfile import TemporaryDirectory

import click

from router.cli.call import Call
from router.cli.grammar import Spoken, option
from router.cli.output import emit
from router.cli.words import language
from router.demo.clockwork import Progress
from router.demo.run import run_demo
from router.demo.summary import encode
from router.demo.summary_page import Page


@click.command("demo", cls=Spoken)
@option("--weeks", type=click.IntRange(1, 52), default=4, show_default=True)
@option("--per-day", type=click.IntRange(1), default=250, show_default=True)
@option("--seed", type=int, default=7, show_default=True)
@click.pass_obj
def demo(call: Call, /, weeks: int, per_day: int, seed: int) -> None:
    """Let a city live for some weeks and say what became of its cases."""
    with ExitStack() as stack:
        ledger = call.given("ledger")
        if ledger is None:
            folder = stack.enter_context(TemporaryDirectory(prefix="case-router-demo-"))
            ledger = f"sqlite:///{folder}/demo.db"
        watched = _progress if sys.stderr.isatty() else None
        summary = run_demo(call.settings(ledger=ledger), weeks=weeks, per_day=per_day, seed=seed, progress=watched)
    emit(encode(summary).decode().rstrip("\n") if call.as_json else str(Page(summary, language())).rstrip("\n"))


def _progress(now: Progress) -> None:
    click.echo(f"\r{now.at:%Y-%m-%d}  {now.day}/{now.days}", err=True, nl=now.day >= now.days)
