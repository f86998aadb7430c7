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
