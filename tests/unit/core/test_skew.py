"""A source that dates the closing before the opening: judged at the opening."""

from datetime import timedelta

from router.core.events import Escalated
from router.core.lifecycle import settle
from router.core.policies.policy import Given, Satisfies
from tests.city import MONDAY, Play, milestone, policy, rules

HOUR = timedelta(hours=1)
IN_FORCE = rules(policy(milestones=(milestone("close", Given(), Satisfies.CLOSED),)), replay=True)


def test_a_due_date_between_closing_and_opening_is_missed() -> None:
    case = Play(IN_FORCE).open(due_at=MONDAY - HOUR)
    steps = settle(case, MONDAY - 2 * HOUR, IN_FORCE, MONDAY)
    assert [entry.event_at for entry in steps[0].entries if isinstance(entry.event, Escalated)] == [MONDAY - HOUR]


def test_a_due_date_at_the_opening_is_not_missed_by_a_closing_before_it() -> None:
    case = Play(IN_FORCE).open(due_at=MONDAY)
    assert settle(case, MONDAY - 2 * HOUR, IN_FORCE, MONDAY) == []
