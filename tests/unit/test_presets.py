"""What is shipped: every policy and calendar loads, and the set of them is complete."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from router.core.commands import Reprocess
from router.core.policies.instants import dues
from router.core.policies.matching import check_set
from router.core.policies.policy import OnPass, Track
from router.errors import NotFoundError
from router.presets import list_calendars, list_presets, preset_calendar, preset_family, preset_policy
from tests.unit.core.calendars import china

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", list_presets())
def test_a_shipped_policy_bears_its_files_name_and_a_shipped_calendar(name: str) -> None:
    policy = preset_policy(name)
    assert policy.name == name
    assert policy.calendar in list_calendars()


@pytest.mark.parametrize("name", list_calendars())
def test_a_shipped_calendar_bears_its_files_name(name: str) -> None:
    assert preset_calendar(name).name == name


def test_the_shipped_policies_are_a_complete_set_when_the_default_is_last() -> None:
    takes_all = {"default", "beijing-dispatch-usual", "chongqing", "linyi"}
    cities = [preset_policy(name) for name in list_presets() if name not in takes_all]
    calendars = {name: preset_calendar(name) for name in list_calendars()}
    for last in takes_all:
        check_set([*cities, preset_policy(last)], calendars)


def test_a_family_of_presets_is_called_by_its_first_words() -> None:
    assert preset_family("guangdong") == ("guangdong-complaint", "guangdong-consultation", "guangdong-help")
    assert preset_family("shandong") == ("shandong-2017", "shandong-2020")
    # The one that takes the rest comes last.
    assert preset_family("beijing-dispatch")[-1] == "beijing-dispatch-usual"
    assert preset_family("dazhou") == ("dazhou-starred", "dazhou")
    assert preset_family("default") == ("default",)
    with pytest.raises(NotFoundError, match="there is no gu"):
        preset_family("gu")


def test_the_default_policy_alone_is_a_complete_set() -> None:
    check_set([preset_policy("default")], {name: preset_calendar(name) for name in list_calendars()})


def test_the_default_policy_escalates_only_the_statutory_date() -> None:
    policy = preset_policy("default")
    escalating = [rule.name for rule in policy.milestones if rule.on_pass is OnPass.ESCALATE]
    statutory = [rule.name for rule in policy.milestones if rule.track is Track.STATUTORY]
    assert escalating == statutory == ["close"]


def test_the_national_calendar_knows_the_make_up_workdays_of_2026() -> None:
    cn = preset_calendar("cn")
    assert not cn.is_working_day(date(2026, 2, 16))  # the Spring Festival, a Monday
    assert cn.is_working_day(date(2026, 2, 28))  # a Saturday
    assert cn.is_working_day(date(2026, 9, 20))  # a Sunday
    assert cn.next_working_day(date(2026, 9, 30)) == date(2026, 10, 8)
    assert not cn.is_covered(date(2027, 1, 1))


@pytest.mark.parametrize(
    ("received", "day"),
    [
        ((2026, 10, 3, 18, 59), 3),  # a Saturday inside National Day week
        ((2026, 10, 3, 19, 0), 4),
        ((2026, 10, 3, 20, 30), 4),
    ],
)
def test_a_media_lead_in_huzhou_runs_by_the_wall_clock_on_natural_days(
    received: tuple[int, ...], day: int
) -> None:
    found = dues(preset_policy("huzhou").milestones, china(*received), preset_calendar("natural"))
    assert found["viewing"].at == china(2026, 10, day, 20)
    assert found["plan"].at == china(2026, 10, day, 21)
    assert found["report"].at == china(2026, 10, day + 1, 23, 59)


def test_an_inspection_case_in_dazhou_has_one_hour_and_three_five_and_seven_natural_days() -> None:
    found = dues(preset_policy("dazhou").milestones, china(2026, 9, 30, 10), preset_calendar("natural"))
    assert found["dispatch"].at == china(2026, 9, 30, 11)
    assert found["reminder"].at == china(2026, 10, 3, 10)
    assert found["review"].at == china(2026, 10, 5, 10)
    assert found["close"].at == china(2026, 10, 7, 10)


def test_dazhou_has_two_watchers_and_dispatches_nothing_without_the_names() -> None:
    usual, starred = preset_policy("dazhou"), preset_policy("dazhou-starred")
    assert [str(one) for one in usual.dispatch.requires] == ["leader:city", "instruction:district"]
    assert [str(one) for one in starred.dispatch.requires] == ["leader:city", "instruction:city"]
    assert {rule.by: None for rule in usual.milestones if rule.by}.keys() == {
        "supervision_group",
        "petition_group",
    }
    # A starred one is the other, seen on site as well, and goes up when it is not accepted.
    common = tuple(rule for rule in starred.milestones if rule.name != "on_site")
    assert (common, starred.watchers, starred.gate, starred.ladder) == (
        usual.milestones,
        usual.watchers,
        msgspec.structs.replace(usual.gate, reprocess=Reprocess.ONE_UP),
        usual.ladder,
    )


def _examples() -> list[tuple[str, str, str, str]]:
    """Rows of the table of every preset in docs/policies.md: preset, received, milestone, instant."""
    text = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
    rows = text.partition("| preset | received |")[2].partition("\n\n")[0].splitlines()[2:]
    cells = ([cell.strip().strip("`") for cell in row.split("|")[1:5]] for row in rows)
    return [(preset, received, name, at) for preset, received, name, at in cells]


@pytest.mark.parametrize(("preset", "received", "name", "at"), _examples())
def test_the_worked_examples_of_the_documents_are_what_the_presets_say(
    preset: str, received: str, name: str, at: str
) -> None:
    policy = preset_policy(preset)
    found = dues(policy.milestones, _local(received), preset_calendar(policy.calendar))
    assert found[name].at == _local(at)


def test_every_preset_has_a_worked_example() -> None:
    assert {row[0] for row in _examples()} == {*list_presets()}


def _local(written: str) -> datetime:
    """`2026-10-08 24:00` is the end of that day."""
    day, _, clock = written.partition(" ")
    hours, _, minutes = clock.partition(":")
    midnight = datetime.fromisoformat(f"{day}T00:00:00+08:00")
    return midnight + timedelta(hours=int(hours), minutes=int(minutes))


@pytest.mark.parametrize("name", ["natural", "utc"])
def test_the_calendars_around_the_clock_need_no_notice(name: str) -> None:
    calendar = preset_calendar(name)
    assert calendar.always_open
    assert calendar.is_covered(date(9999, 12, 31))


def test_a_name_that_is_not_shipped_is_answered_with_the_nearest() -> None:
    with pytest.raises(NotFoundError) as caught:
        preset_policy("defalt")
    assert "Did you mean default?" in caught.value.todo
    with pytest.raises(NotFoundError):
        preset_calendar("../policies/default")
