"""The tables of a bulletin in one language: the page and the spreadsheet show the same ones."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from router.bulletin.table import Cell, Change, Column, Look, Rate, Table, Tenths
from router.bulletin.words import Words
from router.core.bulletin.document import Bulletin
from router.core.bulletin.matters import MatterLine
from router.core.bulletin.ranking import Peers
from router.core.bulletin.risks import Named, Reason, Risk
from router.core.bulletin.summary import Flow, Part
from router.core.counting.hands import HolderKind

_DAY_S = 86_400
_DAY = timedelta(days=1)
_MIDNIGHT = time(0)


class Tables:
    """All tables of one bulletin."""

    def __init__(self, bulletin: Bulletin, words: Words) -> None:
        self._bulletin = bulletin
        self._words = words
        self._zone = ZoneInfo(bulletin.zone)

    def all(self) -> Iterator[Table]:
        """In the order they are printed."""
        yield self.reasons()
        yield self.risks()
        yield self.week()
        yield self.districts()
        yield self.escalations()
        yield self.rates()
        yield self.before_complaint()
        yield self.shares()
        yield self.matters()
        if self._bulletin.ranking is not None:
            yield self.ranking()
        yield self.definitions()

    def figures(self) -> Iterator[Table]:
        """Those that have figures."""
        return (table for table in self.all() if table.name != "definitions")

    def local(self, at: datetime | None) -> str:
        """An instant in the bulletin's zone: `2026-11-24 15:04`; empty for None."""
        return f"{at.astimezone(self._zone):%Y-%m-%d %H:%M}" if at is not None else ""

    def until(self, at: datetime | None) -> str:
        """The same of a due date: midnight ends a day and begins none, `2026-11-24 24:00`."""
        local = at.astimezone(self._zone) if at is not None else None
        if local is None or local.time() != _MIDNIGHT:
            return self.local(at)
        return f"{local.date() - _DAY:%Y-%m-%d} 24:00"

    # -- open risks

    def reasons(self) -> Table:
        """How many cases for which reason."""
        words, risks = self._words, self._bulletin.risks
        note = words("risks_note", open=f"{risks.open:,}", count=f"{len(risks.cases) + risks.withheld:,}")
        return Table(
            name="risk-reasons",
            title=words("by_reason"),
            columns=(Column(words("reason")), Column(words("count"), Look.BAR)),
            rows=(
                *((words(f"reason_{reason}"), risks.by_reason.get(reason, 0)) for reason in Reason),
                (words("withheld"), risks.withheld),
            ),
            notes=(note,),
        )

    def risks(self) -> Table:
        """Every open case at risk, the oldest risk first."""
        words = self._words
        columns = (
            Column(words("case"), Look.CODE),
            Column(words("reason")),
            Column(words("since"), Look.CODE),
            Column(words("desk")),
            Column(words("place")),
            Column(words("category")),
            Column(words("age_days"), Look.NUMBER),
            Column(words("due_at"), Look.CODE),
            Column(words("colour")),
            Column(words("level")),
            Column(words("hands")),
            Column(words("escalations"), Look.NUMBER),
            Column(words("returns"), Look.NUMBER),
        )
        return Table(
            name="open-risks",
            title=words("risks"),
            columns=columns,
            rows=tuple(self._risk(one) for one in self._bulletin.risks.cases),
        )

    def _risk(self, one: Risk) -> tuple[Cell, ...]:
        words = self._words
        age = self._bulletin.cutoff_at - one.opened_at
        return (
            one.case,
            words("and").join(words(f"reason_{x}") for x in one.reasons),
            self.local(one.since),
            one.desk.name or words("nobody"),
            " ".join(place.name for place in one.place) or words("no_district"),
            one.category.name or words("no_category"),
            int(age.total_seconds() // _DAY_S),
            self._due(one),
            self._colour(one.colour),
            words("level_n", number=one.level, title=one.level_title).strip() if one.level else "",
            self._hands(one.hands, one.holder),
            one.escalations,
            one.returns,
        )

    def _due(self, one: Risk) -> str:
        due = self.until(one.extended_due_at or one.due_at)
        if one.extended_due_at is not None and one.extended_due_at != one.due_at:
            due = self._words("due_extended", due=due, first=self.until(one.due_at))
        return due + (self._words("provisional") if one.provisional else "")

    def _colour(self, colour: Named | None) -> str:
        if colour is None:
            return ""
        name = self._words.value(colour.code)
        return f"{name} {colour.name}".strip() if colour.name and colour.name != name else name

    def _hands(self, kind: HolderKind, holder: Named) -> str:
        said = self._words.value(kind.value)
        return self._words("hands_of", kind=said, holder=holder.name) if holder.name else said

    # -- summary

    def week(self) -> Table:
        """What came and went, beside the week before."""
        words = self._words
        now, then = self._bulletin.summary.week, self._bulletin.summary.before
        visits, visits_then = self._bulletin.summary.visits, self._bulletin.summary.visits_before
        counts = (
            ("opened", now.opened, then.opened),
            ("on_the_spot", now.on_the_spot, then.on_the_spot),
            ("closed", now.closed, then.closed),
            ("open", now.open, then.open),
            ("overdue", now.overdue, then.overdue),
            ("visits", visits.visits, visits_then.visits),
            ("visits_solved", visits.on_the_spot, visits_then.on_the_spot),
            ("visits_quiet", visits.nothing_raised, visits_then.nothing_raised),
        )
        rates = (
            (
                "proactive_share",
                Part(of=now.opened, part=now.proactive),
                Part(of=then.opened, part=then.proactive),
            ),
            ("on_time", now.on_time, then.on_time),
            ("on_time_after_changes", now.on_time_after_changes, then.on_time_after_changes),
            ("extended", now.extended, then.extended),
            ("suspended", now.suspended, then.suspended),
            ("excused", now.excused, then.excused),
        )
        return Table(
            name="summary",
            title=words("week_flow"),
            columns=(
                Column(words("measure")),
                Column(words("this_week"), Look.NUMBER, rates=True),
                Column(words("the_week_before"), Look.NUMBER, rates=True),
                Column(words("change"), Look.NUMBER),
            ),
            rows=(
                *((words(key), a, b, Change(a - b)) for key, a, b in counts),
                *((words(key), _rate(a), _rate(b), _points(_rate(a), _rate(b))) for key, a, b in rates),
            ),
        )

    def districts(self) -> Table:
        """The same by district."""
        words, summary = self._words, self._bulletin.summary
        flows = [(self._district(one.district, one.name), one.flow) for one in summary.by_district]
        return Table(
            name="districts",
            title=words("districts"),
            columns=(
                Column(words("district")),
                *(Column(words(key), Look.NUMBER) for key in ("opened", "closed", "open", "overdue")),
                Column(words("on_time"), Look.NUMBER, rates=True),
            ),
            rows=tuple(_flow_row(name, flow) for name, flow in [*flows, (words("total"), summary.week)]),
            has_total=True,
        )

    def escalations(self) -> Table:
        """One step each, by cause."""
        words, summary = self._words, self._bulletin.summary
        also = words(
            "also_happened", pulled=summary.pulled, skipped=summary.skipped, taken_back=summary.taken_back
        )
        return Table(
            name="escalations",
            title=words("escalation_table"),
            columns=(Column(words("step")), Column(words("cause")), Column(words("count"), Look.BAR)),
            rows=tuple(
                (f"{words.step(one.from_step)} → {words.step(one.to_step)}", words.value(one.cause), one.count)
                for one in summary.escalations
            ),
            keys=(0, 1),
            notes=(also,) if summary.escalations else (words("escalations_none"), also),
        )

    def rates(self) -> Table:
        """The three rates, and who looked."""
        words, summary = self._words, self._bulletin.summary
        asked, seen = summary.three_rates, summary.coverage
        satisfied = asked.satisfied + asked.basically * Fraction(9, 10)
        rows = (
            ("response", asked.contacted, asked.valid),
            ("resolution", asked.solved, asked.valid),
            ("satisfaction", satisfied, asked.valid),
            ("follow_up_coverage", asked.valid, asked.resolved),
            ("instructed", seen.instructed, seen.cases),
            ("on_site", seen.on_site, seen.cases),
            ("task_force", seen.task_force, seen.cases),
            ("satisfied", seen.satisfied, seen.closed),
        )
        return Table(
            name="rates",
            title=words("rates"),
            columns=(Column(words("measure")), Column(words("ratio"), Look.NUMBER, rates=True)),
            rows=tuple((words(key), Rate(part, of)) for key, part, of in rows),
        )

    def before_complaint(self) -> Table:
        """The ratio in its variants, with both of its parts."""
        words, found = self._words, self._bulletin.summary.before_complaint
        unfit = "" if found.assessable else words("not_assessable")
        notes = [words("linkable", part=found.linkable.part, of=found.linkable.of)]
        if unfit:
            notes.append(words("linkable_low"))
        rows: list[tuple[Cell, ...]] = []
        for name in ("total", "without_on_the_spot", "independent_only"):
            for way in ("cohort", "flow"):
                one = getattr(getattr(found, name), way)
                rate = Rate(one.numerator, one.denominator, unfit=unfit)
                rows.append((words(way), words(f"variant_{name}"), rate, one.provisional))
        return Table(
            name="before-complaint",
            title=words("before_table"),
            columns=(
                Column(words("way")),
                Column(words("variant")),
                Column(words("ratio"), Look.NUMBER, rates=True),
                Column(words("provisional_part"), Look.NUMBER),
            ),
            rows=tuple(rows),
            keys=(0, 1),
            notes=tuple(notes),
        )

    # -- what it was about

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
            columns=(Column(words("district")), *self.matter_columns()),
            rows=tuple(
                (self._district(one.district, one.name), *self.matter_row(line))
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
                    "matters_opened", name=self._district(one.district, one.name), opened=f"{one.opened:,}"
                ),
                columns=self.matter_columns(),
                rows=tuple(self.matter_row(line) for line in one.lines),
                keys=(1,),
                notes=tuple(notes if one.lines else [words("matters_none")]),
            )

    def matter_columns(self) -> tuple[Column, ...]:
        """Without the district's."""
        words = self._words
        return (
            Column(words("rank"), Look.NUMBER),
            Column(words("category")),
            Column(words("count"), Look.BAR),
            Column(words("change"), Look.NUMBER),
            Column(words("rank_change"), Look.NUMBER),
        )

    def matter_row(self, line: MatterLine) -> tuple[Cell, ...]:
        """Without the district. A place that is gained counts up."""
        gained = line.rank_before - line.rank if line.rank_before is not None else None
        return (
            line.rank,
            line.name or self._words("no_category"),
            line.count,
            Change(line.count - line.count_before),
            Change(gained, word=self._words("new")),
        )

    # -- peers

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
        cutoff = self.local(bulletin.cutoff_at)
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
            last=self.local(source.last_recorded_at) or self._words("never"),
            tree=source.tree,
            program=source.program,
            zone=self._bulletin.zone,
        )

    def _district(self, code: str, name: str) -> str:
        return name if code else self._words("no_district")


def _flow_row(name: str, flow: Flow) -> tuple[Cell, ...]:
    return name, flow.opened, flow.closed, flow.open, flow.overdue, _rate(flow.on_time)


def _rate(part: Part) -> Rate:
    return Rate(part.part, part.of)


def _points(now: Rate, then: Rate) -> Change:
    if now.value is None or then.value is None:
        return Change(None)
    return Change(round((now.value - then.value) * 1000), tenths=True)
