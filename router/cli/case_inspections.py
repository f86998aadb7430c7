"""What inspectors, supervision and the top tier say of a case, from the shell: one command of the core each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from router.cli.acting import about_a_case, act
from router.cli.call import Call
from router.cli.grammar import Spoken, option
from router.cli.times import WHEN
from router.core import commands as c
from router.core.commands import ActorRole

_text = option("--text", default="", metavar="TEXT")
_evidence = option("--evidence", multiple=True, metavar="REF")


@click.command("record-inspection", cls=Spoken)
@about_a_case
@option("--passed/--failed", "passed", required=True, default=None, says="--passed")
@option("--finding", "findings", multiple=True, metavar="TEXT")
@option("--category", metavar="CODE", says="case record-inspection --category")
@_evidence
@_text
@option("--reprocess", type=click.Choice([one.value for one in c.Reprocess]))
@click.pass_obj
def record_inspection(
    call: Call,
    /,
    findings: Sequence[str],
    category: str | None,
    evidence: Sequence[str],
    reprocess: str | None,
    **who: Any,
) -> int:
    """检查结果."""
    who["reprocess"] = c.Reprocess(reprocess) if reprocess is not None else None
    found = tuple(c.Finding(text=text, category=category) for text in findings)
    return act(call, c.RecordInspection, ActorRole.SUPERVISION, findings=found, evidence=tuple(evidence), **who)


@click.command("sweep", cls=Spoken)
@about_a_case
@option("--item", "items", required=True, multiple=True, metavar="TEXT")
@option("--to", "desks", multiple=True, metavar="CODE", says="case sweep --to")
@option("--category", metavar="CODE")
@_text
@click.pass_obj
def sweep(call: Call, /, items: Sequence[str], desks: Sequence[str], **who: Any) -> int:
    """举一反三."""
    return act(call, c.Sweep, ActorRole.SUPERVISION, checklist=tuple(items), desks=tuple(desks), **who)


@click.command("require", cls=Spoken)
@about_a_case
@option("--item", "items", required=True, multiple=True, metavar="TEXT")
@option("--due", "due_at", type=WHEN, metavar="TIME", says="case require --due")
@click.pass_obj
def require(call: Call, /, items: Sequence[str], due_at: datetime | None, **who: Any) -> int:
    """整改要求."""
    return act(call, c.IssueRequirements, ActorRole.SUPERVISION, requirements=tuple(items), due_at=due_at, **who)


@click.command("tick", cls=Spoken)
@about_a_case
@option("--number", "requirement", required=True, type=click.IntRange(1), says="case tick --number")
@_evidence
@_text
@click.pass_obj
def tick(call: Call, /, evidence: Sequence[str], **who: Any) -> int:
    """销号."""
    return act(call, c.Tick, ActorRole.SUPERVISION, evidence=tuple(evidence), **who)


@click.command("pull", cls=Spoken)
@about_a_case
@option("--to", "to", metavar="CODE", says="case pull --to")
@_text
@click.pass_obj
def pull(call: Call, /, to: str | None, **who: Any) -> int:
    """提办."""
    return act(call, c.Pull, ActorRole.SUPERVISION, receiver=to, **who)
