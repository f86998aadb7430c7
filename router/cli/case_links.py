"""Cases that belong together, and what is said of a case later, from the shell: one command of the core each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click

from router.cli.acting import about_a_case, act
from router.cli.call import Call
from router.cli.grammar import Spoken, option
from router.cli.times import WHEN
from router.core import commands as c
from router.core.commands import ActorRole

_text = option("--text", default="", metavar="TEXT")
_reason_text = option("--reason", "text", default="", metavar="TEXT")
_other = option("--to", "other", required=True, metavar="ID", says="case link --to")


@click.command("link", cls=Spoken)
@about_a_case
@_other
@_reason_text
@click.pass_obj
def link(call: Call, /, **who: Any) -> int:
    """关联."""
    return act(call, c.Link, ActorRole.DISPATCHER, **who)


@click.command("unlink", cls=Spoken)
@about_a_case
@_other
@_reason_text
@click.pass_obj
def unlink(call: Call, /, **who: Any) -> int:
    """取消关联."""
    return act(call, c.Unlink, ActorRole.DISPATCHER, **who)


@click.command("cluster", cls=Spoken)
@about_a_case
@option("--case", "cases", required=True, multiple=True, metavar="ID", says="case cluster --case")
@option("--due", "due_at", required=True, type=WHEN, metavar="TIME", says="case cluster --due")
@option("--plan", "plan_due_at", type=WHEN, metavar="TIME", says="case cluster --plan")
@option("--to", "to", metavar="CODE", says="case cluster --to")
@option("--sample", type=click.IntRange(0), default=0, show_default=True, metavar="N")
@_text
@click.pass_obj
def cluster(call: Call, /, cases: Sequence[str], to: str | None, **who: Any) -> int:
    """批量立项."""
    return act(call, c.Cluster, ActorRole.DESK, receiver=to, cases=tuple(cases), **who)


@click.command("join", cls=Spoken)
@about_a_case
@option("--case", "other", required=True, metavar="ID", says="case join --case")
@click.pass_obj
def join(call: Call, /, **who: Any) -> int:
    """并入项目."""
    return act(call, c.Join, ActorRole.DESK, **who)


@click.command("leave", cls=Spoken)
@about_a_case
@_reason_text
@click.pass_obj
def leave(call: Call, /, **who: Any) -> int:
    """退出项目."""
    return act(call, c.Leave, ActorRole.DISPATCHER, **who)


@click.command("urge", cls=Spoken)
@about_a_case
@_text
@click.pass_obj
def urge(call: Call, /, **who: Any) -> int:
    """催单: the citizen's word, unless somebody else is named."""
    return act(call, c.Urge, ActorRole.CITIZEN, **who)


@click.command("redact", cls=Spoken)
@about_a_case
@option("--entry", required=True, type=click.IntRange(1), metavar="N")
@option("--reason", "text", required=True, metavar="TEXT")
@click.pass_obj
def redact(call: Call, /, **who: Any) -> int:
    """删改."""
    return act(call, c.Redact, ActorRole.SUPERVISION, **who)
