"""Every command of the shell, for tests that go through the whole grammar."""

from __future__ import annotations

from collections.abc import Iterator

import click

from router.cli import main


def _leaves(command: click.Command, name: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield " ".join(name), command
        return
    ctx = click.Context(command)
    for one in command.list_commands(ctx):
        found = command.get_command(ctx, one)
        assert found is not None
        yield from _leaves(found, (*name, one))


#: Name as it is typed → command.
COMMANDS = dict(_leaves(main))
