"""The second list (督办层级) and what else moves its clocks; expected instants are counted by hand."""

from __future__ import annotations

from typing import Any

from router.core import events as e
from router.core.commands import (
    Accept,
    ApproveSuspension,
    ConfirmLevel,
    Recompute,
    RequestSuspension,
    Resolve,
    Resume,
    Star,
    UndoEscalation,
    Unstar,
)
from router.core.guards import Guards, Hold, HoldKind
from router.core.policies.policy import (
    Gate,
    GateKind,
    Level,
    LevelStart,
    Match,
    Policy,
    Satisfies,
    SuspensionRule,
)
from tests.city import CLOSE, Play, days, ladder, milestone, policy, rules, working_days
from tests.unit.core.calendars import CN, china
from tests.unit.core.test_recomputing import KNOWN

LEVELS = (
    Level(name="hotline", after=days(4), audience=("supervision-1",)),
    Level(name="media", after=days(4), audience=("supervision-2",), officer="li"),
)
SUSPENSION = SuspensionRule(longest=days(20), recheck=days(7), cap=2)


def listed(**changes: Any) -> Policy:
    """Closed in five days; the case stays with the district from then on, and the levels rise beside it."""
    given = {"milestones": (CLOSE,), "levels": LEVELS, "ladder": ladder("street", "district")}
    return policy(**(given | {"suspension": SUSPENSION} | changes))


def starred(**changes: Any) -> Policy:
    return listed(name="starred", match=Match(starred=True), **changes)


def due(play: Play, name: str) -> Any:
    found = play.case.milestone(f"level:{name}")
    assert found is not None
    return found.due_at


def suspend(play: Play, **how_long: float) -> None:
    lead, above = play.case.lead, {"willow": "lake", "lake": "cloud"}[play.case.lead]
    play.say(lead, RequestSuspension, reason="road works")
    play.say(above, ApproveSuspension)
    assert play.refused is None
    play.wait(**how_long).say(lead, Resume)
    assert play.refused is None


def test_only_what_was_suspended_since_it_began_moves_a_level() -> None:
    play = Play(rules(listed(milestones=(CLOSE,), ladder=ladder("street", "district", "city"))))
    play.open()
    play.say("willow", Accept)
    suspend(play, days=10)  # 21 September to 1 October: closed by Tuesday 6 October 09:00, not by 26 September
    play.wait_until(china(2026, 10, 6, 12))
    assert due(play, "hotline") == china(2026, 10, 10, 9)
    suspend(play, hours=3)  # all of the 6th, when it began to count, is no day of its budget
    assert due(play, "hotline") == china(2026, 10, 10, 9)


def test_a_star_starts_the_list_of_a_policy_that_begins_with_the_receipt() -> None:
    play = Play(rules(starred(levels_start=LevelStart.RECEIVED), policy()))
    play.open()
    play.wait(days=1).say("dispatcher:wang", Star)
    assert due(play, "hotline") == china(2026, 9, 26, 9)  # four days from the star on: nothing is due at once
    play.wait_until(china(2026, 9, 26, 10))
    assert play.case.level == 1


def test_a_star_starts_the_list_of_a_case_that_has_missed_its_date() -> None:
    play = Play(rules(starred(), listed(levels=())))
    play.open()
    play.wait(days=4).say("dispatcher:wang", Star)
    assert "level:hotline" not in play.running()  # nothing was missed
    play.say("dispatcher:wang", Unstar)
    play.wait_until(china(2026, 9, 26, 12)).say("dispatcher:wang", Star)
    assert due(play, "hotline") == china(2026, 9, 30, 12)


def test_a_list_that_comes_back_goes_on_where_the_case_stood_and_never_falls() -> None:
    play = Play(rules(starred(), listed(levels=())))
    play.open(starred=True)
    play.wait_until(china(2026, 10, 1))
    assert play.case.level == 1
    play.say("dispatcher:wang", Unstar)
    play.wait_until(china(2026, 10, 12))  # its clock has passed: there is no list any more
    assert len(play.events(e.LevelsEnded)) == 1
    play.say("dispatcher:wang", Star)
    assert due(play, "media") == china(2026, 10, 16)
    play.wait_until(china(2026, 10, 17))
    assert play.case.proposed_level == "media"


def test_a_proposal_of_a_list_that_is_gone_raises_nothing() -> None:
    three = (Level(name="press", after=days(1), audience=("supervision-1",)), *LEVELS)
    play = Play(rules(starred(levels=three), listed(levels=(LEVELS[1],))))
    play.open(starred=True)
    play.wait_until(china(2026, 10, 6))
    assert (play.case.level, play.case.proposed_level) == (2, "media")
    play.say("dispatcher:wang", Unstar)
    play.say("supervision:li", ConfirmLevel, level="media")
    assert play.refused == "no_level_proposed"
    assert play.case.level == 2


def test_a_level_beyond_the_calendar_is_provisional_and_counted_again_by_the_next_one() -> None:
    week = (Level(name="hotline", after=working_days(5), audience=("supervision-1",)),)
    changed = listed(calendar="cn", levels=week, levels_start=LevelStart.RECEIVED)
    play = Play(rules(changed, calendars=(CN,)), start=china(2026, 12, 28, 10))
    play.open()
    # A Monday: 29, 30, 31 December, then 1 and 4 January in a plain week.
    assert due(play, "hotline") == china(2027, 1, 5)
    play.rules = rules(changed, calendars=(KNOWN,))
    play.say("system:calendar", Recompute)
    found = play.case.milestone("level:hotline")
    assert found is not None
    assert (found.due_at, found.provisional) == (china(2027, 1, 6), False)  # New Year is off


def test_a_list_that_began_with_a_miss_that_was_none_ends_unless_the_case_has_risen_on_it() -> None:
    play = Play(rules(listed()))
    play.open()
    play.wait_until(china(2026, 9, 26, 10))
    assert "level:hotline" in play.running()
    missed = {"milestone": "close", "due_at": china(2026, 9, 26, 9), "desk": "willow", "step": 0}
    play.say("system:sla", UndoEscalation, **missed, by="li", text="our clock was wrong")
    # Saturday: it is closed by 24:00 of Sunday then, the next day of a calendar without a weekend.
    assert play.running() == ["close"]
    play.wait_until(china(2026, 9, 28, 1))  # missed in earnest
    assert due(play, "hotline") == china(2026, 10, 2)

    risen = Play(rules(listed()))
    risen.open()
    risen.wait_until(china(2026, 9, 30, 10))
    assert risen.case.level == 1
    risen.say("system:sla", UndoEscalation, **missed, by="li", text="our clock was wrong")
    assert "level:media" in risen.running()


def test_a_list_that_began_with_a_miss_that_was_overtaken_ends_unless_the_case_has_risen_on_it() -> None:
    solved = milestone("solve", days(5), Satisfies.RESOLVED)
    in_force = rules(listed(milestones=(solved,), gate=Gate(kind=GateKind.FOLLOW_UP)))
    at = china(2026, 9, 26, 9)
    # Recorded afterwards: the street had no power.
    outage = Hold(
        id="h", kind=HoldKind.DESK, what="willow", reason="停电", by="li", since=china(2026, 9, 25), until=at
    )
    for until, level, runs in ((china(2026, 9, 26, 10), 0, []), (china(2026, 9, 30, 10), 1, ["level:media"])):
        play = Play(in_force)
        play.open()
        play.wait_until(until)
        assert play.case.lead == "lake"
        play.rules = in_force.guarded_by(Guards(holds=(outage,)))
        play.say("willow", Resolve, at=china(2026, 9, 26, 8))
        assert "solve" in [one.milestone for one in play.events(e.Overtaken)]
        assert play.case.level == level
        assert [name for name in play.running() if name.startswith("level:")] == runs
        assert len(play.events(e.LevelsEnded)) == 1 - level
