"""What happens on the second list: levels of supervision that rise while a case is not solved."""

from __future__ import annotations

from router.core.events.base import Event, Milestone


class LevelsStarted(Event, frozen=True, kw_only=True, tag="LevelsStarted"):
    """The clock of the first level runs."""

    milestone: Milestone


class LevelsEnded(Event, frozen=True, kw_only=True, tag="LevelsEnded"):
    """The policy the case has now has no second list, or the miss that began it was taken back: its clock ends.

    The level reached stays on record.
    """


class LevelProposed(Event, frozen=True, kw_only=True, tag="LevelProposed"):
    """A level waits for its officer's word; said again after each further budget."""

    #: From 1.
    number: int
    level: str
    #: Account; empty: the report names the level's officer, and anybody of supervision may confirm.
    officer: str
    audience: tuple[str, ...]
    #: When it is proposed again.
    next: Milestone


class LevelRaised(Event, frozen=True, kw_only=True, tag="LevelRaised"):
    """督办升级: the case stands before this level now, one above the last."""

    #: From 1.
    number: int
    level: str
    audience: tuple[str, ...]
    #: What the level does, in the policy's own words.
    actions: tuple[str, ...] = ()
    #: Account of who confirmed it; None: it rose by itself.
    confirmed_by: str | None = None
    #: The clock of the next level, or of the next notice at the last.
    next: Milestone


class LevelRepeated(Event, frozen=True, kw_only=True, tag="LevelRepeated"):
    """The last level's budget passed again: told once more."""

    number: int
    level: str
    audience: tuple[str, ...]
    next: Milestone
