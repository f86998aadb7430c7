"""What happens to a case that belongs to others, and what is said of it later."""

from __future__ import annotations

from router.core.commands.links import Related
from router.core.events.base import Event


class Linked(Event, frozen=True, kw_only=True, tag="Linked"):
    """关联: another case is about the same matter; the other one has such an entry too."""

    other: Related
    same_appeal: bool = False
    #: It counts as one more complaint about this matter.
    counted: bool = False


class Unlinked(Event, frozen=True, kw_only=True, tag="Unlinked"):
    """取消关联: another case is a matter of its own after all."""

    other: Related


class ClusterProposed(Event, frozen=True, kw_only=True, tag="ClusterProposed"):
    """So many complaints about one thing in one place within an hour: somebody should make a project of them."""

    to: str
    category: str | None
    division: str
    count: int


class Urged(Event, frozen=True, kw_only=True, tag="Urged"):
    """催单: the citizen asked what becomes of it."""

    #: How often that has happened by now.
    times: int


class Redacted(Event, frozen=True, kw_only=True, tag="Redacted"):
    """删改: the text of an entry was blanked, for the reason in the text of this one."""

    entry: int
    by: str


class CauseNamed(Event, frozen=True, kw_only=True, tag="CauseNamed"):
    """The desk said where the trouble comes from; its words are the text of the entry."""

    desk: str
