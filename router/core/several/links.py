"""What a case has to do with others, and how often it was urged: one field of a case, empty for nearly all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec

from router.core.commands.links import Related


class Linked(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Another case, as far as it was heard of."""

    other: Related
    #: False: the link was taken back; what was said before that, and comes later, does not bring it back.
    stands: bool = True
    #: It counts as one more complaint about this matter.
    counted: bool = False
    #: The same words of the same person, by another channel.
    same_appeal: bool = False


class Links(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Other cases, and the citizen's later words."""

    known: tuple[Linked, ...] = ()
    #: The ladder was climbed for many complaints, which are counted anew since.
    climbed: bool = False
    #: Linked complaints that count, as of the last climb.
    used: int = 0
    #: Somebody was told to make a project of it.
    proposed: bool = False
    #: How often the citizen has urged, and when last.
    urges: int = 0
    urged_at: datetime | None = None

    def about(self, other: str) -> Linked | None:
        """What was last heard of another case; None: nothing."""
        return next((one for one in self.known if one.other.case_id == other), None)

    def standing(self) -> Iterator[Linked]:
        """The links that stand."""
        return (one for one in self.known if one.stands)

    @property
    def complaints(self) -> int:
        """Linked complaints that count and have not led to anything yet."""
        return max(sum(one.counted for one in self.standing()) - self.used, 0)


#: Of a case that stands alone and that nobody has urged.
UNLINKED = Links()
