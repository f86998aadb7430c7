"""What only the operator does: whatever changes an installation and is no word of a desk or an office.

The law of the file: a command is a desk's or an office's (`acting`), reads, or asks here first.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from router.app import Installation
from router.cli.call import Call
from router.cli.handing_in import operator
from router.cli.words import said
from router.core.territory.tree import Tree, TreeFile
from router.errors import ConflictError
from router.rulebook import TREE


@contextmanager
def operating(call: Call, *, dry_run: bool = False) -> Iterator[Installation]:
    """The installation, to be changed; `dry_run` only looks, and is anybody's.

    Raises:
        ConfigurationError: settings, key or schema are wrong.
        ConflictError: whoever sits here is listed at a desk, and speaks for it alone.
        UnreachableError: the database does not answer.
    """
    with call.installation() as installation:
        if not dry_run:
            require_operator(installation.ledger.current(TREE))
        yield installation


def require_operator(there: tuple[str, bytes] | None) -> None:
    """Let only an account that no desk lists go on; without a tree nobody is listed.

    Args:
        there: version and body of the tree in force.

    Raises:
        ConflictError: a desk of it lists whoever sits here.
    """
    if there is None:
        return
    account = operator()
    if seats := Tree(msgspec.msgpack.decode(there[1], type=TreeFile)).seats(account):
        desks = ", ".join(desk.code for desk in seats)
        raise ConflictError(
            said("operator_only", account=account, desks=desks), todo=said("operator_only_todo", account=account)
        )
