"""A register (台账) of one person, household or enterprise: all their cases, a line each.

Pure. Personal data come in masked or whole, as whoever asks may see them; a case's words are among them. A case
about an office or a person, and a confidential one, stands in supervision's register alone, and else is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

import msgspec

from router.core import events as e
from router.core.case import Case, State
from router.core.commands import Actor, ActorRole, Contact
from router.core.counting.hands import Hands
from router.core.events import Entry
from router.core.rules import Rules
from router.core.telling.hiding import hidden_from, hidden_from_account
from router.core.telling.seeing import Sight, sight
from router.core.territory.tree import Tree


class Of(StrEnum):
    """Whose register it is."""

    PERSON = "person"  # by identity or phone number
    HOUSEHOLD = "household"  # by address id (户)
    ENTERPRISE = "enterprise"  # by credit code: what it brought, and what is about its premises


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases belong in a register; one of the two is enough."""

    #: Keyed hashes of who brought them.
    complainants: frozenset[str] = frozenset()
    #: Place keys that they are about.
    places: frozenset[str] = frozenset()

    def takes(self, case: Case) -> bool:
        """Whether a case belongs in it; an inspection never does."""
        if case.is_task:
            return False
        return case.complainant in self.complainants or case.place_key in self.places


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks for it."""

    role: ActorRole
    #: Account of the person.
    name: str
    reason: str
    #: Desk code of a reader at a desk, who sees its own cases and those of all below.
    desk: str = ""

    def knows_of(self, case: Case, rules: Rules) -> bool:
        """Whether there is such a case for this reader at all: for whom a report is about there is none."""
        if self.role is not ActorRole.DESK:
            return not hidden_from(rules, case, Actor(self.role, self.name))
        if hidden_from_account(rules.tree, case, self.name):
            return False
        return sight(rules.tree, self.desk, case) is not Sight.HIDDEN

    def sees(self, case: Case, tree: Tree) -> bool:
        """Whether a case may stand in this reader's register; else it is counted at most."""
        if self.role is ActorRole.SUPERVISION:
            return True
        if case.is_restricted:
            return False
        return self.role is not ActorRole.DESK or sight(tree, self.desk, case) is Sight.SHOWN


class RegisterLine(msgspec.Struct, frozen=True, kw_only=True):
    """One case."""

    case: str
    received_at: datetime
    channel: str
    matter_type: str
    category: str
    #: Names of the divisions below the city.
    place: str
    #: Names of the desks that led it, in order.
    handled_by: tuple[str, ...]
    state: State
    #: None while it is open.
    closed_at: datetime | None
    outcome: str | None
    #: What the last follow-up found; None: there was none.
    follow_up: str | None
    followed_up_at: datetime | None
    name: str
    phone: str
    identity_number: str
    address: str
    #: What was said; empty where personal data are masked: people name themselves in it.
    text: str


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """All cases of one person, household or enterprise, the oldest first."""

    of: Of
    reader: Reader
    made_at: datetime
    masked: bool
    lines: tuple[RegisterLine, ...]
    #: Cases that this reader may not see.
    withheld: int


def line_of(
    case: Case, entries: Sequence[Entry], tree: Tree, contact: Contact | None, *, whole: bool
) -> RegisterLine:
    """One case's line.

    Args:
        case: as it stands.
        entries: its history.
        tree: in force; names are by it.
        contact: masked, unless `whole`; None: there is none, or its retention has ended.
        whole: whether the reader sees personal data whole, and with them what was said.
    """
    asked = [entry for entry in entries if isinstance(entry.event, e.FollowedUp)]
    last = asked[-1] if asked else None
    contact = contact or Contact()
    return RegisterLine(
        case=case.id,
        received_at=case.opened_at,
        channel=case.channel,
        matter_type=case.matter_type,
        category=tree.category_name(case.category),
        place=" ".join(tree.division_name(code) for code in case.division_path[1:]),
        handled_by=tuple(tree.desk_name(code) for code in _leads(entries)),
        state=case.state,
        closed_at=case.closed_at,
        outcome=case.outcome,
        follow_up=last.event.result.value if last is not None and isinstance(last.event, e.FollowedUp) else None,
        followed_up_at=last.event_at if last is not None else None,
        name=contact.name,
        phone=contact.phone,
        identity_number=contact.identity_number,
        address=contact.address,
        text=case.text if whole else "",
    )


def oldest_first(lines: Iterable[RegisterLine]) -> tuple[RegisterLine, ...]:
    """In the order of a register."""
    return tuple(sorted(lines, key=lambda line: (line.received_at, line.case)))


def _leads(entries: Iterable[Entry]) -> list[str]:
    hands, found = Hands(), list[str]()
    for entry in entries:
        hands.note(entry.event)
        if hands.lead and found[-1:] != [hands.lead]:
            found.append(hands.lead)
    return found
