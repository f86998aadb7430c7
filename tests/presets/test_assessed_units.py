"""Assessed units: three rates over valid follow-ups, an instant for each stage, suggestions that are no complaint.

Days off around it: 25 to 27 September and 1 to 7 October 2026; Saturday 10 October is worked.
"""

from __future__ import annotations

import hashlib
from datetime import date
from fractions import Fraction
from itertools import count, islice

from router.core.case import State
from router.core.case_id import case_id_of
from router.core.commands import (
    Accept,
    AcceptEscalation,
    Answers,
    Escalate,
    FollowUp,
    FollowUpResult,
    Outcome,
    RecordInspection,
    Reopen,
    Reply,
    ReportProgress,
    Reprocess,
    Resolve,
    Satisfaction,
)
from router.core.counting.assessing import ThreeRates, three_rates
from router.core.counting.figures import case_facts, sighting_of
from router.core.counting.problems import find_problems
from router.core.events import FollowUpDrawn
from tests.presets.conftest import Opening
from tests.presets.stage import Stage, local

FAMILY = ("assessed-units-suggestion", "assessed-units")


def _answers(*, contacted: bool, solved: bool, satisfaction: Satisfaction) -> Answers:
    return Answers(contacted=contacted, solved=solved, satisfaction=satisfaction)


def _asked(play: Stage, at: str, answers: Answers, *, accepted: bool = True) -> None:
    result = FollowUpResult.ACCEPTED if accepted else FollowUpResult.NOT_ACCEPTED
    assert play.say(at, "follow_up:anna", FollowUp, result=result, answers=answers) is None


def _lot(play: Stage, day: str, *, drawn: bool = True, after: int = 0) -> str:
    """An id of the hotline's on whose case the lot falls, or not, when `willow` resolves it on that day."""
    seed = play.on.rulebook().seed_of(date.fromisoformat(day))
    assert seed is not None
    ids = (f"call-{number}" for number in count())
    found = (one for one in ids if _is_drawn(seed, case_id_of("hotline", one), 0.3) is drawn)
    return next(islice(found, after, None))


def _is_drawn(seed: str, case_id: str, share: float) -> bool:
    """As an auditor draws by hand, with `sha256sum` and the desk that resolved it."""
    lot = hashlib.sha256(f"{seed}\nwillow\n{case_id}".encode()).hexdigest()
    return int(lot[:8], 16) / 16**8 < share


def test_each_stage_has_its_instant(stage: Opening) -> None:
    play = stage(*FAMILY, start="2026-09-21 09:00")
    play.open(source_id=_lot(play, "2026-09-24"))
    assert play.case.policy.startswith("assessed-units@")
    assert play.running() == {
        "accept": "2026-09-21 14:30",  # four working hours: three before noon, one from 13:30 on
        "respond": "2026-09-23 00:00",
        "resolve": "2026-09-30 00:00",  # 22, 23, 24, 28 and 29 September
    }
    play.say("2026-09-21 11:00", "willow", Accept)
    play.say("2026-09-21 16:00", "willow", Reply, text="明天到场")
    play.say("2026-09-24 10:00", "willow", Resolve)
    # Asked within three working days of the resolution: 28, 29, 30 September.
    assert play.due("follow_up") == "2026-10-01 00:00"
    _asked(
        play,
        "2026-09-28 15:00",
        _answers(contacted=True, solved=True, satisfaction=Satisfaction.SATISFIED),
    )
    case = play.case
    stages = (case.opened_at, case.dispatched_at, case.accepted_at, case.resolved_at, case.closed_at)
    assert [local(at) for at in stages if at is not None] == [
        "2026-09-21 09:00",
        "2026-09-21 09:00",
        "2026-09-21 11:00",
        "2026-09-24 10:00",
        "2026-09-28 15:00",
    ]
    met = {one.name: local(one.met_at) for one in case.milestones if one.met_at is not None}
    assert met == {
        "dispatch": "2026-09-21 09:00",
        "accept": "2026-09-21 11:00",
        "respond": "2026-09-21 16:00",
        "resolve": "2026-09-24 10:00",
        "follow_up": "2026-09-28 15:00",
    }


def test_a_unit_that_does_not_respond_is_supervised_and_keeps_the_case(stage: Opening) -> None:
    play = stage(*FAMILY, start="2026-09-21 09:00")
    play.open()
    play.say("2026-09-21 11:00", "willow", Accept)
    # Progress on record is no response: the resident has not heard of it.
    play.say("2026-09-22 10:00", "willow", ReportProgress, text="正在办理")
    play.until("2026-09-23 00:00:01")
    assert play.story("DeadlineMissed", "SupervisionOrdered") == [
        "2026-09-23 00:00 DeadlineMissed respond by willow",
        "2026-09-23 00:00 SupervisionOrdered",
    ]
    assert (play.case.lead, play.told("lake")) == ("willow", ["supervised"])


def test_a_slow_follow_up_is_not_the_units(stage: Opening) -> None:
    play = stage(*FAMILY, start="2026-09-21 09:00")
    play.open(source_id=_lot(play, "2026-09-29"))
    play.say("2026-09-21 11:00", "willow", Accept)
    play.say("2026-09-21 16:00", "willow", Reply, text="已修")
    play.say("2026-09-29 23:00", "willow", Resolve)
    play.until("2026-12-31 00:00")
    # 30 September, 8 and 9 October for asking; the unit was in time.
    assert play.story("DeadlineMissed", "Escalated") == ["2026-10-10 00:00 DeadlineMissed follow_up by dispatch"]


def test_who_was_on_time_by_its_own_word_is_late_when_the_resident_does_not_accept(stage: Opening) -> None:
    play = stage(*FAMILY, start="2026-09-21 09:00")
    play.open(source_id=_lot(play, "2026-09-29"))
    play.say("2026-09-21 11:00", "willow", Accept)
    play.say("2026-09-21 16:00", "willow", Reply, text="已修")
    play.say("2026-09-29 23:00", "willow", Resolve)
    _asked(
        play,
        "2026-09-30 09:00",
        _answers(contacted=True, solved=False, satisfaction=Satisfaction.DISSATISFIED),
        accepted=False,
    )
    play.until("2026-09-30 09:01")
    # Missed at its old instant, which has passed meanwhile.
    assert play.story("Reopened", "DeadlineMissed", "Escalated") == [
        "2026-09-30 09:00 Reopened gate by willow",
        "2026-09-30 00:00 DeadlineMissed resolve by willow",
        "2026-09-30 00:00 Escalated street > district: willow > lake (deadline)",
    ]


def test_who_asks_can_send_it_one_tier_up_the_first_time(stage: Opening) -> None:
    play = stage(*FAMILY, start="2026-09-21 09:00")
    play.open(source_id=_lot(play, "2026-09-24"))
    play.say("2026-09-21 11:00", "willow", Accept)
    play.say("2026-09-21 16:00", "willow", Reply, text="已修")
    play.say("2026-09-24 10:00", "willow", Resolve)
    no = {"result": FollowUpResult.NOT_ACCEPTED, "reprocess": Reprocess.ONE_UP}
    play.say("2026-09-28 15:00", "follow_up:anna", FollowUp, **no)
    assert play.story("Reopened", "Escalated", "DeadlineMissed") == [
        "2026-09-28 15:00 Reopened gate by willow",
        "2026-09-28 15:00 Escalated street > district: willow > lake (repeat)",
    ]
    assert (play.case.lead, play.due("resolve")) == ("lake", "2026-09-30 00:00")
    assert play.told("willow")[-1] == "taken"


def test_three_rates_over_valid_follow_ups_with_their_coverage(stage: Opening) -> None:
    play = stage(*FAMILY, start="2026-09-21 09:00")
    yes, no = Satisfaction.SATISFIED, Satisfaction.DISSATISFIED
    said = (
        _answers(contacted=True, solved=True, satisfaction=yes),
        _answers(contacted=True, solved=True, satisfaction=Satisfaction.BASICALLY),
        _answers(contacted=True, solved=False, satisfaction=no),
        _answers(contacted=False, solved=False, satisfaction=no),
    )
    cases = []
    for number in range(7):
        play.open(f"2026-09-21 09:1{number}", source_id=_lot(play, "2026-09-21", after=number))
        cases.append(play.case.id)
        if number < 6:  # the last one is at work
            play.say(f"2026-09-21 09:1{number}:30", "willow", Resolve)
        if number < 4:
            _asked(play, f"2026-09-21 09:1{number}:40", said[number])
        if number == 4:
            play.say("2026-09-21 09:14:40", "follow_up:anna", FollowUp, result=FollowUpResult.UNREACHABLE)
    # One more is resolved, and the lot does not fall on it.
    play.open("2026-09-21 09:20", source_id=_lot(play, "2026-09-21", drawn=False))
    cases.append(play.case.id)
    play.say("2026-09-21 09:20:30", "willow", Resolve)
    found = three_rates(map(play.case_of, cases))
    assert found == ThreeRates(
        resolved=7, drawn=6, followed=5, valid=4, contacted=3, solved=2, satisfied=1, basically=1
    )
    # 4 of the 6 drawn, and of 7 resolved; 3/4 contacted; 2/4 solved; (1 + 0.9) / 4 satisfied.
    assert (found.answered, found.coverage) == (Fraction(2, 3), Fraction(4, 7))
    assert (found.response, found.resolution) == (Fraction(3, 4), Fraction(1, 2))
    assert found.satisfaction == Fraction(19, 40)
    # Weights of one district: 0.1, 0.5, 0.4 make 0.075 + 0.25 + 0.19.
    assert found.score(Fraction(1, 10), Fraction(1, 2), Fraction(2, 5)) == Fraction(515, 1000)
    assert three_rates([]).response is None


def test_the_lot_says_whom_to_ask_and_no_hand(stage: Opening) -> None:
    play = stage(*FAMILY, start="2026-09-21 09:00")
    play.open(source_id=_lot(play, "2026-09-24", drawn=False))
    play.say("2026-09-21 16:00", "willow", Reply, text="已修")
    play.say("2026-09-24 10:00", "willow", Resolve)
    # It closes by the unit's word, nobody's clock for asking runs, and it is not said to be accepted.
    assert play.story("Resolved", "Closed") == [
        "2026-09-24 10:00 Resolved solved by willow",
        "2026-09-24 10:00 Closed (gate not_drawn)",
    ]
    assert not play.case.satisfied
    asked = {"result": FollowUpResult.ACCEPTED}
    for who in ("follow_up:anna", "supervision:wang", "dispatcher:li"):
        assert play.say("2026-09-24 11:00", who, FollowUp, **asked) == "closed"
    # The resident says that it is not solved: a case that came back is asked about, whatever the lot.
    play.say("2026-09-25 09:00", "citizen:hotline", Reopen)
    play.say("2026-09-28 10:00", "willow", Resolve)
    assert play.case.state is State.RESOLVED
    assert play.say("2026-09-28 15:00", "follow_up:anna", FollowUp, **asked) is None
    assert play.story("Closed")[-1] == "2026-09-28 15:00 Closed (gate follow_up)"


def test_the_seed_of_a_day_is_none_that_a_unit_knows_and_an_auditor_draws_again(stage: Opening) -> None:
    play = stage(*FAMILY, start="2026-09-21 09:00")
    cases = []
    for number in range(40):
        cases.append(play.open(f"2026-09-21 09:{number + 10}").id)
        play.say(f"2026-09-21 09:{number + 10}:30", "willow", Resolve)
    draws = [entry.event for one in cases for entry in play.entries(one) if isinstance(entry.event, FollowUpDrawn)]
    assert len(draws) == 40
    # The hash of the day's seed is on record with each; the seed itself is told the day after.
    seed = play.on.rulebook().seed_of(date(2026, 9, 21))
    assert seed is not None
    assert {one.seed_hash for one in draws} == {hashlib.sha256(seed.encode()).hexdigest()}
    assert [one.drawn for one in draws] == [_is_drawn(seed, one, 0.3) for one in cases]
    assert 0 < sum(one.drawn for one in draws) < 40
    assert [play.case_of(one).is_open for one in cases] == [one.drawn for one in draws]
    # Another day has another seed, and so has another installation.
    assert seed != play.on.rulebook().seed_of(date(2026, 9, 22))


def test_a_follow_up_that_reached_nobody_has_no_answers(stage: Opening) -> None:
    play = stage(*FAMILY, start="2026-09-21 09:00")
    play.open(source_id=_lot(play, "2026-09-21"))
    play.say("2026-09-21 11:00", "willow", Resolve)
    answers = _answers(contacted=True, solved=True, satisfaction=Satisfaction.SATISFIED)
    said = {"result": FollowUpResult.UNREACHABLE, "answers": answers}
    assert play.say("2026-09-22 11:00", "follow_up:anna", FollowUp, **said) == "nobody_answered"


def test_a_suggestion_has_a_long_budget_and_is_no_complaint(stage: Opening) -> None:
    play = stage(*FAMILY, start="2026-09-21 09:00")
    case = play.open(matter_type="suggestion", text="建议增设长椅")
    assert case.policy.startswith("assessed-units-suggestion@")
    # 60 working days: 6 in September, 18 in October with Saturday the 10th, 21 in November, 15 in December.
    assert play.due("close") == "2026-12-22 00:00"
    # 15: 22 to 24, 28 to 30 September, 8 to 10, 12 to 16, 19 October.
    assert play.due("respond") == "2026-10-20 00:00"
    complaint = play.open(text="没有长椅可坐")
    assert complaint.policy.startswith("assessed-units@")
    seen = [sighting_of(case_facts(one, district="lake", decided_by="other")) for one in (case, complaint)]
    assert [len(find_problems([one])) for one in seen] == [0, 1]


def test_what_was_explained_is_on_time_and_is_looked_at_again_every_three_months(stage: Opening) -> None:
    play = stage(*FAMILY, start="2026-09-21 09:00")
    play.open(source_id=_lot(play, "2026-09-22"), text="希望加装电梯")
    play.say("2026-09-21 10:00", "willow", Accept)
    play.say("2026-09-21 11:00", "willow", Reply, text="楼体条件暂不允许")
    play.say("2026-09-22 10:00", "willow", Resolve, outcome=Outcome.EXPLAINED, text="暂不能解决")
    _asked(
        play,
        "2026-09-23 10:00",
        _answers(contacted=True, solved=False, satisfaction=Satisfaction.BASICALLY),
    )
    explained = play.case
    assert (explained.outcome, play.story("DeadlineMissed")) == (Outcome.EXPLAINED, [])
    found = three_rates([explained])
    # In the figures it is one that was contacted and not solved.
    assert (found.valid, found.contacted, found.solved) == (1, 1, 0)

    def looks() -> list[str]:
        tasks = [case for case in play.on.ledger.all_cases() if case.inspections.parent == explained.id]
        return [local(task.milestones[0].due_at) for task in sorted(tasks, key=lambda task: task.opened_at)]

    # 90 days after 23 September: 7 of September, 31, 30, and 22 of December.
    assert looks() == ["2026-12-22 10:00"]
    task = next(case for case in play.on.ledger.all_cases() if case.inspections.parent == explained.id)
    play.say("2026-12-20 10:00", "supervision-1", RecordInspection, passed=True, case_id=task.id)
    # The next one counts from the day of the first: 9 of December, 31, 28, and 22 of March.
    assert looks() == ["2026-12-22 10:00", "2027-03-22 10:00"]
    assert not play.case.is_open


def test_whoever_takes_an_unanswered_case_over_owes_the_response(stage: Opening) -> None:
    play = stage("assessed-units", start="2026-09-21 09:00")
    play.open()
    play.say("2026-09-21 10:00", "willow", Escalate, text="须市级部门")
    play.say("2026-09-21 11:00", "lake", AcceptEscalation)
    assert play.case.lead == "lake"
    # Tuesday 22 September, to 24:00.
    assert play.running()["respond"] == "2026-09-23 00:00"
    play.until("2026-09-23 00:00:01")
    assert "2026-09-23 00:00 DeadlineMissed respond by lake" in play.story("DeadlineMissed")
