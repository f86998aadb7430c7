"""The tables of what it was about: groups of categories, and categories by district."""

from __future__ import annotations

from collections.abc import Iterator

from router.bulletin.table import Cell, Change, Column, Look, Table, Tenths
from router.bulletin.wording import Wording
from router.core.bulletin.matters import MatterLine


class MatterTables:
    """What people came with."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._words = wording.words
        self._bulletin = wording.bulletin

    def shares(self) -> Table:
        """Category groups; the shares sum to exactly 100."""
        words, lines = self._words, self._bulletin.shares
        return Table(
            name="shares",
            title=words("shares"),
            columns=(
                Column(words("rank"), Look.NUMBER),
                Column(words("group")),
                Column(words("count"), Look.NUMBER),
                Column(words("share"), Look.BAR, percent=True),
                Column(words("the_week_before"), Look.NUMBER),
                Column(words("change"), Look.NUMBER),
                Column(words("points"), Look.NUMBER),
            ),
            rows=tuple(
                (
                    one.rank,
                    one.name or words("no_category"),
                    one.count,
                    Tenths(one.tenths),
                    one.count_before,
                    Change(one.count - one.count_before),
                    Change(one.tenths - one.tenths_before if one.tenths_before is not None else None, tenths=True),
                )
                for one in lines
            ),
            keys=(1,),
            notes=(words("shares_note"),) if lines else (words("shares_none"),),
        )

    def matters(self) -> Table:
        """All districts' lists, one below the other."""
        words = self._words
        return Table(
            name="matters",
            title=words("matters"),
            columns=(Column(words("district")), *self._columns()),
            rows=tuple(
                (self._wording.district(one.district, one.name), *self._row(line))
                for one in self._bulletin.matters
                for line in one.lines
            ),
            keys=(0, 2),
            notes=(words("matters_note"),),
        )

    def district_matters(self) -> Iterator[Table]:
        """The same, a table for each district."""
        words = self._words
        for one in self._bulletin.matters:
            notes = [words("matters_tied", count=one.tied)] if one.tied else []
            yield Table(
                name="matters",
                title=words(
                    "matters_opened", name=self._wording.district(one.district, one.name), opened=f"{one.opened:,}"
                ),
                columns=self._columns(),
                rows=tuple(self._row(line) for line in one.lines),
                keys=(1,),
                notes=tuple(notes if one.lines else [words("matters_none")]),
            )

    def _columns(self) -> tuple[Column, ...]:
        """Without the district's."""
        words = self._words
        return (
            Column(words("rank"), Look.NUMBER),
            Column(words("category")),
            Column(words("count"), Look.BAR),
            Column(words("change"), Look.NUMBER),
            Column(words("rank_change"), Look.NUMBER),
        )

    def _row(self, line: MatterLine) -> tuple[Cell, ...]:
        """Without the district. A place that is gained counts up."""
        gained = line.rank_before - line.rank if line.rank_before is not None else None
        return (
            line.rank,
            line.name or self._words("no_category"),
            line.count,
            Change(line.count - line.count_before),
            Change(gained, word=self._words("new")),
        )
