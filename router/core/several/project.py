"""A batch project as its case has it, and as its members have it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

import msgspec

#: Source and channel of projects: nobody brings them, they are made.
PROJECT = "project"


class Member(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A case of a project."""

    case_id: str
    #: Code of its division.
    division: str
    #: Of the member, when it came: what it said of itself before that is old.
    version: int = 0
    #: It does not belong to it any more.
    left: bool = False
    #: It is asked, for all of its division.
    asked: bool = False
    #: It was asked and accepts.
    accepted: bool = False


class Project(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a project is about."""

    members: tuple[Member, ...]
    due_at: datetime
    #: Members of each division that are asked; 0: each passes its own gate.
    sample: int = 0

    def standing(self) -> Iterator[Member]:
        """Those that have not left."""
        return (one for one in self.members if not one.left)

    def draw(self, project: str) -> tuple[str, ...]:
        """Ids of those to be asked: so many of each division, the same however often it is drawn.

        The order is that of a hash of both ids: nobody chooses, and anybody can draw it again.
        """
        by_division: dict[str, list[str]] = defaultdict(list)
        for one in self.standing():
            by_division[one.division].append(one.case_id)
        chosen: list[str] = []
        for _, ids in sorted(by_division.items()):
            ids.sort(key=lambda member: hashlib.sha256(f"{project}\0{member}".encode()).digest())
            chosen += ids[: self.sample]
        return tuple(chosen)

    def spoken_for(self, division: str) -> tuple[str, ...]:
        """Ids of those whom an accepted sample speaks for; none unless all who were asked accept and stay."""
        here = [one for one in self.members if one.division == division]
        asked = [one for one in here if one.asked]
        if not asked or any(one.left or not one.accepted for one in asked):
            return ()
        return tuple(one.case_id for one in here if not one.asked and not one.left)


class Membership(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The project a case belongs to."""

    project: str
    #: It is asked for all of its division.
    asked: bool = False
    #: When the project was due as the case joined: what waits for it ends no earlier.
    due_at: datetime | None = None
