"""A new version of the tree: stored, its stranded cases moved, and what is left to do said."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from router.app import Installation
from router.broker.topology import topology
from router.cli.call import Call
from router.cli.named_in_vain import tell_absent
from router.cli.output import emit_json, tell
from router.cli.rerouting import Rerouted, reroute
from router.cli.words import word
from router.core.territory.divisions import DeskChange
from router.core.territory.tree import Tree, TreeFile
from router.errors import CheckFailedError
from router.rulebook import POLICIES, TREE, install_tree, require_known_tiers


def put_in_force(installation: Installation, file: TreeFile) -> tuple[Rerouted, bool]:
    """Make a tree the one in force; returns what was moved, and whether the broker's topology must follow.

    Raises:
        ConfigurationError: its tiers are not those that the policies of the installation know.
    """
    before = installation.ledger.current(TREE)
    if before is not None:
        in_force = Tree(msgspec.msgpack.decode(before[1], type=TreeFile))
        if in_force.tiers != file.tiers:
            require_known_tiers(installation.ledger, file.tiers)
    install_tree(installation.ledger, file, installation.now())
    channels = installation.settings.channels
    follow = not installation.settings.is_embedded and (
        before is None or topology(in_force, channels) != topology(Tree(file), channels)
    )
    # Without policies nothing can have been received yet, so there is nothing to move.
    ready = before is not None and installation.ledger.current(POLICIES) is not None
    moved = reroute(installation) if ready else Rerouted(moved=(), stayed={})
    if ready:
        installation.rulebook.reload()
        tell_absent(installation.rulebook().policies, Tree(file))
    return moved, follow


def say_in_force(call: Call, tree: Tree, changed: Sequence[DeskChange], done: tuple[Rerouted, bool] | None) -> int:
    """Say what was done; returns the exit code: 7 when cases stayed with a desk that no longer stands.

    Args:
        call: the call of the command line.
        tree: the tree that is meant.
        changed: desks that a change touched.
        done: as from :func:`put_in_force`; None when nothing was put in force.
    """
    moved, follow = done if done is not None else (Rerouted(moved=(), stayed={}), False)
    if call.as_json:
        emit_json(
            {
                "tree": tree.version,
                "in_force": done is not None,
                "desks": len(tree.desks),
                "changed": list(changed),
                "moved": list(moved.moved),
                "stayed": moved.stayed,
                "topology_apply_needed": follow,
            }
        )
    _tell(tree, changed, moved, follow=follow, in_force=done is not None)
    return CheckFailedError.exit_code if moved.stayed else 0


def _tell(tree: Tree, changed: Sequence[DeskChange], moved: Rerouted, *, follow: bool, in_force: bool) -> None:
    key = "tree_in_force" if in_force else "tree_checked"
    tell(word(key, version=tree.version, desks=len(tree.desks)))
    for one in changed:
        to = f" → {one.to}" if one.to else ""
        tell(f"  {word(f'change_{one.kind}')}  {one.desk}{to}")
    if moved.moved:
        tell(word("cases_moved", count=len(moved.moved)))
    for case_id, code in moved.stayed.items():
        tell(word("case_stayed", case=case_id, code=code))
    if follow:
        tell(word("topology_needed"))
