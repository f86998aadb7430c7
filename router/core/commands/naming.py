"""Which other cases a command names: it is decided with a look at them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from router.core.commands.base import Command
from router.core.commands.links import Link, Unlink
from router.core.commands.projects import Cluster, Join

#: Commands that name other cases.
_NAMING: dict[type[Command], Callable[[Any], tuple[str, ...]]] = {
    Link: lambda command: (command.other,),
    Unlink: lambda command: (command.other,),
    Cluster: lambda command: command.cases,
    Join: lambda command: (command.other,),
}


def others(command: Command) -> tuple[str, ...]:
    """Ids of the other cases that a command names."""
    named = _NAMING.get(type(command))
    return named(command) if named is not None else ()
