"""What was printed is printed again byte for byte, on every ledger, whatever was learned or changed since."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from threading import Barrier, Thread

import msgspec
import pytest

from router.bulletin.forms import render
from router.bulletin.printing import BULLETIN, Kept, Press, read
from router.core import commands as c
from router.core.bulletin.document import Bulletin
from router.core.rules import Rules
from router.errors import CheckFailedError, ConflictError
from router.ledger.sql import SqlLedger
from tests.bulletins import WEEK, record, two_weeks, words
from tests.city import Play, rules
from tests.contract.conftest import Opener
from tests.unit.core.calendars import china

#: The Monday after the week, half past nine: the cut-off has come.
MORNING = china(2026, 9, 28, 9, 30)
FORMS = [(form, language) for form in ("html", "csv", "json") for language in ("zh", "en")]


def press(ledger: SqlLedger, by: str = "li") -> Press:
    in_force = rules()

    def rulebook(_policies: Collection[str]) -> Rules:
        return in_force

    return Press(ledger, rulebook, by)


def printed(ledger: SqlLedger, now: datetime = MORNING, by: str = "li") -> dict[str, Mapping[str, str]]:
    found = {}
    for form, language in FORMS:

        def rendered(bulletin: Bulletin, form: str = form, language: str = language) -> Mapping[str, str]:
            return render(bulletin, form, words(language), ranking=False)

        found[f"{form}-{language}"] = press(ledger, by).form(WEEK, f"{form}-{language}", now, rendered)
    return found


@pytest.fixture
def with_cases(ledger: SqlLedger) -> SqlLedger:
    record(ledger, *two_weeks())
    return ledger


def late(number: int) -> Play:
    """Happened within the week, recorded long after its cut-off."""
    play = Play(rules(skew=timedelta(days=30)), china(2026, 9, 30, 9))
    play.open(id=f"late-{number}", source_id=f"late-{number}", at=china(2026, 9, 23, 10))
    play.say(play.case.lead, c.Resolve)
    return play


def test_printed_twice_is_the_same_bytes_after_late_cases_arrived(with_cases: SqlLedger) -> None:
    first = printed(with_cases)
    record(with_cases, late(1), late(2))
    assert printed(with_cases, MORNING + timedelta(days=40), by="wang") == first


def test_the_first_printing_counts_by_recording_time_however_late_it_is(with_cases: SqlLedger) -> None:
    opened = read(press(with_cases).printed(WEEK, MORNING)).summary.week.opened
    assert opened == 23
    assert press(with_cases).draft(WEEK).summary.week.opened == 23
    record(with_cases, late(1))
    assert press(with_cases).draft(WEEK).summary.week.opened == 24


def test_a_week_that_is_first_printed_after_late_cases_arrived_leaves_them_out(with_cases: SqlLedger) -> None:
    record(with_cases, late(1))
    assert read(press(with_cases).printed(WEEK, MORNING + timedelta(days=9))).summary.week.opened == 23


def test_a_form_on_record_stays_as_it_was_when_the_program_renders_otherwise(with_cases: SqlLedger) -> None:
    first = press(with_cases).form(WEEK, "html-zh", MORNING, lambda _: {"a": "as it was"})
    again = press(with_cases).form(WEEK, "html-zh", MORNING, lambda _: {"a": "of a newer program"})
    assert (first, again) == ({"a": "as it was"}, {"a": "as it was"})


def test_a_form_asked_for_later_is_made_of_the_document_on_record(with_cases: SqlLedger) -> None:
    first = press(with_cases).printed(WEEK, MORNING)
    record(with_cases, late(1))
    seen: list[Bulletin] = []

    def rendered(bulletin: Bulletin) -> Mapping[str, str]:
        seen.append(bulletin)
        return {"a": "x"}

    press(with_cases).form(WEEK, "csv-zh", MORNING + timedelta(days=9), rendered)
    assert seen == [read(first)]


def test_who_printed_first_and_when_stays_on_record(with_cases: SqlLedger) -> None:
    press(with_cases, "li").printed(WEEK, MORNING)
    again = press(with_cases, "wang").printed(WEEK, MORNING + timedelta(days=1))
    assert (again.printed_by, again.printed_at) == ("li", MORNING)


def test_before_the_cut_off_nothing_is_printed_and_nothing_kept(with_cases: SqlLedger) -> None:
    with pytest.raises(ConflictError) as refused:
        press(with_cases).printed(WEEK, WEEK.cutoff_at - timedelta(seconds=1))
    assert refused.value.where == "2026-09-28 09:00"
    assert "--draft" in refused.value.todo
    assert press(with_cases).kept(WEEK) is None
    assert press(with_cases).printed(WEEK, WEEK.cutoff_at)


def test_a_revised_one_and_a_draft_leave_the_printed_one_as_it_is(with_cases: SqlLedger) -> None:
    before = press(with_cases).printed(WEEK, MORNING)
    record(with_cases, late(1))
    revision = press(with_cases).revision(WEEK)
    assert revision.printed is not None
    assert revision.printed.bulletin == read(before)
    assert revision.now.summary.week.opened == revision.printed.bulletin.summary.week.opened + 1
    assert press(with_cases).kept(WEEK) == before


def test_two_who_print_at_once_print_the_same(with_cases: SqlLedger, open_ledger: Opener) -> None:
    ready = Barrier(2)
    found: dict[str, Kept] = {}

    def one(by: str) -> None:
        mine = press(open_ledger(), by)
        ready.wait(30)
        found[by] = mine.printed(WEEK, MORNING)

    both = [Thread(target=one, args=(by,)) for by in ("li", "wang")]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join(60)
    assert found["li"] == found["wang"] == press(with_cases).kept(WEEK)


def test_a_body_that_was_changed_by_hand_is_refused(with_cases: SqlLedger) -> None:
    kept = press(with_cases).printed(WEEK, MORNING)
    forged = msgspec.structs.replace(kept, bulletin=kept.bulletin.replace(b'"opened":23', b'"opened":99'))
    assert forged != kept
    other = msgspec.structs.replace(WEEK, name="2026-W01")
    with_cases.put_version(BULLETIN, other.name, msgspec.msgpack.encode(forged), MORNING, current=False)
    with pytest.raises(CheckFailedError, match="its hash differs"):
        press(with_cases).printed(other, MORNING)
