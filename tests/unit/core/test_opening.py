"""Opening a case: one case for one source id, classified, on a clock from its receipt, never without a desk."""

from datetime import timedelta
from typing import Any

from router.core import events as e
from router.core.case import State
from router.core.case_id import case_id_of
from router.core.commands import Actor, ActorRole, Open, Place
from router.core.offices.opening import content_hash
from router.core.policies.policy import Given, Match, OnPass, Policy, Satisfies, Track
from tests.city import CLOSE, DISPATCH, MONDAY, Play, days, ladder, milestone, policy, rules
from tests.unit.core.calendars import china

HOTLINE = Actor(ActorRole.CHANNEL, "hotline")


def _open(**fields: object) -> Open:
    told: dict[str, object] = {
        "id": "1",
        "case_id": "",
        "actor": HOTLINE,
        "source": "hotline",
        "source_id": "7",
        "channel": "hotline",
    }
    return Open(**(told | fields))  # type: ignore[arg-type]


def test_a_case_id_is_sixteen_letters_that_follow_from_the_source_and_its_id() -> None:
    assert case_id_of("hotline", "7") == case_id_of("hotline", "7")
    assert len(case_id_of("hotline", "7")) == 16
    assert case_id_of("hotline", "7").isalnum()


def test_two_sources_never_share_a_case_by_how_their_names_run_together() -> None:
    assert case_id_of("a", "bc") != case_id_of("ab", "c")


def test_the_same_words_under_another_message_id_are_the_same_content() -> None:
    assert content_hash(_open(id="1")) == content_hash(_open(id="2", contact_ref="x", complainant="y"))


def test_other_words_are_other_content() -> None:
    assert content_hash(_open(text="路灯不亮")) != content_hash(_open(text="路灯亮了"))


def test_an_opened_case_is_dispatched_in_the_same_step_and_the_channel_has_a_receipt() -> None:
    play = Play()
    case = play.open()
    assert play.names() == ["Received", "Dispatched"]
    assert (case.state, case.lead, case.step, case.version) == (State.DISPATCHED, "willow", 0, 2)
    assert play.told("willow") == ["assigned"]
    assert play.told("hotline") == ["received"]


def test_the_same_words_again_are_the_same_case_and_leave_nothing() -> None:
    play = Play()
    play.open()
    entries = len(play.entries)
    play.open()
    assert play.refused is None
    assert len(play.entries) == entries


def test_other_words_under_the_same_source_id_are_a_conflict_on_record() -> None:
    play = Play()
    before = play.open()
    play.open(text="其他")
    assert play.refused == "content_conflict"
    assert play.names()[-1] == "Refused"
    assert play.case.version == before.version


def test_the_clock_starts_at_the_receipt_at_the_source_not_when_we_noticed() -> None:
    play = Play()
    case = play.open(at=MONDAY - timedelta(hours=3))
    assert case.opened_at == MONDAY - timedelta(hours=3)
    assert case.recorded_at == MONDAY
    assert case.due_at == MONDAY - timedelta(hours=3) + timedelta(days=5)


def test_a_source_whose_clock_runs_ahead_opens_nothing_in_the_future() -> None:
    assert Play().open(at=MONDAY + timedelta(days=1)).opened_at == MONDAY


def test_dispatching_meets_the_dispatch_milestone_and_arms_the_signature() -> None:
    play = Play()
    case = play.open()
    dispatch = case.milestone("dispatch")
    assert dispatch is not None
    assert dispatch.status is e.MilestoneStatus.MET
    assert play.running() == ["accept", "close"]


def test_a_triaged_case_keeps_its_dispatch_milestone_running() -> None:
    play = Play()
    case = play.open(division=("lake", "nowhere"))
    assert case.lead == "lake:unknown:triage"
    assert case.triaged
    assert "dispatch" in play.running()


def test_a_closed_office_is_skipped_on_record_and_costs_no_time() -> None:
    play = Play()
    case = play.open(division=("canal", "mine"))
    assert play.names() == ["Received", "Skipped", "Dispatched"]
    assert (case.lead, case.step, case.escalations) == ("canal", 1, 0)
    assert case.due_at == MONDAY + timedelta(days=5)


def test_a_department_of_the_city_starts_at_the_citys_step() -> None:
    case = Play().open(category="bus")
    assert (case.lead, case.step) == ("cloud-transport", 2)


def test_the_due_date_of_the_figures_is_the_statutory_closing_not_an_internal_aim() -> None:
    aim = milestone("aim", days(3), CLOSE.satisfied_by, track=Track.INTERNAL, on_pass=OnPass.REMIND)
    case = Play(rules(policy(milestones=(DISPATCH, aim, CLOSE)))).open()
    assert case.due_at == MONDAY + timedelta(days=5)
    assert case.next_due_at == MONDAY + timedelta(days=3)


def test_the_first_policy_that_matches_is_recorded_with_its_reason() -> None:
    starred: Policy = policy(name="starred", match=Match(starred=True), milestones=(CLOSE,), ladder=ladder())
    play = Play(rules(starred, policy()))
    case = play.open(starred=True)
    received = play.events(e.Received)[0]
    assert case.policy == starred.version
    assert received.policy_reason == "starred: starred is true"


def test_a_visit_raised_by_a_worker_is_proactive_and_one_filed_for_a_resident_is_not() -> None:
    assert Play().open("visit", raised_by="worker").origin == "proactive"
    assert Play().open("visit", raised_by="resident").origin == "complaint"
    assert Play().open("grid_patrol", on_behalf=True).origin == "complaint"
    assert Play().open("carrier_pigeon").origin == "complaint"


def test_what_the_source_said_of_the_place_is_kept_with_its_key() -> None:
    place = Place(asset_id="lamp-17")
    case = Play().open(place=place)
    assert (case.place, case.place_key) == (place, "asset:lamp-17")


# -- a due date that was over when the case came


def _late_at_receipt(**more: Any) -> Play:
    given = milestone("given", Given(), Satisfies.CLOSED, **more)
    play = Play(rules(policy(milestones=(DISPATCH, given))))
    play.open(channel="upstream", due_at=china(2026, 8, 22, 9))
    return play


def test_what_was_over_before_we_had_it_is_on_record_and_nobodys_miss() -> None:
    play = _late_at_receipt()
    missed = [x for x in play.entries if isinstance(x.event, e.DeadlineMissed)]
    assert [(x.event.milestone, x.event_at, x.event.charged_to) for x in missed] == [  # type: ignore[union-attr]
        ("given", china(2026, 8, 22, 9), "")
    ]
    assert play.case.due_at == china(2026, 8, 22, 9)


def test_whoever_gets_such_a_case_has_a_working_day_at_least() -> None:
    play = _late_at_receipt()
    play.wait_until(china(2026, 9, 22, 23))
    assert (play.case.lead, play.events(e.Escalated)) == ("willow", [])
    play.wait_until(china(2026, 9, 23, 1))  # Monday 09:00: the end of Tuesday
    assert [(x.from_desk, x.to_desk, x.due_at) for x in play.events(e.Escalated)] == [
        ("willow", "lake", china(2026, 9, 23, 0))
    ]
    assert play.events(e.DeadlineMissed)[1].charged_to == "willow"


def test_a_reminder_of_such_a_date_is_no_exception() -> None:
    play = _late_at_receipt(on_pass=OnPass.REMIND)
    play.wait(hours=1)
    assert play.events(e.Reminded) == []


def test_in_a_replay_history_is_told_as_it_was() -> None:
    given = milestone("given", Given(), Satisfies.CLOSED)
    play = Play(rules(policy(milestones=(DISPATCH, given)), replay=True))
    play.open(channel="upstream", due_at=china(2026, 8, 22, 9), at=play.now)
    play.wait(minutes=1)
    assert [x.due_at for x in play.events(e.Escalated)][:1] == [china(2026, 8, 22, 9)]
