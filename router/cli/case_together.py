"""What several offices do on one case, from the shell: one command of the core each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from router.cli.acting import about_a_case, act
from router.cli.call import Call
from router.cli.grammar import Spoken, option
from router.core import commands as c
from router.core.commands import ActorRole

_text = option("--text", default="", metavar="TEXT")
_to = option("--to", "to", required=True, metavar="CODE", says="case --to")


@click.command("whistle", cls=Spoken)
@about_a_case
@option("--to", "to", required=True, multiple=True, metavar="CODE", says="case whistle --to")
@_text
@click.pass_obj
def whistle(call: Call, /, to: Sequence[str], **who: Any) -> int:
    """吹哨."""
    return act(call, c.Whistle, ActorRole.DESK, desks=tuple(to), **who)


@click.command("report-in", cls=Spoken)
@about_a_case
@_text
@click.pass_obj
def report_in(call: Call, /, **who: Any) -> int:
    """报到."""
    return act(call, c.ReportIn, ActorRole.DESK, **who)


@click.command("add-assist", cls=Spoken)
@about_a_case
@_to
@_text
@click.pass_obj
def add_assist(call: Call, /, to: str, **who: Any) -> int:
    """增加协办."""
    return act(call, c.AddAssist, ActorRole.DISPATCHER, receiver=to, **who)


@click.command("remove-assist", cls=Spoken)
@about_a_case
@_to
@_text
@click.pass_obj
def remove_assist(call: Call, /, to: str, **who: Any) -> int:
    """取消协办."""
    return act(call, c.RemoveAssist, ActorRole.DISPATCHER, receiver=to, **who)


_leader = option("--leader", required=True, metavar="NAME")
_tier = option("--tier", required=True, metavar="TIER")
_milestone = option("--milestone", metavar="NAME")


@click.command("assign-leader", cls=Spoken)
@about_a_case
@_leader
@_tier
@click.pass_obj
def assign_leader(call: Call, /, **who: Any) -> int:
    """包案."""
    return act(call, c.AssignLeader, ActorRole.DISPATCHER, **who)


@click.command("instruct", cls=Spoken)
@about_a_case
@_leader
@_tier
@_text
@click.pass_obj
def instruct(call: Call, /, **who: Any) -> int:
    """批示."""
    return act(call, c.Instruct, ActorRole.DISPATCHER, **who)


@click.command("file-plan", cls=Spoken)
@about_a_case
@_text
@option("--evidence", multiple=True, metavar="REF")
@click.pass_obj
def file_plan(call: Call, /, evidence: Sequence[str], **who: Any) -> int:
    """方案."""
    return act(call, c.FilePlan, ActorRole.DESK, evidence=tuple(evidence), **who)


@click.command("review", cls=Spoken)
@about_a_case
@option("--passed/--failed", "passed", required=True, default=None, says="--passed")
@_milestone
@_text
@click.pass_obj
def review(call: Call, /, **who: Any) -> int:
    """审核."""
    return act(call, c.Review, ActorRole.SUPERVISION, **who)


@click.command("mark", cls=Spoken)
@about_a_case
@_milestone
@option("--on-site", is_flag=True)
@_text
@click.pass_obj
def mark(call: Call, /, **who: Any) -> int:
    """督查记录."""
    return act(call, c.Mark, ActorRole.DESK, **who)


@click.command("mediate", cls=Spoken)
@about_a_case
@option("--to", "to", metavar="CODE", says="case mediate --to")
@_text
@click.pass_obj
def mediate(call: Call, /, to: str | None, **who: Any) -> int:
    """转调解."""
    return act(call, c.Mediate, ActorRole.DESK, receiver=to, **who)


@click.command("end-mediation", cls=Spoken)
@about_a_case
@option("--settled/--failed", "settled", required=True, default=None, says="--settled")
@_text
@option("--evidence", multiple=True, metavar="REF")
@click.pass_obj
def end_mediation(call: Call, /, evidence: Sequence[str], **who: Any) -> int:
    """调解结束."""
    return act(call, c.EndMediation, ActorRole.DESK, evidence=tuple(evidence), **who)
