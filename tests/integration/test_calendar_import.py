"""A notice comes into force: what it moves is said first, then moved with an entry, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import msgspec
import pytest

from router.calendars import CALENDAR, CalendarSet, Source, calendars_in_force
from router.cli.calendar import _in_use
from router.cli.calendar_import import bring_in
from router.cli.call import Call
from router.core.calendars.calendar import Calendar
from router.core.events import DeadlineRecomputed
from router.core.history import advance
from router.errors import ConfigurationError, ConflictError
from router.presets import preset_calendar, preset_text
from tests.town import Town, town
from tests.unit.core.calendars import china

#: Two budgets in working days, and one that no calendar moves.
POLICY = """
name = "working"
calendar = "cn"
milestone = [
  { name = "look", within = "1h", satisfied_by = "progress", on_pass = "nothing", track = "internal" },
  { name = "plan", within = "2wd", satisfied_by = "progress", on_pass = "remind", track = "internal" },
  { name = "close", within = "5wd", satisfied_by = "closed" },
]
ladder = [{ step = "street" }, { step = "district", budget = "2wd" }]
"""
#: As no notice has it: New Year from Friday 1 January 2027 on, made up on Saturday 9 January.
NOTICE = """
calendar = "cn"
coverage_end = 2027-12-31
[[notice]]
year = 2027
source = "a notice of this test"
days_off = ["2027-01-01..2027-01-03"]
make_up_days = ["2027-01-09"]
"""
CITY = 'name = "ourcity"\nbased_on = "cn"\nhours = ["08:30-12:00", "14:00-17:30"]\n'


@pytest.fixture
def year_end(tmp_path: Path) -> Iterator[Town]:
    """A town on Monday 28 December 2026, 10:00, with a case in hand."""
    with town(f"sqlite:///{tmp_path}/ledger.db", policy=POLICY) as built:
        built.time = china(2026, 12, 28, 10)
        built.open(1)
        yield built


def notice(year_end: Town, *texts: str) -> CalendarSet:
    files = [Source(f"notice-{number}.toml", text) for number, text in enumerate(texts or (NOTICE,))]
    return calendars_in_force(year_end.on.ledger)[1].with_files(files)


def dues(year_end: Town) -> dict[str, tuple[datetime, bool]]:
    (case,) = year_end.on.ledger.all_cases(open_only=True)
    return {one.name: (one.due_at, one.provisional) for one in case.milestones}


def test_a_dry_run_says_what_would_move_and_moves_nothing(
    year_end: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    call = Call()
    call.note("json", value=True)
    before = dues(year_end)
    assert before["close"] == (china(2027, 1, 5), True)  # 29, 30, 31 December, 1 and 4 January
    assert bring_in(call, year_end.on, notice(year_end), dry_run=True) == 0
    said = msgspec.json.decode(capsys.readouterr().out)
    assert said["deadlines"] == {
        "open_cases": 1,
        "cases": 1,
        "later": 1,
        "earlier": 0,
        "marked": 0,
        "due_now": 0,
        "provisional": 0,
    }
    assert said["calendars"][0]["off"] == ["2027-01-01"]
    assert said["calendars"][0]["worked"] == ["2027-01-09"]
    assert not said["in_force"]
    assert dues(year_end) == before
    assert [one.provisional for one in _in_use(year_end.on, 0)] == [1]


def test_an_import_moves_what_is_provisional_with_an_entry_and_puts_the_calendar_on_record(
    year_end: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring_in(Call(), year_end.on, notice(year_end), dry_run=False) == 0
    assert dues(year_end) == {
        "look": (china(2026, 12, 28, 11), False),
        "plan": (china(2026, 12, 31), False),
        "close": (china(2027, 1, 6), False),  # 29, 30, 31 December, 4 and 5 January
    }
    assert "2027-01-01" in capsys.readouterr().out
    (case,) = year_end.on.ledger.all_cases()
    entries = year_end.on.ledger.entries(case.id)
    version = year_end.on.rulebook().calendars["cn"].version
    assert entries[-1].event == DeadlineRecomputed(
        milestone="close",
        due_at=china(2027, 1, 5),
        moved_to=china(2027, 1, 6),
        provisional=False,
        calendar=version,
    )
    assert entries[-1].cause.startswith("calendar/")
    assert advance(None, entries) == case
    kept = year_end.on.ledger.version(CALENDAR, version)
    assert kept is not None
    assert msgspec.msgpack.decode(kept, type=Calendar).coverage_end == date(2027, 12, 31)
    assert year_end.on.ledger.version(CALENDAR, preset_calendar("cn").version) is not None


def test_the_same_notice_twice_moves_nothing_twice(year_end: Town) -> None:
    bring_in(Call(), year_end.on, notice(year_end), dry_run=False)
    (case,) = year_end.on.ledger.all_cases()
    first = calendars_in_force(year_end.on.ledger)
    bring_in(Call(), year_end.on, notice(year_end), dry_run=False)
    assert calendars_in_force(year_end.on.ledger) == first
    assert next(year_end.on.ledger.all_cases()).version == case.version


def test_the_clock_wakes_a_case_at_its_new_instant_and_not_at_the_old_one(year_end: Town) -> None:
    bring_in(Call(), year_end.on, notice(year_end), dry_run=False)
    year_end.wait(days=8)  # Tuesday 5 January, 10:00: past the old instant
    (case,) = year_end.on.ledger.all_cases()
    assert case.escalations == 0
    year_end.wait(hours=15)
    (case,) = year_end.on.ledger.all_cases()
    assert case.escalations == 1


def test_a_new_case_is_counted_by_the_calendar_in_force(year_end: Town) -> None:
    bring_in(Call(), year_end.on, notice(year_end), dry_run=False)
    case = year_end.on.ledger.case(year_end.open(2))
    assert case is not None
    assert (case.due_at, case.milestones[-1].provisional) == (china(2027, 1, 6), False)


def test_a_citys_own_calendar_follows_the_national_notice(year_end: Town) -> None:
    for texts in ((CITY, NOTICE), (NOTICE, CITY)):
        city = notice(year_end, *texts).calendars()["ourcity"]
        assert city.coverage_end == date(2027, 12, 31)
        assert not city.is_working_day(date(2027, 1, 1))
        assert city.hours[0][0].hour == 8


def test_a_whole_calendar_takes_the_place_of_the_old_one_with_its_notices(year_end: Town) -> None:
    shipped = preset_text("calendars", "cn").replace("全国工作日历", "另一版")
    after = notice(year_end, NOTICE, shipped)
    assert after.calendars()["cn"].coverage_end == date(2026, 12, 31)
    assert len(after.files) == 1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (NOTICE.replace('"cn"', '"moon"'), "there is no calendar moon"),
        (NOTICE.replace("2027", "2028"), "no notice for 2027"),
        ('name = "a"\nbased_on = "b"\n', "there is no calendar b"),
    ],
)
def test_a_wrong_file_changes_nothing(year_end: Town, text: str, reason: str) -> None:
    before = calendars_in_force(year_end.on.ledger)
    with pytest.raises(ConfigurationError, match=reason):
        notice(year_end, text)
    assert calendars_in_force(year_end.on.ledger) == before


def test_calendars_that_are_based_on_each_other_are_refused(year_end: Town) -> None:
    with pytest.raises(ConfigurationError, match="based on each other: b → a → b"):
        notice(
            year_end,
            *(f'name = "{one}"\nbased_on = "{two}"\n' for one, two in map(str.split, ("a cn", "b a", "a b"))),
        )


def test_the_zone_of_a_calendar_in_force_does_not_change(year_end: Town) -> None:
    moved = preset_text("calendars", "cn").replace("Asia/Shanghai", "Asia/Urumqi")
    with pytest.raises(ConflictError, match="the zone of the calendar cn"):
        bring_in(Call(), year_end.on, notice(year_end, moved), dry_run=False)


def test_what_a_newer_program_ships_moves_nothing_by_itself(
    year_end: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer = preset_text("calendars", "cn").replace("coverage_end = 2026", "coverage_end = 2030")
    monkeypatch.setattr("router.calendars.preset_text", lambda _kind, _name: newer)
    year_end.on.rulebook.reload()
    assert year_end.on.rulebook().calendars["cn"].coverage_end == date(2026, 12, 31)
