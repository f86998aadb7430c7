"""`case-router figures`: the figures of cases for whoever has no Prometheus, and counting them anew."""

from __future__ import annotations

import sys
from datetime import datetime

import click
import msgspec

from router.app import Installation
from router.cli.call import Call
from router.cli.grammar import Nouns, option
from router.cli.operating import operating
from router.cli.output import emit, emit_json, tell
from router.cli.times import AS_OF
from router.cli.words import said, word
from router.errors import NotFoundError
from router.metrics.cases import CASE_METRICS
from router.metrics.counting import Counting
from router.metrics.exposition import families_of, text_of
from router.metrics.metric import PREFIX

figures = Nouns("figures")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One series, as `figures show --json` prints it."""

    name: str
    labels: dict[str, str]
    value: float


@figures.command("show")
@click.argument("names", nargs=-1, metavar="[METRIC…]")
@option("--at", type=AS_OF, metavar="TIME", says="figures show --at")
@click.pass_obj
def show(call: Call, /, names: tuple[str, ...], at: datetime | None) -> None:
    """Print what the exporter would serve, after counting what waits."""
    wanted = {PREFIX + name.removeprefix(PREFIX) for name in names}
    if unknown := sorted(wanted - {metric.name for metric in CASE_METRICS}):
        raise NotFoundError(said("no_metric", name=unknown[0]), todo=said("no_metric_todo"))
    with call.installation() as opened:
        opened.figures_at = at
        _count_through(opened)
        made = opened.exporter().compute(opened.now())
    shown = {name.removesuffix("_total") for name in wanted}
    families = [one for one in families_of(made) if not shown or one.name in shown]
    if call.as_json:
        emit_json(
            [
                Line(name=sample.name, labels=sample.labels, value=sample.value)
                for family in families
                for sample in family.samples
            ]
        )
    else:
        emit(text_of(families).decode().rstrip("\n"))


@figures.command("recount")
@click.pass_obj
def recount(call: Call, /) -> None:
    """Forget all figures and count every case anew; interrupted, whoever comes next goes on."""
    with operating(call) as opened:
        cases = opened.ledger.recount()
        changes = _count_through(opened)
    if call.as_json:
        emit_json({"cases": cases, "changes": changes})
    tell(word("figures_recounted", count=cases))


def _count_through(opened: Installation) -> int:
    """Count all that waits, and show on a terminal how far it has come; returns how many changes that were."""
    waiting, counted = opened.ledger.uncounted(), 0
    counting = Counting(opened.ledger, opened.rulebook)
    shows = sys.stderr.isatty()
    while taken := counting.run_once():
        counted += taken
        if shows:
            click.echo(f"\r{word('figures_counting', done=counted, of=max(counted, waiting))}", err=True, nl=False)
    if shows and counted:
        click.echo(err=True)
    return counted
