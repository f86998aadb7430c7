"""Desks and categories that policies name and that are not there: said by whatever puts either in force."""

from __future__ import annotations

from collections.abc import Sequence

from router.cli.output import tell
from router.cli.words import pick, word
from router.core.policies.policy import Policy
from router.core.territory.named_desks import absent
from router.core.territory.tree import Tree


def tell_absent(policies: Sequence[Policy], tree: Tree) -> None:
    """A line on stderr for each: nothing is wrong with it, and somebody should know."""
    for one in absent(policies, tree):
        tell(word("named_in_vain", where=one.where, said=pick((one.said.zh, one.said.en))))
