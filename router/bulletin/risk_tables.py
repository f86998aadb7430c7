"""The tables of what is open and at risk."""

from __future__ import annotations

from router.bulletin.table import Cell, Column, Look, Table
from router.bulletin.wording import Wording
from router.core.bulletin.risks import Named, Reason, Risk
from router.core.counting.hands import HolderKind

_DAY_S = 86_400


class RiskTables:
    """How many, for which reason, and every case."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording
        self._words = wording.words
        self._bulletin = wording.bulletin

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
            self._wording.local(one.since),
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
        due = self._wording.until(one.extended_due_at or one.due_at)
        if one.extended_due_at is not None and one.extended_due_at != one.due_at:
            due = self._words("due_extended", due=due, first=self._wording.until(one.due_at))
        return due + (self._words("provisional") if one.provisional else "")

    def _colour(self, colour: Named | None) -> str:
        if colour is None:
            return ""
        name = self._words.value(colour.code)
        return f"{name} {colour.name}".strip() if colour.name and colour.name != name else name

    def _hands(self, kind: HolderKind, holder: Named) -> str:
        said = self._words.value(kind.value)
        return self._words("hands_of", kind=said, holder=holder.name) if holder.name else said
