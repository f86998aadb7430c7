"""Extensions, suspensions and replan through a whole installation: over the broker, with timers that die."""

from collections.abc import Iterator
from typing import Any

import pytest

from router.calendars import Source
from router.cli import policy_replan
from router.core import commands as c
from router.core.case import State
from router.core.events import Replanned
from router.flow import Router
from router.rulebook import PolicySet, install_policies
from tests.town import Town, town
from tests.unit.core.calendars import china

#: Two natural days, three more at most; suspended for ten at most. Then a day for each step.
POLICY = """
name = "two-days"
calendar = "natural"
min_in_hand = "0"
milestone = [{ name = "close", within = "2d", satisfied_by = "closed" }]
extension = { longest = "3d" }
suspension = { longest = "10d", recheck = "4d" }
ladder = [
  { step = "street" }, { step = "district", budget = "1d" }, { step = "city", budget = "1d" },
  { step = "supervision-1", budget = "1d" },
]
"""
LONGER = POLICY.replace('"2d"', '"6d"')


@pytest.fixture
def here(addresses: tuple[str, str]) -> Iterator[Town]:
    with town(*addresses, policy=POLICY) as built:
        yield built


def test_more_time_and_a_suspension_over_the_broker_hold_the_deadline_and_then_let_it_pass(here: Town) -> None:
    case = here.open(1)
    here.report("willow", c.RequestExtension, case, 1, reason="parts", days=1)
    assert here.heard("lake") == ["case.extension_requested.v1"]
    here.report("lake", c.ApproveExtension, case, 1)
    here.report("willow", c.RequestSuspension, case, 2, reason="road_works")
    here.report("lake", c.ApproveSuspension, case, 2)
    assert here.heard("willow") == [
        "case.assigned.v1",
        "case.extension_decided.v1",
        "case.suspension_decided.v1",
    ]
    here.wait(days=3, hours=1)
    assert (here.case(case).state, here.case(case).lead) == (State.SUSPENDED, "willow")
    here.report("willow", c.Resume, case, 3)
    # Suspended from Monday to Thursday, which do not count: Friday and Saturday 26, and a day more, at 9:00.
    assert here.case(case).extended_due_at == china(2026, 9, 27, 9)
    here.wait(days=2, hours=22)
    assert here.case(case).lead == "willow"
    here.wait(hours=2)
    assert here.case(case).lead == "lake"
    assert here.case(case).due_at == china(2026, 9, 23, 9)


def test_replan_moves_each_case_once_however_often_it_is_interrupted(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [here.open(number) for number in range(1, 6)]
    tree = here.on.rulebook().tree
    install_policies(here.on.ledger, PolicySet(policies=(Source("longer", LONGER),)), tree.tiers, here.time)
    here.on.rulebook.reload()
    forecast = policy_replan.forecast(here.on, lambda _: True)
    assert (forecast.cases, forecast.later, forecast.due_now) == (5, 5, 0)

    monkeypatch.setattr(policy_replan, "_BATCH", 2)
    carry_out, done = Router.carry_out, list[int]()

    def die_in_the_second_batch(router: Router, arrived: Any, *args: Any, **more: Any) -> Any:
        if done:
            raise ConnectionError("killed")
        done.append(len(arrived))
        return carry_out(router, arrived, *args, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Router, "carry_out", die_in_the_second_batch)
        with pytest.raises(ConnectionError):
            policy_replan.move(here.on, lambda _: True)
    assert done == [2]
    assert policy_replan.forecast(here.on, lambda _: True).cases == 3
    assert policy_replan.move(here.on, lambda _: True) == {}
    assert policy_replan.move(here.on, lambda _: True) == {}
    entries = [entry for case in cases for entry in here.on.ledger.entries(case)]
    assert sum(isinstance(entry.event, Replanned) for entry in entries) == 5

    here.wait(days=3)  # the old timers would have passed
    assert {here.case(case).lead for case in cases} == {"willow"}
    closings = [here.case(case).milestone("close") for case in cases]
    assert {one.due_at if one is not None else None for one in closings} == {china(2026, 9, 27, 9)}
    here.wait(days=3, hours=1)
    assert {here.case(case).lead for case in cases} == {"lake"}
