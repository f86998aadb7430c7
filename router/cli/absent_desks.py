"""Desks that policies name and that are not at work: said by whatever puts either in force."""

from __future__ import annotations

from collections.abc import Sequence

from router.cli.output import tell
from router.cli.texts import WORDS
from router.cli.words import pick, word
from router.core.named_desks import Absent, absent
from router.core.policy import Policy
from router.core.tree import Tree
from router.sentences import Sentence


def absent_words(one: Absent) -> Sentence:
    """What is said of such a desk, in both languages."""
    zh, en = WORDS["desk_absent"]
    return Sentence(
        en.format(desk=one.desk, instead=one.instead.en), zh.format(desk=one.desk, instead=one.instead.zh)
    )


def tell_absent(policies: Sequence[Policy], tree: Tree) -> None:
    """A line on stderr for each: nothing is wrong with it, and somebody should know."""
    for one in absent(policies, tree):
        words = absent_words(one)
        tell(word("desk_absent_at", where=one.where, said=pick((words.zh, words.en))))
