"""Which policy a case gets, why, and whether a set of policies leaves any case without one."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
import pytest

from router.core.policies.matching import AppealFacts, check_set, choose
from router.core.policies.policy import Elapsed, Match, MilestoneRule, Policy, Step, Window
from router.errors import ConfigurationError
from tests.unit.core.calendars import CN, NATURAL, china

CALENDARS = {"cn": CN, "natural": NATURAL}
NOW = china(2026, 5, 6, 10)


def policy(name: str, match: Match | None = None, **fields: object) -> Policy:
    plain = Policy(
        name=name,
        calendar="cn",
        match=match or Match(),
        milestones=(MilestoneRule(name="close", instant=Elapsed(3600)),),
        ladder=(Step(name="street"),),
    )
    return msgspec.structs.replace(plain, **fields)


WATER = policy("water", Match(category_group=("water", "gas"), starred=False))
STARRED = policy("starred", Match(starred=True))
DEFAULT = policy("default")


def test_the_first_policy_that_matches_wins_and_says_which_clauses_did() -> None:
    chosen = choose([WATER, STARRED, DEFAULT], AppealFacts(category_group="gas"), NOW, CALENDARS)
    assert chosen.policy is WATER
    assert chosen.reason == "water: category_group is gas, starred is false"


def test_a_policy_matches_only_when_all_its_clauses_do() -> None:
    chosen = choose([WATER, STARRED, DEFAULT], AppealFacts(category_group="gas", starred=True), NOW, CALENDARS)
    assert chosen.policy is STARRED
    assert chosen.reason == "starred: starred is true"


def test_the_default_catches_the_rest() -> None:
    chosen = choose([WATER, STARRED, DEFAULT], AppealFacts(), NOW, CALENDARS)
    assert chosen.policy is DEFAULT
    assert chosen.reason == "default: default, no condition"


def test_effective_dates_are_days_of_the_calendars_zone_both_included() -> None:
    may = policy("may", effective_from=date(2026, 5, 1), effective_to=date(2026, 5, 31))

    def name_at(*at: int) -> str:
        return choose([may, DEFAULT], AppealFacts(), china(*at), CALENDARS).policy.name

    assert name_at(2026, 4, 30, 23, 59, 59) == "default"
    assert name_at(2026, 5, 1) == "may"  # still 30 April in UTC
    assert name_at(2026, 5, 31, 23, 59, 59) == "may"
    assert name_at(2026, 6, 1) == "default"


def test_a_case_without_any_policy_is_an_error_and_not_a_guess() -> None:
    with pytest.raises(ConfigurationError, match="no policy is in force"):
        choose([WATER], AppealFacts(), NOW, CALENDARS)


def test_a_policy_on_an_unknown_calendar_is_an_error() -> None:
    lost = policy("lost", calendar="cm")
    with pytest.raises(ConfigurationError, match="there is no calendar cm"):
        choose([lost], AppealFacts(), NOW, CALENDARS)
    with pytest.raises(ConfigurationError, match="there is no calendar cm"):
        check_set([WATER, lost], CALENDARS)


def test_a_set_with_a_default_at_its_end_is_complete() -> None:
    check_set([WATER, STARRED, DEFAULT])
    check_set([WATER, STARRED, DEFAULT], CALENDARS)


def test_versions_of_a_default_that_follow_each_other_are_complete() -> None:
    old = policy("default", effective_to=date(2026, 6, 30))
    new = policy("default", effective_from=date(2026, 7, 1))
    check_set([new, WATER, old])


@pytest.mark.parametrize(
    ("defaults", "when"),
    [
        ([], "at any time"),
        ([policy("a", effective_from=date(2026, 7, 1))], "before 2026-07-01"),
        ([policy("a", effective_to=date(2026, 6, 30))], "from 2026-07-01 on"),
        (
            [policy("a", effective_to=date(2026, 6, 30)), policy("b", effective_from=date(2026, 7, 2))],
            "from 2026-07-01 on",
        ),
    ],
)
def test_a_set_that_leaves_days_without_a_default_is_refused(defaults: list[Policy], when: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        check_set([WATER, *defaults])
    assert caught.value.what == f"no default policy is in force {when}"


def test_a_policy_after_the_default_is_never_reached_and_refused() -> None:
    with pytest.raises(ConfigurationError, match="water is never reached: default before it takes every case"):
        check_set([DEFAULT, WATER])


def _special() -> Policy:
    opens, closes = china(2026, 6, 1), china(2026, 7, 1)
    return policy("typhoon", Match(channel=("typhoon",)), window=Window(opens=opens, closes=closes))


@pytest.mark.parametrize(
    ("at", "name"),
    [
        (china(2026, 5, 31, 23, 59, 59), "default"),
        (china(2026, 6, 1), "typhoon"),
        (china(2026, 6, 30, 23, 59, 59), "typhoon"),
        (china(2026, 7, 1), "default"),
    ],
)
def test_a_special_channel_has_its_policy_while_it_is_open(at: datetime, name: str) -> None:
    chosen = choose([_special(), DEFAULT], AppealFacts(channel="typhoon"), at, CALENDARS)
    assert chosen.policy.name == name
    if name == "typhoon":
        assert chosen.reason == "typhoon: channel is typhoon, while the special channel is open"


def test_a_window_alone_makes_no_default() -> None:
    window = Window(opens=china(2026, 6, 1), closes=china(2026, 7, 1))
    with pytest.raises(ConfigurationError, match="no default policy"):
        check_set([policy("open", window=window)])
    check_set([policy("open", window=window), DEFAULT])
