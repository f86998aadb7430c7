"""A bulletin and the language it is said in: its words, instants and names."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from router.bulletin.words import Words
from router.core.bulletin.document import Bulletin

_DAY = timedelta(days=1)
_MIDNIGHT = time(0)


class Wording:
    """One bulletin in one language."""

    def __init__(self, bulletin: Bulletin, words: Words) -> None:
        self.bulletin = bulletin
        self.words = words
        self._zone = ZoneInfo(bulletin.zone)

    def local(self, at: datetime | None) -> str:
        """An instant in the bulletin's zone: `2026-11-24 15:04`; empty for None."""
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M}" if at is not None else ""

    def until(self, at: datetime | None) -> str:
        """The same of a due date: midnight ends a day and begins none, `2026-11-24 24:00`."""
        local = at.astimezone(self._zone) if at is not None else None
        if local is None or local.time() != _MIDNIGHT:
            return self.local(at)
        return f"{local.date() - _DAY:%Y-%m-%d} 24:00"

    def district(self, code: str, name: str) -> str:
        """A district's name; what is said where there is none."""
        return name if code else self.words("no_district")
