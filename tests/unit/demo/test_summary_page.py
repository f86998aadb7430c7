"""The page of a summary: readable on 80 columns, in both languages."""

from datetime import datetime

import msgspec
import pytest
from rich.cells import cell_len

from router.demo.summary import Line, Mood, OldestOpen, StepUp, Summary
from router.demo.summary_page import Page

OLDEST = OldestOpen(
    case_id="25CJJ5HCUHYUHQHE",
    category="物业管理",
    opened_at=datetime.fromisoformat("2026-12-08T09:00:00+08:00"),
    leads=("双溪镇", "清平县", "云溪市", *(f"云溪市第{level}级监督督办席" for level in range(1, 6))),
)
LINE = Line(
    opened=145_000, resolved=144_000, open=1_000, due=140_000, met=123_456, escalated=9_999, returns=500,
    problems=99_999, before_complaint=12_345, provisional=12_345, oldest=OLDEST,
)  # fmt: skip
SUMMARY = Summary(
    city="云溪市",
    seed=7,
    weeks=4,
    per_day=14_500,
    as_of=datetime.fromisoformat("2026-12-28T00:00:00+08:00"),
    tiers={"street": LINE, "district": LINE, "city": Line()},
    total=LINE,
    escalations=(
        StepUp(from_step="street", to_step="district", by_cause={"deadline": 9_999, "voluntary": 12}),
        StepUp(from_step="supervision-4", to_step="supervision-5", by_cause={"deadline": 1}),
    ),
    skipped=12_345,
    triaged=12_345,
    returns_approved=12_345,
    extended=12_345,
    suspended=12_345,
    answered=12_345,
    provisional_deadlines=12_345,
    before_complaint_assessable=True,
    proactive=12_345,
    moods={"silent": Mood(desks=1, opened=145_000, due=140_000, met=20_000, returns=0, escalated=99_999)},
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_line_is_wider_than_a_terminal_and_nothing_is_cut(language: str) -> None:
    page = str(Page(SUMMARY, language))
    assert max(map(cell_len, page.splitlines())) <= 80
    assert "…" not in page
    assert "12345/99999 12.3%" in page
    assert "88.2% (140,000)" in page


def test_what_is_provisional_is_said() -> None:
    assert "暂定" in str(Page(SUMMARY, "zh"))
    assert "12,345 of them are provisional" in str(Page(SUMMARY, "en"))


def test_a_ratio_that_says_nothing_is_not_printed() -> None:
    vague = msgspec.structs.replace(SUMMARY, before_complaint_assessable=False)
    page = str(Page(vague, "en"))
    assert "not assessable" in page
    assert "12.3%" not in page


def test_a_tier_where_nothing_was_due_has_no_rate() -> None:
    assert "– (0)" in str(Page(SUMMARY, "zh"))
    assert "没有在办工单" in str(Page(SUMMARY, "zh"))
