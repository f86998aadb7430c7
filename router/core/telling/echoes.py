"""What a refusal on record repeats of its sender's words: codes, and nothing that could be a name or a number.

An entry is never blanked, and whoever mistypes may type anything: `--to 张三` is answered with the words that were
typed, and put on record without them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from router.core.case import Case
from router.core.commands import Command
from router.core.refusals import Refusal
from router.core.rules import Rules
from router.core.telling.kept import is_code

#: Stands for what is not repeated.
LEFT_OUT = "…"
#: So many digits in a row may be a telephone or an identity number.
_NUMBER = re.compile(r"\d{7}")


def on_record(refusal: Refusal, command: Command, case: Case, rules: Rules) -> dict[str, str]:
    """The data of a refusal as an entry may hold them.

    Args:
        refusal: its data may quote the command.
        command: that is refused.
        case: as it stands.
        rules: in force; what they know is no secret of anybody.
    """
    if not refusal.data:
        return {}
    said = set(_texts({**msgspec.to_builtins(command), "id": "", "case_id": "", "actor": "", "type": ""}))
    return {
        key: LEFT_OUT if value in said and not _is_harmless(value, case, rules) else value
        for key, value in refusal.data.items()
    }


def _is_harmless(value: str, case: Case, rules: Rules) -> bool:
    tree = rules.tree
    if value in tree.desks or value in tree.divisions or value in tree.tiers or value in tree.categories:
        return True
    if any(value == milestone.name for milestone in case.milestones):
        return True
    return _is_plain(value)


def suggestion(desk: str | None, rules: Rules) -> str | None:
    """The code of a desk that somebody suggests, as it may stand in an entry."""
    if desk is None or desk in rules.tree.desks or _is_plain(desk):
        return desk
    return LEFT_OUT


def _is_plain(value: str) -> bool:
    return is_code(value) and _NUMBER.search(value) is None


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        if value:
            yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
