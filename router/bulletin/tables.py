"""The tables of a bulletin in one language: the page and the spreadsheet show the same ones."""

from __future__ import annotations

from collections.abc import Iterator

from router.bulletin.matter_tables import MatterTables
from router.bulletin.risk_tables import RiskTables
from router.bulletin.summary_tables import SummaryTables
from router.bulletin.table import Column, Look, Rate, Table
from router.bulletin.wording import Wording
from router.bulletin.words import Words
from router.core.bulletin.document import Bulletin
from router.core.bulletin.ranking import Peers


class Tables:
    """All tables of one bulletin."""

    def __init__(self, bulletin: Bulletin, words: Words) -> None:
        self.wording = Wording(bulletin, words)
        self.risk = RiskTables(self.wording)
        self.summary = SummaryTables(self.wording)
        self.matter = MatterTables(self.wording)
        self._bulletin = bulletin
        self._words = words

    def all(self) -> Iterator[Table]:
        """In the order they are printed."""
        yield self.risk.reasons()
        yield self.risk.risks()
        yield from self.summary.all()
        yield self.matter.shares()
        yield self.matter.matters()
        if self._bulletin.ranking is not None:
            yield self.ranking()
        yield self.definitions()

    def figures(self) -> Iterator[Table]:
        """Those that have figures."""
        return (table for table in self.all() if table.name != "definitions")

    def ranking(self) -> Table:
        """All groups of peers, one below the other."""
        words, found = self._words, self._bulletin.ranking
        assert found is not None  # noqa: S101 - `all` asks first
        return Table(
            name="ranking",
            title=words("ranking"),
            columns=(
                Column(words("rank"), Look.NUMBER),
                Column(words("unit")),
                Column(words("on_time"), Look.NUMBER, rates=True),
                Column(words("peers")),
            ),
            rows=tuple(
                (
                    one.rank if one.rank is not None else self._unplaced(one.n, found.minimum_n),
                    one.name,
                    Rate(one.met, one.n),
                    self.peers_title(peers),
                )
                for peers in found.groups
                for one in peers.desks
            ),
            keys=(1, 3),
            notes=(
                words("ranking_note", n=found.minimum_n, peers=found.minimum_peers)
                if found.groups
                else words("ranking_none"),
            ),
        )

    def _unplaced(self, n: int, minimum_n: int) -> str:
        return self._words("no_place" if n < minimum_n else "too_few_peers")

    def peers_title(self, peers: Peers) -> str:
        """What the desks of a group have in common."""
        words = self._words
        kind = words.value(peers.kind)
        # A line has a code and no name.
        kind = words("of_line", line=peers.line) if peers.line else kind
        return " ".join(part for part in (words.value(peers.tier), kind) if part)

    def definitions(self) -> Table:
        """What every number means."""
        words = self._words
        without = "" if self._bulletin.ranking is not None else "ranking_term"
        meanings = words.definitions(without=without, problem_days=self._problem_days())
        return Table(
            name="definitions",
            title=words("definitions"),
            columns=(Column(words("term")), Column(words("meaning"))),
            rows=(*meanings, (words("cut_off"), self.basis()), (words("source"), self.source())),
        )

    def _problem_days(self) -> str:
        """`30 days`, and which groups have others."""
        words = self._words
        usual, *others = self._bulletin.problem_days
        said = words("problem_days", days=usual.days)
        if not others:
            return said
        of_group = (words("problem_days_of", name=one.name or one.group, days=one.days) for one in others)
        return words("problem_days_but", usual=said, others=words("and").join(of_group))

    def basis(self) -> str:
        """What is in it and what is not."""
        words, bulletin = self._words, self._bulletin
        cutoff = self.wording.local(bulletin.cutoff_at)
        if bulletin.basis == "happened":
            return words("as_happened", cutoff=cutoff)
        return words("as_known", cutoff=cutoff) if bulletin.recorded_until is not None else words("as_now")

    def source(self) -> str:
        """What it was made from."""
        source = self._bulletin.source
        return self._words(
            "source_line",
            cases=f"{source.cases:,}",
            entries=f"{source.entries:,}",
            last=self.wording.local(source.last_recorded_at) or self._words("never"),
            tree=source.tree,
            program=source.program,
            zone=self._bulletin.zone,
        )
