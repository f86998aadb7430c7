"""The clocks of a case from the shell: extensions, suspensions, excuses, stars."""

from __future__ import annotations

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
_reason = option("--reason", required=True, metavar="WORD")
_why = option("--reason", "text", default="", metavar="TEXT")
_recheck = option("--recheck", "recheck_at", type=WHEN, metavar="TIME")


@click.command("request-extension", cls=Spoken)
@about_a_case
@_reason
@option("--days", type=click.IntRange(1), metavar="N", says="case request-extension --days")
@option("--until", type=WHEN, metavar="TIME", says="case request-extension --until")
@_text
@click.pass_obj
def request_extension(call: Call, /, **who: Any) -> int:
    """延期申请."""
    return act(call, c.RequestExtension, ActorRole.DESK, **who)


@click.command("approve-extension", cls=Spoken)
@about_a_case
@_text
@click.pass_obj
def approve_extension(call: Call, /, **who: Any) -> int:
    """同意延期."""
    return act(call, c.ApproveExtension, ActorRole.DESK, **who)


@click.command("refuse-extension", cls=Spoken)
@about_a_case
@_why
@click.pass_obj
def refuse_extension(call: Call, /, **who: Any) -> int:
    """不同意延期."""
    return act(call, c.RefuseExtension, ActorRole.DESK, **who)


@click.command("request-suspension", cls=Spoken)
@about_a_case
@_reason
@_recheck
@_text
@click.pass_obj
def request_suspension(call: Call, /, **who: Any) -> int:
    """挂账申请."""
    return act(call, c.RequestSuspension, ActorRole.DESK, **who)


@click.command("approve-suspension", cls=Spoken)
@about_a_case
@_text
@click.pass_obj
def approve_suspension(call: Call, /, **who: Any) -> int:
    """同意挂账."""
    return act(call, c.ApproveSuspension, ActorRole.DESK, **who)


@click.command("refuse-suspension", cls=Spoken)
@about_a_case
@_why
@click.pass_obj
def refuse_suspension(call: Call, /, **who: Any) -> int:
    """不同意挂账."""
    return act(call, c.RefuseSuspension, ActorRole.DESK, **who)


@click.command("recheck", cls=Spoken)
@about_a_case
@_recheck
@_text
@click.pass_obj
def recheck(call: Call, /, **who: Any) -> int:
    """挂账复核."""
    return act(call, c.Recheck, ActorRole.DESK, **who)


@click.command("resume", cls=Spoken)
@about_a_case
@_text
@click.pass_obj
def resume(call: Call, /, **who: Any) -> int:
    """恢复办理."""
    return act(call, c.Resume, ActorRole.DESK, **who)


@click.command("excuse", cls=Spoken)
@about_a_case
@option("--milestone", required=True, metavar="NAME", says="case excuse --milestone")
@option("--due", "due_at", required=True, type=WHEN, metavar="TIME", says="case excuse --due")
@_why
@click.pass_obj
def excuse(call: Call, /, milestone: str, due_at: datetime, **who: Any) -> int:
    """申诉剔除."""
    return act(call, c.Excuse, ActorRole.SUPERVISION, milestone=milestone, due_at=due_at, **who)


@click.command("confirm-level", cls=Spoken)
@about_a_case
@option("--level", required=True, metavar="NAME", says="case confirm-level --level")
@_text
@click.pass_obj
def confirm_level(call: Call, /, **who: Any) -> int:
    """确认督办升级."""
    return act(call, c.ConfirmLevel, ActorRole.SUPERVISION, **who)


@click.command("star", cls=Spoken)
@about_a_case
@_why
@click.pass_obj
def star(call: Call, /, **who: Any) -> int:
    """加星."""
    return act(call, c.Star, ActorRole.DISPATCHER, **who)


@click.command("unstar", cls=Spoken)
@about_a_case
@_why
@click.pass_obj
def unstar(call: Call, /, **who: Any) -> int:
    """取消加星."""
    return act(call, c.Unstar, ActorRole.DISPATCHER, **who)
