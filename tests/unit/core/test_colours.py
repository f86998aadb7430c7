"""The colour of a running case: from its deadlines and the time; a day's colour holds from local 00:00."""

from __future__ import annotations

from datetime import datetime

import msgspec
import pytest

from router.core.calendars.calendar import Calendar
from router.core.commands import Resolve
from router.core.policies.colours import colour_at, colour_of, onsets
from router.core.policies.policy import Colour, DaySet, Policy
from router.core.policies.policy_file import load_policy
from router.errors import ConfigurationError
from router.presets import preset_policy
from tests.city import Play, policy, rules
from tests.unit.core.calendars import CN, NATURAL, china

#: Yellow card one working day before due, red card when overdue.
CARDS = (
    Colour(name="yellow", before_due=1, days=DaySet.WORKING),
    Colour(name="red"),
)


def _colour(
    plan: Policy, received: datetime, due: datetime | None, now: datetime, calendar: Calendar = NATURAL
) -> str | None:
    return colour_at(onsets(plan, calendar, received, due), now)


@pytest.mark.parametrize(
    ("now", "colour"),
    [
        (china(2026, 9, 26, 10, 30), None),
        (china(2026, 9, 30, 23, 59, 59), None),
        (china(2026, 10, 1), "yellow"),
        (china(2026, 10, 1, 23, 59, 59), "yellow"),
        (china(2026, 10, 2), "blue"),
        (china(2026, 10, 3), "red"),
        (china(2026, 11, 3), "red"),
    ],
)
def test_dazhous_wall_chart_is_yellow_on_day_5_blue_on_day_6_red_on_day_7(
    now: datetime, colour: str | None
) -> None:
    received, due = china(2026, 9, 26, 10, 30), china(2026, 10, 3, 10, 30)
    assert _colour(preset_policy("dazhou"), received, due, now) == colour


def test_a_day_of_receipt_that_counts_is_day_1() -> None:
    plan = policy(colours=(Colour(name="yellow", day=5, origin=1),))
    received = china(2026, 9, 26, 10, 30)
    assert _colour(plan, received, None, china(2026, 9, 29, 23, 59)) is None
    assert _colour(plan, received, None, china(2026, 9, 30)) == "yellow"


@pytest.mark.parametrize(
    ("now", "colour"),
    [
        (china(2026, 9, 29, 23, 59), None),
        (china(2026, 9, 30), "yellow"),  # the working day before 8 October: the holidays lie between
        (china(2026, 10, 9), "yellow"),  # at its very instant a deadline is still met
        (china(2026, 10, 9, 0, 0, 1), "red"),
    ],
)
def test_cards_go_by_the_due_date_and_working_days(now: datetime, colour: str | None) -> None:
    due = china(2026, 10, 9)  # 24:00 of Thursday 8 October
    assert _colour(policy(colours=CARDS), china(2026, 9, 24), due, now, CN) == colour


def test_a_case_without_a_due_date_gets_no_card() -> None:
    assert onsets(policy(colours=CARDS), CN, china(2026, 9, 24), None) == ()


def test_a_closed_case_has_no_colour() -> None:
    plan = policy(colours=(Colour(name="yellow", day=1),))
    play = Play(rules(plan))
    play.open()
    play.wait(days=2)
    found = colour_of(play.case, play.rules, play.now)
    assert found is not None
    assert found.name == "yellow"
    play.say("willow", Resolve)
    assert colour_of(play.case, play.rules, play.now) is None


PLAIN = """
name = "plain"
calendar = "cn"
[[milestone]]
name = "close"
within = "5wd"
[[ladder]]
step = "street"
[[colour]]
name = "yellow"
"""


def test_colours_are_read_from_a_file() -> None:
    text = PLAIN + 'before_due = 1\nof = "working"\n[[colour]]\nname = "red"\noverdue = true\n'
    assert load_policy(text, "plain.toml").colours == CARDS


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("", "begins once"),
        ("day = 5\noverdue = true", "begins once"),
        ("overdue = false", "says nothing"),
        ("day = -1", "not allowed"),
        ("before_due = 0", "not allowed"),
    ],
)
def test_a_colour_without_one_beginning_is_refused_by_name(more: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said) as error:
        load_policy(PLAIN + more, "plain.toml")
    assert "plain.toml, colour 1" in str(error.value)


def test_the_version_of_a_policy_tells_its_colours() -> None:
    assert msgspec.structs.replace(policy(), colours=CARDS).version != policy().version
