"""Returns (退单, 推诿): a request within its window; the clock runs on, at the cap the tier above designates."""

from datetime import timedelta

from router.core.case import State
from router.core.commands import Accept, ApproveReturn, Designate, RefuseReturn, RequestReturn, Resolve
from tests.city import Play


def _ask(play: Play, desk: str, suggested: str | None = None) -> None:
    play.wait(hours=1).say(desk, RequestReturn, reason="not_our_place", suggested_desk=suggested, text="不属我处")


def test_three_offices_pass_a_case_on_until_the_district_designates_one() -> None:
    play = Play()
    play.open()
    due_at = play.case.due_at
    _ask(play, "willow", "plane")
    play.wait(hours=1).say("dispatch", ApproveReturn)
    _ask(play, "plane", "bridge")
    play.wait(hours=1).say("dispatch", ApproveReturn, desk="willow")
    _ask(play, "willow")
    play.wait(hours=1).say("dispatch", ApproveReturn)
    play.wait(hours=1).say("lake", Designate, desk="plane")
    _ask(play, "plane")
    assert play.story("ReturnRequested", "ReturnApproved", "Designated", "Refused") == [
        "Mon 21 10:00 ReturnRequested by willow",
        "Mon 21 11:00 ReturnApproved: willow > plane",
        "Mon 21 12:00 ReturnRequested by plane",
        "Mon 21 13:00 ReturnApproved: plane > willow",
        "Mon 21 14:00 ReturnRequested by willow",
        "Mon 21 15:00 ReturnApproved: willow > lake (must designate)",
        "Mon 21 16:00 Designated by plane",
        "Mon 21 17:00 Refused return: return_designated",
    ]
    assert (play.case.lead, play.case.returns, play.case.due_at) == ("plane", 3, due_at)
    assert play.case.next_due_at is not None


def test_until_the_dispatcher_has_decided_the_case_is_the_returners_and_may_be_missed() -> None:
    play = Play()
    play.open()
    _ask(play, "willow", "plane")
    play.say("plane", Accept)
    assert play.refused == "not_lead"
    play.wait(days=6)
    assert play.story("DeadlineMissed", "SupervisionOrdered", "Escalated") == [
        "Mon 21 14:00 DeadlineMissed return_decision by dispatch",
        "Mon 21 14:00 SupervisionOrdered",
        "Tue 22 09:00 DeadlineMissed accept by willow",
        "Sat 26 09:00 DeadlineMissed close by willow",
        "Sat 26 09:00 Escalated street > district: willow > lake (deadline)",
    ]
    play.say("dispatch", ApproveReturn)
    assert play.refused == "no_return_pending"


def test_a_refused_return_leaves_everything_where_it_was() -> None:
    play = Play()
    play.open()
    play.say("willow", Accept)
    _ask(play, "willow")
    play.say("dispatch", RefuseReturn, text="属你处辖区")
    assert (play.case.lead, play.case.state, play.case.returns) == ("willow", State.ACCEPTED, 0)
    assert play.told("willow")[-1] == "return_decided"
    assert play.running() == ["close"]


def test_after_the_window_the_case_is_kept() -> None:
    play = Play()
    play.open()
    play.wait(days=1, seconds=1)
    _ask(play, "willow")
    assert play.refused == "return_window_passed"


def test_a_reason_that_is_not_on_the_list_is_none() -> None:
    play = Play()
    play.open()
    play.say("willow", RequestReturn, reason="too_busy")
    assert play.refused == "return_reason"


def test_a_return_without_a_suggestion_goes_to_triage_where_the_case_is() -> None:
    play = Play()
    play.open()
    _ask(play, "willow")
    play.say("dispatch", ApproveReturn)
    assert (play.case.lead, play.case.step) == ("willow:triage", 0)


def test_a_desk_that_gets_a_returned_case_signs_in_its_own_time_and_on_the_old_due_date() -> None:
    play = Play()
    play.open()
    play.wait(hours=20)
    _ask(play, "willow", "plane")
    play.say("dispatch", ApproveReturn)
    accept, close = play.case.milestone("accept"), play.case.milestone("close")
    assert accept is not None
    assert close is not None
    assert accept.due_at == play.now + timedelta(days=1)
    assert close.due_at == play.case.due_at
    play.wait(hours=20).say("plane", Resolve)
    assert play.case.state is State.CLOSED
