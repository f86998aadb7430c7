"""Parked messages that are not there for whoever sits here: what was to open a case says from whom it is kept."""

from __future__ import annotations

import msgspec

from router.app import Installation
from router.cli.reading import Gate
from router.core.case_id import CASE_ID
from router.core.telling.kept import KeptFrom, is_code
from router.ledger.parking_port import Parked


class ParkedGate:
    """What whoever sits here may know of parked messages."""

    def __init__(self, installation: Installation) -> None:
        self._gate = Gate(installation)

    def hides(self, one: Parked) -> bool:
        """Whether it is about a hidden case or has the id of one, or says itself that it is about them."""
        if self._gate.hides_id(one.case_id):
            return True
        ids = set(CASE_ID.findall(one.body.decode("utf-8", errors="replace")))
        if any(self._gate.hides_id(case_id) for case_id in ids):
            return True
        said = names_in(one.body)
        return said is not None and self._gate.keeps(said)

    def rows(self, found: list[Parked]) -> list[Parked]:
        """Those that are not hidden."""
        return [one for one in found if not self.hides(one)]


def names_in(body: bytes) -> KeptFrom | None:
    """From whom a message wants a case kept, whatever else is wrong with it; None: that cannot be told."""
    try:
        said = msgspec.json.decode(body, type=KeptFrom)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return said if all(map(is_code, (*said.desks, *said.named_persons))) else None
