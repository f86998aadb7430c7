"""`case-router rules`: rules for Prometheus, as the settings make them."""

from __future__ import annotations

from pathlib import Path

import click

from router.cli.call import Call
from router.cli.grammar import Nouns, option
from router.cli.made_files import write_or_compare
from router.cli.output import emit, emit_json
from router.metrics.rules.files import DOCS, Terms, files, resources

rules = Nouns("rules")


@rules.command("render")
@option("--out", says="rules render --out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@option("--docs", says="rules render --docs", default=DOCS, show_default=True, metavar="URL")
@option("--kubernetes", says="rules render --kubernetes", is_flag=True)
@option("--check", says="rules render --check", is_flag=True)
@click.pass_obj
def render(call: Call, /, out: Path | None, docs: str, *, kubernetes: bool, check: bool) -> int:
    """Write the files, print them, or compare them with what lies there; 7 when that differs."""
    settings = call.settings()
    terms = Terms(
        on_time_target=settings.on_time_target,
        audit_s=settings.audit_s,
        skew_s=settings.brake_skew_s,
        docs=docs,
    )
    made = resources(terms) if kubernetes else files(terms)
    if out is None:
        if call.as_json:
            emit_json(made)
        else:
            emit("\n".join(made.values()).rstrip("\n"))
        return 0
    return write_or_compare(call, made, out, check=check, command="rules render")
