"""Changing the tree while the router runs: each change is a new version, and stranded cases are moved at once."""

from __future__ import annotations

from collections.abc import Callable

import click

from router.cli.call import Call
from router.cli.grammar import Spoken, option
from router.cli.operating import operating
from router.cli.putting_in_force import put_in_force, say_in_force
from router.cli.words import said
from router.core.territory import divisions as changes
from router.core.territory.divisions import Changed
from router.core.territory.tree import Desk, DeskKind, Served, Tree, TreeFile
from router.errors import UsageError
from router.rulebook import tree_in_force


@click.command("add", cls=Spoken)
@click.argument("code")
@option("--name", required=True, metavar="NAME")
@option("--parent", required=True, metavar="CODE")
@option("--line", metavar="LINE")
@option("--shell", is_flag=True)
@click.pass_obj
def add(
    call: Call,
    /,
    code: str,
    name: str,
    parent: str,
    line: str | None,
    shell: bool,  # noqa: FBT001 - click's flag
) -> int:
    """Add a division below another with its desk; with a line, a department in one."""
    served = Served.SHELL if shell else Served.AMQP
    if line is None:
        return _change(
            call, lambda file: changes.add_office(file, code=code, name=name, parent=parent, served=served)
        )
    desk = Desk(
        code=code,
        name=name,
        kind=DeskKind.FUNCTIONAL,
        division=parent,
        superior=None,
        line=line,
        served=served,
    )
    return _change(call, lambda file: changes.add_desk(file, desk))


@click.command("rename", cls=Spoken)
@click.argument("desk")
@option("--name", required=True, metavar="NAME")
@option("--division-name", metavar="NAME")
@click.pass_obj
def rename(call: Call, /, desk: str, name: str, division_name: str | None) -> int:
    """Give a desk another name."""
    return _change(call, lambda file: changes.rename(file, desk, name, division_name=division_name))


@click.command("accounts", cls=Spoken)
@click.argument("desk")
@option("--add", "added", multiple=True, metavar="ACCOUNT", says="divisions accounts --add")
@option("--remove", "removed", multiple=True, metavar="ACCOUNT", says="divisions accounts --remove")
@click.pass_obj
def accounts(call: Call, /, desk: str, added: tuple[str, ...], removed: tuple[str, ...]) -> int:
    """Say which accounts speak for a desk, and may see what it may."""
    if not added and not removed:
        raise UsageError(said("accounts_which"), todo=said("accounts_which_todo", desk=desk))
    return _change(call, lambda file: changes.seat(file, desk, add=added, remove=removed))


@click.command("merge", cls=Spoken)
@click.argument("desk")
@option("--into", required=True, metavar="CODE")
@click.pass_obj
def merge(call: Call, /, desk: str, into: str) -> int:
    """Close a desk for good; another does its work."""
    return _change(call, lambda file: changes.merge(file, desk, into))


@click.command("redirect", cls=Spoken)
@click.argument("desk")
@option("--to", metavar="CODE", says="divisions redirect --to")
@option("--end", is_flag=True)
@click.pass_obj
def redirect(call: Call, /, desk: str, to: str | None, end: bool) -> int:  # noqa: FBT001 - click's flag
    """Let another desk do its work for a while."""
    if (to is None) != end:
        raise UsageError(said("redirect_which"))
    return _change(call, lambda file: changes.redirect(file, desk, to))


@click.command("deactivate", cls=Spoken)
@click.argument("desk")
@click.pass_obj
def deactivate(call: Call, /, desk: str) -> int:
    """Close a desk with nobody in its place."""
    return _change(call, lambda file: changes.deactivate(file, desk))


def _change(call: Call, change: Callable[[TreeFile], Changed]) -> int:
    with operating(call) as installation:
        file, changed = change(tree_in_force(installation.ledger))
        done = put_in_force(installation, file)
    return say_in_force(call, Tree(file), changed, done)
