"""Printing: compute a week's bulletin once, keep it, and give what was kept to whoever asks again.

On record are two kinds of versions, both immutable: the document of a week (:data:`BULLETIN`) and each form it was
printed in (:data:`PRINT`). A form that was never asked for is rendered from the document on record.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from itertools import groupby
from operator import attrgetter
from typing import TypeVar

import msgspec

from router import __version__
from router.bulletin.revision import Printed, Revision
from router.core.bulletin.document import Basis, Bulletin, Kind
from router.core.bulletin.gathering import Gathering
from router.core.bulletin.standing import EVERYTHING, Known
from router.core.bulletin.week import Week
from router.core.counting.problems import Windows
from router.core.events import Entry
from router.core.rules import Rules
from router.errors import CheckFailedError, ConflictError
from router.ledger.port import Ledger
from router.replayed import replay_in

#: Kinds of the versions that keep a week's document, and what was printed of it.
BULLETIN = "bulletin"
PRINT = "bulletin_print"

Stored = TypeVar("Stored", "Kept", "Print")

#: Policy versions → rules in force that know them; a `Rulebook` is one.
GivesRules = Callable[[Collection[str]], Rules]
#: Called now and then with how many cases were read.
Progress = Callable[[int], None]
#: How often.
_TOLD_EVERY = 500


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A week's document on record."""

    bulletin: bytes
    #: SHA-256 of it, in hexadecimal.
    sha256: str
    printed_at: datetime
    #: Account of who printed it first.
    printed_by: str


class Print(msgspec.Struct, frozen=True, kw_only=True):
    """One form on record: the files it consists of, as text by name."""

    files: dict[str, str]
    sha256: str
    printed_at: datetime
    printed_by: str
    #: Version of the program that rendered it.
    program: str


class Press:
    """Prints the bulletins of one ledger.

    Args:
        ledger: whose entries are counted, and where what is printed is kept.
        rulebook: gives the rules in force, which also know the policy versions it is asked for.
        by: account of who prints.
        progress: is told how far it is; None: nobody watches.
    """

    def __init__(self, ledger: Ledger, rulebook: GivesRules, by: str, progress: Progress | None = None) -> None:
        self._ledger = ledger
        self._rulebook = rulebook
        self._rules = rulebook(())
        self._by = by
        self._progress = progress
        replay = replay_in(ledger)
        self._windows: Windows | None = replay.windows if replay is not None else None
        #: What the cut-off cuts by.
        self.basis = Basis.RECORDED if replay is None else Basis.HAPPENED

    def printed(self, week: Week, now: datetime) -> Kept:
        """The week's document on record; computed and put there when this is the first printing.

        Raises:
            ConflictError: the cut-off has not come, or nothing was on record by then.
            CheckFailedError: what is on record is not what was put there.
        """
        kept = self.kept(week)
        if kept is not None:
            return kept
        if now < week.cutoff_at:
            raise ConflictError(
                "the bulletin of {week} is computed as known at its cut-off, which has not come",
                where=self._local(week.cutoff_at),
                todo="Wait for it, or print a draft that is not kept: --draft.",
                week=week.name,
            )
        found = self._compute(week, Kind.PRINTED, Known(week.cutoff_at))
        if not found.source.cases:
            raise self._nothing_known(week)
        body = msgspec.json.encode(found, order="sorted")
        mine = Kept(bulletin=body, sha256=_hash(body), printed_at=now, printed_by=self._by)
        return _checked(week, self._put(BULLETIN, week.name, mine, now))

    def kept(self, week: Week) -> Kept | None:
        """The week's document on record; None: it was never printed.

        Raises:
            CheckFailedError: what is on record is not what was put there.
        """
        body = self._ledger.version(BULLETIN, week.name)
        return _checked(week, msgspec.msgpack.decode(body, type=Kept)) if body is not None else None

    def form(
        self, week: Week, name: str, now: datetime, render: Callable[[Bulletin], Mapping[str, str]]
    ) -> Mapping[str, str]:
        """The files of one form; rendered and put on record when they are asked for the first time.

        Args:
            week: that was printed, or is now.
            name: of the form: `html-zh`.
            now: when.
            render: makes the files of the document.

        Raises:
            ConflictError: the cut-off has not come, or nothing was on record by then.
            CheckFailedError: what is on record is not what was put there.
        """
        key = f"{week.name}/{name}"
        body = self._ledger.version(PRINT, key)
        if body is not None:
            return _checked_print(key, msgspec.msgpack.decode(body, type=Print)).files
        files = dict(render(read(self.printed(week, now))))
        mine = Print(
            files=files, sha256=_hash_of_files(files), printed_at=now, printed_by=self._by, program=__version__
        )
        return _checked_print(key, self._put(PRINT, key, mine, now)).files

    def draft(self, week: Week) -> Bulletin:
        """The bulletin of all that is on record now; it is kept nowhere."""
        return self._compute(week, Kind.DRAFT, EVERYTHING)

    def revision(self, week: Week) -> Revision:
        """The same beside what was printed."""
        kept = self.kept(week)
        printed = Printed(bulletin=read(kept), at=kept.printed_at) if kept is not None else None
        return Revision(printed=printed, now=self._compute(week, Kind.REVISED, EVERYTHING))

    def _compute(self, week: Week, kind: Kind, known: Known) -> Bulletin:
        gathering = Gathering(week, self._rules, known, self.basis, knowing=self._knowing, windows=self._windows)
        for count, history in enumerate(self._histories(), 1):
            gathering.take(history)
            if self._progress is not None and count % _TOLD_EVERY == 0:
                self._progress(count)
        return gathering.bulletin(kind, __version__)

    def _nothing_known(self, week: Week) -> ConflictError:
        """It would be kept for good, and say of a city before its first case that nothing happened there."""
        by = attrgetter("recorded_at" if self.basis is Basis.RECORDED else "event_at")
        first = min(map(by, self._ledger.all_entries()), default=None)
        if first is None:
            return ConflictError(
                "nothing is on record yet: the bulletin of {week} would be empty for good",
                where=self._ledger.name,
                todo="Print it when there are cases, or a draft that is not kept: --draft.",
                week=week.name,
            )
        return ConflictError(
            "nothing was on record at the cut-off of {week}: its bulletin would be empty for good (the first "
            "entry is of {first})",
            where=self._ledger.name,
            todo="Name a later week, or print a draft that is not kept: --draft.",
            week=week.name,
            first=self._local(first),
        )

    def _local(self, at: datetime) -> str:
        return f"{self._rules.calendar(self._rules.policies[-1]).local(at):%Y-%m-%d %H:%M}"

    def _knowing(self, policy: str) -> Rules:
        if not self._rules.knows(policy):
            self._rules = self._rulebook({policy})
        return self._rules

    def _histories(self) -> Iterator[list[Entry]]:
        for _, history in groupby(self._ledger.all_entries(), key=attrgetter("case_id")):
            yield list(history)

    def _put(self, kind: str, version: str, mine: Stored, now: datetime) -> Stored:
        """Keep it, unless somebody was faster; returns what is kept."""
        try:
            self._ledger.put_version(kind, version, msgspec.msgpack.encode(mine), now, current=False)
        except ConflictError:
            theirs = self._ledger.version(kind, version)
            if theirs is None:
                raise
            return msgspec.msgpack.decode(theirs, type=type(mine))
        return mine


def read(kept: Kept) -> Bulletin:
    """The document."""
    return msgspec.json.decode(kept.bulletin, type=Bulletin)


def _checked(week: Week, kept: Kept) -> Kept:
    if _hash(kept.bulletin) != kept.sha256:
        raise _altered(f"{BULLETIN} {week.name}")
    return kept


def _checked_print(key: str, found: Print) -> Print:
    if _hash_of_files(found.files) != found.sha256:
        raise _altered(f"{PRINT} {key}")
    return found


def _altered(what: str) -> CheckFailedError:
    return CheckFailedError(
        "the bulletin on record is not the one that was printed: its hash differs",
        where=what,
        todo="Somebody changed the ledger by hand: restore that row from a backup. --revised computes anew.",
    )


def _hash(body: bytes) -> str:
    return sha256(body).hexdigest()


def _hash_of_files(files: Mapping[str, str]) -> str:
    return _hash(msgspec.json.encode(files, order="sorted"))
