"""The tables of the summary: what came, went and was held, and the rates."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from router.bulletin.table import Cell, Change, Column, Look, Rate, Table
from router.bulletin.wording import Wording
from router.core.bulletin.summary import Flow, Part


class SummaryTables:
    """The week in figures, beside the week before."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._words = wording.words
        self._bulletin = wording.bulletin

    def all(self) -> Iterator[Table]:
        """In the order they are printed."""
        yield self.week()
        yield self.districts()
        yield self.escalations()
        yield self.rates()
        yield self.before_complaint()

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
        flows = [(self._wording.district(one.district, one.name), one.flow) for one in summary.by_district]
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


def _flow_row(name: str, flow: Flow) -> tuple[Cell, ...]:
    return name, flow.opened, flow.closed, flow.open, flow.overdue, _rate(flow.on_time)


def _rate(part: Part) -> Rate:
    return Rate(part.part, part.of)


def _points(now: Rate, then: Rate) -> Change:
    if now.value is None or then.value is None:
        return Change(None)
    return Change(round((now.value - then.value) * 1000), tenths=True)
