"""The summary as a page an official can read: tables of at most 80 columns, in Chinese or English."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from io import StringIO
from typing import Any

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from router.demo.summary import Line, Mood, OldestOpen, StepUp, Summary
from router.demo.temperaments import TEMPERAMENTS
from router.sentences import counts

_WIDTH = 80
_LANGUAGES = ("zh", "en")

#: Key → (Chinese, English).
_WORDS: dict[str, tuple[str, str]] = {
    "title": (
        "{city}（虚构）{weeks} 周：{start} 至 {end}，受理 {opened:,} 件",
        "{city} (made up), {weeks:week|weeks}: {start} to {end}, {opened:,} cases",
    ),
    "tiers": ("各层级（按首次派单的层级）", "By tier (of the first desk)"),
    "tier": ("层级", "tier"),
    "opened": ("受理", "opened"),
    "resolved": ("办结", "resolved"),
    "open": ("在办", "open"),
    "on_time": ("按期办结率 (n)", "on time (n)"),
    "escalated": ("超期提级", "went up"),
    "before": ("未诉先办*", "before complaint*"),
    "city": ("市级", "city"),
    "district": ("区县", "district"),
    "street": ("街道", "street"),
    "supervision": ("督办{n}级", "supervision {n}"),
    "total": ("合计", "total"),
    "steps": ("提级（逐级）", "Escalations, one step each"),
    "step": ("从 → 到", "from → to"),
    "deadline": ("超期", "deadline"),
    "voluntary": ("主动申请", "asked for"),
    "repeat": ("重办", "repeat"),
    "moods": ("各类单位（模拟的作风）", "How the simulated desks behaved"),
    "mood": ("作风", "temper"),
    "desks": ("单位", "desks"),
    "returns": ("退单", "returns"),
    "lost": ("被提级", "taken up"),
    "longest": ("各层级最久在办", "Open longest"),
    "opened_on": ("{date} 受理，已 {n} 天", "opened {date}, {n} days ago"),
    "on": (
        "* 未诉先办 = 主动发现且办结、期间无投诉的问题 / 全部问题",
        "* found by the city and solved without a complaint / all problems",
    ),
    "provisional": (
        "  其中 {n:,} 个问题办结未满 30 天，为暂定数，再有投诉即扣除。",
        "  {n:,} of them are provisional: a complaint within 30 days takes them out.",
    ),
    "not_assessable": (
        "  有地点的工单不足八成，未诉先办率不可评估。",
        "  not assessable: fewer than 80 % of the cases have a place.",
    ),
    "no_oldest": ("没有在办工单", "no case is open"),
    "also": (
        "主动发现 {proactive:,} 件；分诊 {triaged:,} 件；同意退单 {returns:,} 次；空缺层级跳过 {skipped:,} 次。",
        "Found by the city {proactive:,}, triaged {triaged:,}, returned {returns:,}, tiers skipped {skipped:,}.",
    ),
    "changed": (
        "延期 {extended:,} 件；挂账中 {suspended:,} 件；回访答全三率的 {answered:,} 件。",
        "More time for {extended:,}, suspended {suspended:,}, answered the three questions {answered:,}.",
    ),
    "calendar": (
        "暂定时限 {n:,} 个：落在 2027 年，节假日安排公布前可能变动。",
        "Provisional deadlines: {n:,}, in 2027, whose holidays are not published yet.",
    ),
}  # fmt: skip


class Page:
    """Renders one summary in one language."""

    def __init__(self, summary: Summary, language: str) -> None:
        """`language`: `zh` or `en`."""
        self._summary = summary
        self._language = _LANGUAGES.index(language)

    def __str__(self) -> str:
        out = StringIO()
        console = Console(file=out, width=_WIDTH, highlight=False, color_system=None)
        for part in self._parts():
            console.print(part)
        return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"

    def _parts(self) -> list[RenderableType]:
        summary = self._summary
        start = summary.as_of - timedelta(weeks=summary.weeks)
        title = self._word(
            "title",
            city=summary.city,
            weeks=summary.weeks,
            start=f"{start:%Y-%m-%d}",
            end=f"{summary.as_of - timedelta(days=1):%Y-%m-%d}",
            opened=summary.total.opened,
        )
        return [
            Text(title),
            "",
            self._tiers(),
            "",
            *self._longest(),
            "",
            self._steps(),
            "",
            self._moods(),
            "",
            *self._notes(),
        ]

    def _tiers(self) -> Table:
        keys = ("tier", "opened", "resolved", "open", "on_time", "escalated", "before")
        table = self._table("tiers", keys)
        for tier, line in self._summary.tiers.items():
            table.add_row(*self._line(self._step(tier), line))
        table.add_section()
        table.add_row(*self._line(self._word("total"), self._summary.total))
        return table

    def _line(self, name: str, line: Line) -> list[str]:
        before = "–"
        if line.before_complaint_share is not None and self._summary.before_complaint_assessable:
            before = f"{line.before_complaint}/{line.problems} {line.before_complaint_share:.1%}"
        return [
            name,
            f"{line.opened:,}",
            f"{line.resolved:,}",
            f"{line.open:,}",
            _rate(line.met, line.due),
            f"{line.escalated:,}",
            before,
        ]

    def _longest(self) -> list[RenderableType]:
        lines: list[RenderableType] = [Text(self._word("longest"))]
        for tier, line in self._summary.tiers.items():
            said = self._word("no_oldest") if line.oldest is None else self._oldest(line.oldest)
            lines.append(Text(f"  {self._step(tier)}  {said}"))
            if line.oldest is not None:
                lines.append(Padding(Text(" → ".join(line.oldest.leads)), (0, 0, 0, 4)))
        return lines

    def _oldest(self, oldest: OldestOpen) -> str:
        days = (self._summary.as_of - oldest.opened_at).days
        date = f"{oldest.opened_at.astimezone(self._summary.as_of.tzinfo):%m-%d}"
        return "  ".join((oldest.case_id, oldest.category or "–", self._word("opened_on", date=date, n=days)))

    def _steps(self) -> Table:
        table = self._table("steps", ("step", "deadline", "voluntary", "repeat"))
        for step in self._summary.escalations:
            table.add_row(self._between(step), *(f"{step.by_cause.get(cause, 0):,}" for cause in _CAUSES))
        return table

    def _between(self, step: StepUp) -> str:
        return f"{self._step(step.from_step)} → {self._step(step.to_step)}"

    def _step(self, name: str) -> str:
        if name.startswith("supervision-"):
            return self._word("supervision", n=name.removeprefix("supervision-"))
        return self._word(name)

    def _moods(self) -> Table:
        table = self._table("moods", ("mood", "desks", "opened", "on_time", "returns", "lost"))
        for mood in TEMPERAMENTS:
            found = self._summary.moods.get(mood.code)
            if found is not None:
                table.add_row((mood.zh, mood.en)[self._language], *_mood(found))
        return table

    def _notes(self) -> list[Text]:
        summary = self._summary
        before = self._word("not_assessable")
        if summary.before_complaint_assessable:
            before = self._word("provisional", n=summary.total.provisional)
        notes = [
            self._word("on"),
            before,
            self._word(
                "also",
                proactive=summary.proactive,
                triaged=summary.triaged,
                returns=summary.returns_approved,
                skipped=summary.skipped,
            ),
        ]
        notes.append(
            self._word(
                "changed", extended=summary.extended, suspended=summary.suspended, answered=summary.answered
            )
        )
        if summary.provisional_deadlines:
            notes.append(self._word("calendar", n=summary.provisional_deadlines))
        return [Text(note) for note in notes]

    def _table(self, title: str, columns: Sequence[str]) -> Table:
        table = Table(
            title=Text(self._word(title)),
            title_justify="left",
            box=box.SIMPLE_HEAD,
            show_edge=False,
            pad_edge=False,
            padding=(0, 1, 0, 0),
        )
        for number, column in enumerate(columns):
            table.add_column(self._word(column), justify="right" if number else "left", no_wrap=True)
        return table

    def _word(self, key: str, **data: Any) -> str:
        return _WORDS[key][self._language].format_map(counts(data))


_CAUSES = ("deadline", "voluntary", "repeat")


def _rate(met: int, due: int) -> str:
    return f"{met / due:.1%} ({due:,})" if due else "– (0)"


def _mood(mood: Mood) -> list[str]:
    return [
        f"{mood.desks:,}",
        f"{mood.opened:,}",
        _rate(mood.met, mood.due),
        f"{mood.returns:,}",
        f"{mood.escalated:,}",
    ]
