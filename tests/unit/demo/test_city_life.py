"""The appeals of the demo city: in the shares they should have, the same for one seed, about nobody."""

from collections import Counter
from datetime import timedelta

import pytest

from router.cities import demo_city
from router.core.rules import ORIGINS, PROACTIVE
from router.core.territory.tree import Tree
from router.demo import shares, texts
from router.demo.city_life import Appeal, CityLife
from router.demo.run import START_AT

TREE = Tree(demo_city())


def appeals(seed: int = 1, weeks: int = 4, per_day: int = 200) -> list[Appeal]:
    """The appeals of one seed."""
    return CityLife(TREE, seed=seed, start_at=START_AT, weeks=weeks, per_day=per_day).appeals()


@pytest.fixture(scope="module")
def month() -> list[Appeal]:
    """Four weeks."""
    return appeals()


def test_one_seed_makes_the_same_appeals_and_another_makes_others(month: list[Appeal]) -> None:
    assert appeals() == month
    assert appeals(seed=2) != month


@pytest.mark.parametrize("group", shares.GROUPS)
def test_subjects_come_in_their_shares(month: list[Appeal], group: str) -> None:
    known = [TREE.categories.get(appeal.command.category or "") for appeal in month]
    share = 100 * sum(category is not None and category.group == group for category in known) / len(month)
    assert share == pytest.approx(shares.GROUPS[group], abs=2.5)


def test_about_as_many_a_day_as_asked_for_and_fewer_at_the_weekend(month: list[Appeal]) -> None:
    by_weekday = Counter(appeal.at.weekday() for appeal in month)
    assert len(month) / 28 == pytest.approx(200, rel=0.15)
    assert by_weekday[6] < by_weekday[5] < by_weekday[4] < by_weekday[0]


def test_nobody_walks_a_round_at_night_and_sensors_only_tell_what_they_can_feel(month: list[Appeal]) -> None:
    rounds = [appeal for appeal in month if appeal.command.channel == "grid_patrol"]
    sensed = {appeal.command.category for appeal in month if appeal.command.channel == "sensor"}
    assert all(7 <= appeal.at.hour <= 20 for appeal in rounds)
    assert sensed - {"drones", None} <= shares.SENSED


def test_a_fifth_or_so_is_found_by_the_city_itself(month: list[Appeal]) -> None:
    found = sum(
        ORIGINS[appeal.command.channel] == PROACTIVE or appeal.command.raised_by == "worker" for appeal in month
    )
    assert 0.10 < found / len(month) < 0.30


def test_patrols_follow_complaints_and_complaints_follow_patrols(month: list[Appeal]) -> None:
    by_case = {appeal.case_id: appeal for appeal in month}
    pairs = Counter(
        (by_case[appeal.after].command.raised_by, appeal.command.raised_by)
        for appeal in month
        if appeal.after is not None
    )
    assert pairs["worker", "resident"] > 20
    assert pairs["resident", "worker"] > 20
    assert all(by_case[a.after].at < a.at and by_case[a.after].command.place == a.command.place
               for a in month if a.after is not None)  # fmt: skip


def test_some_need_triage_and_every_appeal_belongs_to_an_active_desk(month: list[Appeal]) -> None:
    unknown = [a for a in month if a.command.category not in TREE.categories or None in a.command.division]
    assert 0.005 < len(unknown) / len(month) < 0.04
    assert all(TREE.standing(appeal.belongs_to) is not None for appeal in month)


def test_every_run_has_a_report_on_misconduct_a_confidential_one_and_a_source_that_contradicts_itself() -> None:
    few = [appeal.command for appeal in appeals(weeks=1, per_day=1)]
    by_id = Counter((command.source, command.source_id) for command in few)
    assert [command.subject_desk for command in few if command.subject_desk] == ["nanshi"]
    assert sum(command.confidential for command in few) == 1
    contradicted = next(command for command in few if command.id == "conflict")
    assert by_id[contradicted.source, contradicted.source_id] == 2


def test_what_is_handed_in_twice_is_the_same_but_for_its_message_id(month: list[Appeal]) -> None:
    by_id = {appeal.command.id: appeal for appeal in month}
    twice = [appeal for appeal in month if appeal.command.id.endswith(":again")]
    assert twice
    for again in twice:
        first = by_id[again.command.id.removesuffix(":again")]
        assert again.case_id == first.case_id
        assert again.at - first.at == timedelta(minutes=25)
        assert again.command.text == first.command.text


def test_contacts_are_marked_as_examples(month: list[Appeal]) -> None:
    contacts = [appeal.command.contact for appeal in month if appeal.command.contact is not None]
    assert contacts
    assert all(contact.name.startswith("（示例）") and contact.phone.startswith("000") for contact in contacts)


def test_there_is_a_text_for_every_category_of_the_city() -> None:
    assert set(texts.WRONG) == set(TREE.categories)
    assert sum(shares.GROUPS.values()) == pytest.approx(100)
    assert set(shares.GROUPS) == {category.group for category in TREE.categories.values()}
