"""Desks and categories that a policy names: whether the tree has them, and what happens where it has not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from router.core.policies.policy import Policy
from router.core.territory.tree import Tree
from router.errors import ConfigurationError
from router.sentences import Sentence, nearest, sentence

#: What `to` may say instead of a desk's code.
RECEIVERS = ("lead", "superior", "dispatcher", "supervision")


class Absent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a policy names in vain: nothing is wrong with it, and somebody should know."""

    #: Name of the policy, and the key: `plain, milestone close, to`.
    where: str
    #: What is not there, and what happens instead.
    said: Sentence


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
    """Desks that are not there or not at work, and categories that the taxonomy does not have."""
    for policy in policies:
        yield from _desks(policy, tree)
        if tree.categories:  # without a taxonomy sources bring any words
            yield from _categories(policy, tree)


def _desks(policy: Policy, tree: Tree) -> Iterator[Absent]:
    for rule in policy.milestones:
        if rule.to in tree.desks and tree.standing(rule.to) is None:
            said = sentence("{desk} is not at work: whoever has the milestone is told instead", desk=rule.to)
            yield Absent(where=f"{policy.name}, milestone {rule.name}, to", said=said)
    for watcher in policy.watchers:
        if tree.standing(watcher.desk) is None:
            said = sentence(
                "no desk {desk} is at work: the first level of supervision stands in", desk=watcher.desk
            )
            yield Absent(where=f"{policy.name}, watcher {watcher.name}", said=said)
    for level in policy.levels:
        for code in level.audience:
            if tree.standing(code) is None:
                said = sentence("no desk {desk} is at work: it is left out of the audience", desk=code)
                yield Absent(where=f"{policy.name}, level {level.name}, audience", said=said)


def _categories(policy: Policy, tree: Tree) -> Iterator[Absent]:
    groups = {category.group for category in tree.categories.values()}
    listed = {code for rule in policy.milestones for code in rule.by_category}
    for key, named, known in (
        ("match, category", policy.match.category, set(tree.categories)),
        ("match, category_group", policy.match.category_group, groups),
        ("by_category", sorted(listed), set(tree.categories)),
    ):
        for code in named:
            if code not in known:
                said = sentence(
                    "the taxonomy has no {code}. {nearest}Until it has, no case is of it",
                    code=code,
                    nearest=nearest(code, known),
                )
                yield Absent(where=f"{policy.name}, {key}", said=said)
