"""Names in the broker: one function of the tree for each; nobody parses a name back.

Routing keys have a fixed number of words: one per tier of the tree (`_` below the addressed tier), then desk,
category, kind. Fixed length lets everybody bind with `*` and anchors permission patterns.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache

from router.core.territory.tree import Desk, Tree

INTAKE = "case.intake"
REPORTS = "case.reports"
EVENTS = "case.events"
DUE = "case.due"
UNROUTED = "case.unrouted"
PARKED = "case.parked"
#: Replies and outcomes on their way back to the source channels.
CHANNEL = "case.channel"

#: A routing key may have 255 bytes (AMQP 0-9-1); eight words of at most 28 fit with their dots.
_WORD_BYTES = 28
_UNSAFE = re.compile(r"[.*#%\s]")
#: Where a word begins inside a name.
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")


@lru_cache(maxsize=100_000)
def word(code: str | None) -> str:
    """A code as one word of a routing key: no dots, stars or hashes, at most 28 bytes; `_` for None."""
    if not code:
        return "_"
    safe = _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", code)
    if safe == "_":
        return "%5F"
    if len(safe.encode()) <= _WORD_BYTES:
        return safe
    digest = hashlib.sha256(code.encode()).hexdigest()[:12]
    return safe.encode()[: _WORD_BYTES - 13].decode(errors="ignore") + "~" + digest


def tier_exchange(tree: Tree, tier: int) -> str:
    """The exchange of a tier: `case.street`."""
    return f"case.{tree.tiers[tier]}"


def desk_queue(desk: str) -> str:
    """The queue of a desk."""
    return f"desk.{word(desk)}"


def desk_user(desk: str) -> str:
    """The broker account of a desk: the broker vouches for it in the message's `user_id`."""
    return f"desk.{word(desk)}"


def due_queue(tier: str) -> str:
    """The queue of due deadlines of a tier."""
    return f"due.{tier}"


def due_key(tier: str) -> str:
    """The routing key of a due deadline of a tier, on the exchange `case.due`: the tier's name."""
    return word(tier)


def event_key(tier: str, event: str) -> str:
    """The routing key of an event on `case.events`: `<tier of the lead>.<event>`, as in `street.deadline_missed`.

    Args:
        tier: the tier's name.
        event: the event's name, as in `DeadlineMissed`.
    """
    return f"{word(tier)}.{_CAPITAL.sub('_', event).lower()}"


def channel_queue(channel: str) -> str:
    """The queue of a source channel, for receipts and outcomes."""
    return f"channel.{word(channel)}"


def channel_user(channel: str) -> str:
    """The broker account of a source channel."""
    return f"channel.{word(channel)}"


def _division_words(tree: Tree, division: str) -> tuple[str, ...]:
    path = tree.path(division)
    return (*(word(code) for code in path), *("_" * (tree.depth - len(path))))


def desk_key(tree: Tree, desk: Desk, category: str | None, kind: str, *, alone: bool = False) -> str:
    """The routing key of a message to a desk.

    Args:
        tree: in force.
        desk: that gets it.
        category: of the case; None where the message is about none, or about several.
        kind: last word.
        alone: it is for that desk's own queue and for nobody who looks on from above: no division is in the key,
            so no :func:`below_binding` takes it.
    """
    divisions = ("_",) * tree.depth if alone else _division_words(tree, desk.division)
    return ".".join((*divisions, word(desk.code), "_" if alone else word(category), kind))


def desk_binding(tree: Tree, desk: Desk) -> str:
    """The binding key of a desk's own queue."""
    return ".".join((*("*" * tree.depth), word(desk.code), "*", "*"))


def below_binding(tree: Tree, division: str) -> str:
    """The binding key, on a lower tier's exchange, of everything below a division."""
    path = tree.path(division)
    return ".".join((*(word(code) for code in path), *("*" * (tree.depth - len(path) + 3))))


def report_key(desk: str, kind: str) -> str:
    """The routing key a desk reports under: `<desk>.<kind>`."""
    return f"{word(desk)}.{kind}"


def intake_key(channel: str, kind: str) -> str:
    """The routing key a source channel hands cases in under: `<channel>.<kind>`."""
    return f"{word(channel)}.{kind}"


def channel_key(channel: str, kind: str) -> str:
    """The routing key of what goes back to a source channel: `<channel>.<kind>`."""
    return f"{word(channel)}.{kind}"
