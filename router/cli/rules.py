"""`case-router rules`: rules for Prometheus, as the settings make them."""

from __future__ import annotations

from pathlib import Path

import click

from router.cli.call import Call
from router.cli.grammar import Nouns, option
from router.cli.output import emit, emit_json, tell
from router.cli.words import word
from router.errors import CheckFailedError
from router.metrics.rules.files import RUNBOOK, Terms, files

rules = Nouns("rules")


@rules.command("render")
@option("--out", says="rules render --out", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@option("--runbook", default=RUNBOOK, show_default=True, metavar="URL")
@option("--check", says="rules render --check", is_flag=True)
@click.pass_obj
def render(call: Call, /, out: Path | None, runbook: str, check: bool) -> int:  # noqa: FBT001 - click hands it over by name
    """Write the files, print them, or compare them with what lies there; 7 when that differs."""
    settings = call.settings()
    terms = Terms(
        on_time_target=settings.on_time_target,
        audit_s=settings.audit_s,
        skew_s=settings.brake_skew_s,
        runbook=runbook,
    )
    made = files(terms)
    if out is None:
        if call.as_json:
            emit_json(made)
        else:
            emit("\n".join(made.values()).rstrip("\n"))
        return 0
    changed = [name for name, text in made.items() if _there(out / name) != text]
    if not check:
        out.mkdir(parents=True, exist_ok=True)
        for name in changed:
            (out / name).write_text(made[name], encoding="utf-8")
    if call.as_json:
        emit_json({"folder": str(out), "changed": changed, "unchanged": sorted(set(made) - set(changed))})
    for name in made if not call.as_json else ():
        state = "rules_same" if name not in changed else "rules_differs" if check else "rules_written"
        tell(word(state, path=str(out / name)))
    return CheckFailedError.exit_code if check and changed else 0


def _there(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
