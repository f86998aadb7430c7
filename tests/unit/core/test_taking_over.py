"""A case that runs elsewhere is taken over: its misses go on record, and nothing escalates at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from router.core import commands as c, events as e
from router.core.history import advance
from tests.city import MONDAY, Play
from tests.unit.core.calendars import china

SYSTEM = c.Actor(c.ActorRole.SYSTEM, "import")


def taken_over(*, days_ago: int, actor: c.Actor = SYSTEM) -> Play:
    """A case of the street `willow`, received so many days ago."""
    play = Play()
    play.give(
        c.TakeOver(
            id="import/1",
            case_id="",
            actor=actor,
            at=play.now - timedelta(days=days_ago),
            source="old",
            source_id="1",
            channel="hotline",
            category="lamp",
            division=("lake", "willow"),
        )
    )
    return play


def test_old_misses_are_entries_at_their_own_instants_and_nobodys_here() -> None:
    play = taken_over(days_ago=20)
    missed = [entry for entry in play.entries if isinstance(entry.event, e.DeadlineMissed)]
    assert [(x.event.milestone, x.event_at, x.event.charged_to) for x in missed] == [  # type: ignore[union-attr]
        ("accept", china(2026, 9, 2, 9), ""),
        ("close", china(2026, 9, 6, 9), ""),
    ]
    assert play.case.due_at == china(2026, 9, 6, 9)
    assert (play.case.lead, play.case.escalations, play.case.taken) == ("willow", 0, ())
    assert advance(None, play.entries) == play.case


def test_every_deadline_lies_a_working_day_ahead_at_least() -> None:
    play = taken_over(days_ago=20)
    # Monday 09:00, natural days: the end of Tuesday.
    assert {m.due_at for m in play.case.milestones if m.status is e.MilestoneStatus.RUNNING} == {
        china(2026, 9, 23, 0)
    }
    play = taken_over(days_ago=4)  # closing is due tomorrow, which is sooner
    assert play.running() == ["accept", "close"]
    assert play.case.next_due_at == china(2026, 9, 23, 0)
    play = taken_over(days_ago=1)  # and here in four days, which stays
    assert play.case.milestone("close") is not None
    assert [m.due_at for m in play.case.milestones if m.name == "close"] == [china(2026, 9, 25, 9)]


def test_nothing_escalates_before_that_and_then_one_tier_like_any_other() -> None:
    play = taken_over(days_ago=300)
    play.wait_until(china(2026, 9, 23, 0))
    assert play.case.escalations == 0
    play.wait(hours=1)
    assert (play.case.lead, play.case.escalations) == ("lake", 1)


def test_the_desk_hears_of_it_and_the_citizen_who_knows_does_not() -> None:
    play = taken_over(days_ago=20)
    assert play.told("willow") == ["assigned"]
    assert play.told("hotline") == []


def test_the_same_row_again_is_no_second_case() -> None:
    play = taken_over(days_ago=20)
    count = len(play.entries)
    assert isinstance(play.last, c.TakeOver)
    play.give(play.last)
    assert len(play.entries) == count


@pytest.mark.parametrize("actor", [c.Actor(c.ActorRole.CHANNEL, "hotline"), c.Actor(c.ActorRole.DESK, "willow")])
def test_nobody_escapes_a_deadline_by_calling_a_case_an_old_one(actor: c.Actor) -> None:
    play = Play()
    command = c.TakeOver(
        id="x",
        case_id="",
        actor=actor,
        at=MONDAY - timedelta(days=9),
        source="old",
        source_id="1",
        channel="hotline",
    )
    play.give(command)
    assert play.refused == "not_permitted"
