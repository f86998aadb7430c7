"""A wrong calendar made a case late; the mistake is found after it went up, and taken back."""

from datetime import timedelta

from router.core import commands as c
from tests.city import CLOSE, Play, policy, rules
from tests.unit.core.calendars import china


def test_a_case_that_went_up_by_mistake_goes_back_as_if_it_had_not() -> None:
    play = Play(rules(policy(milestones=(CLOSE,))))
    play.open()
    play.wait(hours=2)
    play.say("willow", c.Accept)
    play.wait_until(china(2026, 9, 26, 10))
    play.say(
        "system:undo",
        c.UndoEscalation,
        milestone="close",
        due_at=china(2026, 9, 26, 9),
        desk="willow",
        step=0,
        by="li",
        text="日历有误",
    )
    play.wait(hours=21)  # it had signed for the case, and need not again
    play.say("willow", c.Resolve, text="修好了")
    assert play.story() == [
        "Mon 21 09:00 Received",
        "Mon 21 09:00 Dispatched to willow (territory)",
        "Mon 21 11:00 Accepted by willow",
        "Sat 26 09:00 DeadlineMissed close by willow",
        "Sat 26 09:00 Escalated street > district: willow > lake (deadline)",
        "Sat 26 10:00 EscalationUndone by willow",
        "Sun 27 07:00 Resolved solved by willow",
        "Sun 27 07:00 Closed (gate none)",
    ]
    assert play.case.escalations == 0
    assert play.case.due_at == china(2026, 9, 28, 0)
    assert play.case.closed_at == china(2026, 9, 26, 10) + timedelta(hours=21)
    assert [message.kind for message in play.messages if message.desk == "lake"][-1] == "taken"
