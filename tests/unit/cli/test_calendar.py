"""Calendars at the shell: what they say of a year, what is wrong with a file, and days off from a library."""

from __future__ import annotations

import sys
from datetime import date
from types import ModuleType

import pytest

from router.cli.calendar_show import year_of
from router.cli.holiday_library import notice_of
from router.core.calendars.calendar_file import load_calendar
from router.errors import NotFoundError
from router.presets import preset_calendar, preset_text
from tests.unit.cli.conftest import Shell

CN = preset_calendar("cn")
NOTICE = """
calendar = "cn"
coverage_end = 2027-12-31
[[notice]]
year = 2027
days_off = ["2027-01-01..2027-01-03"]
make_up_days = ["2027-01-09"]
"""


def library(monkeypatch: pytest.MonkeyPatch, known: dict[date, bool]) -> None:
    """A library that knows 2027 by those days and the plain week, and no other year."""

    def is_workday(day: date) -> bool:
        if day.year != 2027:
            raise NotImplementedError(f"no available data for year {day.year}")
        return known.get(day, day.weekday() < 5)

    found = ModuleType("chinese_calendar")
    found.__dict__["is_workday"] = is_workday
    monkeypatch.setitem(sys.modules, "chinese_calendar", found)
    monkeypatch.setattr("router.cli.holiday_library.version", lambda _name: "9.9")


FULL = {date(2027, month, day): False for month, day in ((1, 1), (10, 1), (10, 2), (10, 3), (10, 4))}
FULL |= {date(2027, 10, 9): True}


def test_files_and_imported_calendars_are_shown_and_checked_before_there_is_a_tree(bare: Shell) -> None:
    file = bare.file("n.toml", NOTICE)
    shown = bare("calendar", "show", "--calendar", file, "--year", "2027", "--json")
    assert (shown.code, shown.json["name"], shown.json["coverage_end"]) == (0, "cn", "2027-12-31")
    assert bare("calendar", "show", "moon", "--calendar", file).code == 3
    assert list(bare.folder.glob("*.db")) == []
    # A ledger that has neither divisions nor policies yet.
    assert bare("db", "upgrade").code == 0
    assert bare("calendar", "show", "--year", "2026", "--json").json["name"] == "cn"
    assert {one["name"] for one in bare("calendar", "check", "--days", "0", "--json").json} >= {"cn", "natural"}


def test_a_year_is_shown_by_month_with_what_differs_from_the_plain_week(shell: Shell) -> None:
    english, chinese = shell("calendar", "show", "--year", "2026"), shell("calendar", "show", "cn", lang="zh")
    assert english.code == chinese.code == 0
    assert "10-10 Sat" in english.out
    assert "全国工作日历" in chinese.out
    assert "调休上班" in chinese.out
    found = shell("calendar", "show", "--year", "2026", "--json").json
    assert (found["working_days"], found["covered"], found["hours"][0]) == (248, True, "09:00-12:00")
    october = found["months"][9]
    assert (october["working_days"], october["make_up_days"]) == (18, ["2026-10-10"])
    assert not shell("calendar", "show", "--year", "2031", "--json").json["covered"]
    assert shell("calendar", "show", "moon").code == 3


def test_a_calendar_that_never_closes_says_so() -> None:
    found = year_of(preset_calendar("natural"), 2026)
    assert (found.working_days, found.coverage_end, found.hours) == (365, None, ())


def test_what_contradicts_itself_in_a_file_fails_the_check_by_file_key_and_reason(bare: Shell) -> None:
    file = bare.file("n.toml", NOTICE.replace("2027-01-09", "2027-01-08"))
    for words in (("calendar", "check", file), ("check", file)):
        done = bare(*words)
        assert done.code == 7
        assert "n.toml, notice 1, make_up_days: 2027-01-08 is worked anyway" in done.out + done.err
    assert "本来就上班" in bare("calendar", "check", file, lang="zh").err
    fine = bare("calendar", "check", bare.file("n.toml", NOTICE), "--json", "--days", "0")
    assert fine.code == 0, fine.err
    assert fine.json[0]["coverage_end"] == "2027-12-31"


#: The notice of the year after the one that is imported.
NEXT = NOTICE.replace("2027", "2028")


def test_a_file_is_checked_beside_what_is_in_force_as_an_import_would_see_it(shell: Shell) -> None:
    following = shell.file("next.toml", NEXT)
    early = shell("calendar", "check", following, "--days", "0")
    assert early.code == 7
    assert "2027" in early.err
    assert shell("calendar", "import", shell.file("n.toml", NOTICE)).code == 0
    assert shell("calendar", "import", following, "--dry-run").code == 0
    late = shell("calendar", "check", following, "--days", "0", "--json")
    assert late.code == 0, late.err
    assert late.json[0]["coverage_end"] == "2028-12-31"


def test_without_a_ledger_a_file_is_checked_beside_what_is_shipped_and_that_is_said(bare: Shell) -> None:
    done = bare("calendar", "check", bare.file("n.toml", NOTICE), "--days", "0")
    assert "no ledger" in done.err
    assert "随附" in bare("calendar", "check", bare.file("n.toml", NOTICE), "--days", "0", lang="zh").err
    assert list(bare.folder.glob("*.db")) == []


def test_a_notice_comes_into_force_and_is_shown(shell: Shell) -> None:
    file = shell.file("n.toml", NOTICE)
    assert "a dry run" in shell("calendar", "import", file, "--dry-run").err
    assert shell("calendar", "check", "--json").json[0]["coverage_end"] == "2026-12-31"
    done = shell("calendar", "import", file, lang="zh")
    assert done.code == 0, done.err
    assert "放假  2027-01-01" in done.out
    assert shell("calendar", "check", "--json", "--days", "0").json[0]["coverage_end"] == "2027-12-31"
    again = shell("calendar", "import", file)
    assert "agrees with what is in force" in again.err
    assert shell("calendar", "recompute", "--json").json["calendars"] == []


def test_a_deadline_that_no_calendar_knows_yet_is_marked_where_a_case_is_shown(shell: Shell) -> None:
    past = shell.file(
        "past.toml", 'name = "past"\nbased_on = "natural"\nweekend = ["sunday"]\ncoverage_end = 2020-12-31\n'
    )
    own = shell.file("own.toml", preset_text("policies", "default").replace('"cn"', '"past"'))
    assert shell("policy", "import", own, "--calendar", past).code == 0
    case = shell.open()
    chinese, english = shell("case", "show", case, lang="zh").out, shell("case", "show", case).out
    # Signing and closing are in working days; being dispatched is in hours.
    assert chinese.count("（暂定）") == english.count(" (provisional)") == 3
    assert "时限" in chinese.splitlines()[3]
    assert "（暂定）" in chinese.splitlines()[3]
    assert shell("calendar", "check", "--json").json[0]["provisional"] == 2


def test_an_import_is_of_files_or_of_a_library_and_a_year(shell: Shell) -> None:
    for words in (
        (),
        ("cn", "--year", "2026"),
        ("--from", "chinesecalendar"),
        ("cn", "--from", "chinesecalendar"),
    ):
        assert shell("calendar", "import", *words).code == 2
    assert shell("calendar", "import", "cn").code == 0
    assert shell("calendar", "import", "nowhere.toml").code == 4


def test_a_year_from_a_library_makes_the_calendar_agree_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    library(monkeypatch, FULL)
    longer = load_calendar(notice_of(2027, CN).text, "n.toml", {"cn": CN})
    assert longer.coverage_end == date(2027, 12, 31)
    off = [day for day in sorted(longer.days_off) if day.year == 2027 and day.weekday() < 5]
    assert off == [date(2027, 1, 1), date(2027, 10, 1), date(2027, 10, 4)]
    assert [day for day in longer.make_up_days if day.year == 2027] == [date(2027, 10, 9)]


def test_what_the_record_says_otherwise_is_overruled_day_by_day(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = NOTICE.replace("2027-01-01..2027-01-03", "2027-01-01..2027-01-04")
    record = load_calendar(wrong, "wrong.toml", {"cn": CN})
    library(monkeypatch, FULL)
    after = load_calendar(notice_of(2027, record).text, "n.toml", {"cn": record})
    assert after.is_working_day(date(2027, 1, 4))
    assert not after.is_working_day(date(2027, 1, 9))
    assert after.is_working_day(date(2027, 10, 9))


@pytest.mark.parametrize(("year", "known"), [(2028, FULL), (2027, {})])
def test_a_year_the_library_does_not_know_or_ships_empty_is_missing_and_not_without_holidays(
    monkeypatch: pytest.MonkeyPatch, year: int, known: dict[date, bool]
) -> None:
    library(monkeypatch, known)
    with pytest.raises(NotFoundError, match=rf"chinesecalendar 9\.9 has no data for {year}"):
        notice_of(year, CN)


def test_without_the_library_it_is_said_how_to_get_it(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "chinese_calendar", None)
    done = shell("calendar", "import", "--from", "chinesecalendar", "--year", "2026")
    assert done.code == 4
    assert "case-router[calendar]" in done.err


def test_the_real_library_agrees_with_what_is_shipped_for_every_year_of_both(shell: Shell) -> None:
    for year in range(2007, 2027):
        after = load_calendar(notice_of(year, CN).text, "n.toml", {"cn": CN})
        days = map(date.fromordinal, range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1))
        assert [day for day in days if after.is_working_day(day) is not CN.is_working_day(day)] == []
    done = shell("calendar", "import", "--from", "chinesecalendar", "--year", "2026")
    assert done.code == 0, done.err
    assert "agrees with what is in force" in done.err


def test_a_shipped_calendar_is_imported_by_its_name(shell: Shell) -> None:
    changed = preset_text("calendars", "cn").replace("13:30-17:30", "14:00-18:00")
    assert shell("calendar", "import", shell.file("cn.toml", changed)).code == 0
    assert shell("calendar", "show", "--json").json["hours"][1] == "14:00-18:00"
    assert shell("calendar", "import", "cn").code == 0
    assert shell("calendar", "show", "--json").json["hours"][1] == "13:30-17:30"
