"""Desks that a policy names: whether the tree has them, and what happens where it has not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from router.core.policy import Policy
from router.core.tree import Tree
from router.errors import ConfigurationError
from router.sentences import Sentence, nearest, sentence

#: What `to` may say instead of a desk's code.
RECEIVERS = ("lead", "superior", "dispatcher", "supervision")


class Absent(msgspec.Struct, frozen=True, kw_only=True):
    """A desk that a policy names and that is not at work in the tree."""

    #: Name of the policy, and the key: `plain, milestone close, to`.
    where: str
    desk: str
    #: What happens instead.
    instead: Sentence


def require_receivers(policies: Sequence[Policy], tree: Tree) -> None:
    """Refuse a `to` that is no desk: the lead would be told in its place, and nobody would notice.

    Raises:
        ConfigurationError: one is neither a word nor the code of a desk.
    """
    for policy in policies:
        for rule in policy.milestones:
            if rule.to not in RECEIVERS and rule.to not in tree.desks:
                known = (*RECEIVERS, *tree.desks)
                raise ConfigurationError(
                    "{to} is no desk of this installation",
                    where=f"{policy.name}, milestone {rule.name}, to",
                    todo="{nearest}Write the code of a desk, or one of {known}.",
                    to=rule.to,
                    nearest=nearest(rule.to, known),
                    known=", ".join(RECEIVERS),
                )


def absent(policies: Sequence[Policy], tree: Tree) -> Iterator[Absent]:
    """Desks that are not there or not at work, and who takes their part."""
    for policy in policies:
        for rule in policy.milestones:
            if rule.to in tree.desks and tree.standing(rule.to) is None:
                instead = sentence("whoever has the milestone is told instead")
                yield Absent(where=f"{policy.name}, milestone {rule.name}, to", desk=rule.to, instead=instead)
        for watcher in policy.watchers:
            if tree.standing(watcher.desk) is None:
                instead = sentence("the first level of supervision stands in")
                yield Absent(where=f"{policy.name}, watcher {watcher.name}", desk=watcher.desk, instead=instead)
        for level in policy.levels:
            for code in level.audience:
                if tree.standing(code) is None:
                    instead = sentence("it is left out of the audience")
                    yield Absent(where=f"{policy.name}, level {level.name}, audience", desk=code, instead=instead)
