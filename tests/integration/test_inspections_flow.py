"""Inspections through a whole installation: nothing reaches the inspected desk before the result is on record."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from kombu.entity import Exchange, Queue

from router.arrivals import direct
from router.broker.embedded import EmbeddedBroker
from router.core import commands as c, events as e
from router.core.case import State
from router.core.case_id import case_id_of
from router.core.commands import Actor, ActorRole
from router.core.several.lots import draw, seed_hash
from router.core.step import FOLLOWS
from router.core.territory import address
from tests.town import DAILY, Town, town

SEED = "2026-09-21 lottery 03 08 17 22 25 31 + 09"
STREETS = tuple(c.Target(desk=code) for code in ("willow", "plane", "bridge"))
RECHECKED = DAILY + '[recheck]\nevery = "20d"\n'
_INSPECTOR = Actor(ActorRole.DESK, "supervision-1")
_LI = Actor(ActorRole.SUPERVISION, "li")


@pytest.fixture
def here(addresses: tuple[str, str]) -> Iterator[Town]:
    with town(*addresses, policy=RECHECKED) as built:
        yield built


def _task(here: Town, number: str, task: c.Task, actor: Actor = _INSPECTOR) -> c.Open:
    return c.Open(
        id=f"order-{number}",
        case_id="",
        actor=actor,
        source=c.INSPECTION,
        source_id=number,
        channel=c.INSPECTION,
        task=task,
    )


def _visit(here: Town, desk: str) -> c.Task:
    due_at = here.time + timedelta(days=3)
    return c.Task(kind=c.TaskKind.VISIT, targets=(c.Target(desk=desk),), due_at=due_at)


def test_a_visit_is_in_no_queue_of_the_inspected_before_its_findings_are(here: Town) -> None:
    here.say("supervision-1", _task(here, "visit-1", _visit(here, "willow")))
    task = case_id_of(c.INSPECTION, "visit-1")
    assert here.heard("supervision-1") == ["case.assigned.v1", "case.inspection_ordered.v1"]
    # A desk that guesses its id hears as little as of a case that is not there.
    here.say("willow", c.Accept(id="guess", case_id=task, actor=Actor(ActorRole.DESK, "willow")))
    assert here.case(task).state is State.DISPATCHED
    for desk in ("willow", "lake", "plane"):
        assert here.heard(desk) == []
        assert [one.id for one in here.on.ledger.all_cases(lead=desk)] == []
    found = (c.Finding(text="three lamps dark", category="lamp"),)
    here.say(
        "supervision-1",
        c.RecordInspection(id="result", case_id=task, actor=_INSPECTOR, passed=False, findings=found),
    )
    done = here.case(task)
    (recorded,) = [x.event for x in here.on.ledger.entries(task) if isinstance(x.event, e.InspectionRecorded)]
    (child,) = recorded.findings
    assert (done.state, here.case(child).lead, here.case(child).inspections.parent) == (
        State.CLOSED,
        "willow",
        task,
    )
    assert here.heard("willow") == ["case.inspected.v1", "case.assigned.v1"]
    assert here.on.ledger.parked() == []


def test_a_draw_is_carried_on_by_the_router_until_the_seed_is_revealed(here: Town) -> None:
    due_at = here.time + timedelta(days=3)
    terms = c.Task(kind=c.TaskKind.DRAW, targets=STREETS, due_at=due_at, count=2, seed_hash=seed_hash(SEED))
    here.say("supervision-1", _task(here, "draw-1", terms))
    number = case_id_of(c.INSPECTION, "draw-1")
    here.say("supervision-1", c.DrawInspection(id="draw", case_id=number, actor=_INSPECTOR, seed=SEED))
    drawn = here.case(number).inspections.drawn
    assert drawn is not None
    assert drawn.targets == draw(SEED, STREETS, 2)
    for task in drawn.waits:
        here.say("supervision-1", c.RecordInspection(id=task, case_id=task, actor=_INSPECTOR, passed=True))
    closed = here.case(number)
    assert closed.state is State.CLOSED
    assert [x.event.seed for x in here.on.ledger.entries(number) if isinstance(x.event, e.DrawRevealed)] == [SEED]


def test_what_a_step_asks_for_is_stored_with_it_and_done_once(here: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    case = here.open(1)
    with monkeypatch.context() as broken:
        broken.setattr(here.router._sender, "send", lambda _messages: None)  # the process ends after the commit
        here.say(
            "willow",
            c.Resolve(id="r", case_id=case, actor=Actor(ActorRole.DESK, "willow"), outcome=c.Outcome.EXPLAINED),
        )
    assert [one.id for one in here.on.ledger.all_cases() if one.is_task] == []
    waiting = here.on.ledger.claim_outbox(here.time, 100, 30.0, 0.0)
    (asked,) = [one for one in waiting if one.id.startswith(FOLLOWS)]
    here.publish([asked, asked])
    here.pump()
    (task,) = [one for one in here.on.ledger.all_cases() if one.is_task]
    assert (task.lead, task.next_due_at) == ("supervision-1", here.time + timedelta(days=20))


def test_a_closed_case_that_a_recheck_finds_unsolved_comes_back_to_its_desk(here: Town) -> None:
    case = here.open(1)
    willow = Actor(ActorRole.DESK, "willow")
    here.say("willow", c.Resolve(id="r", case_id=case, actor=willow, outcome=c.Outcome.EXPLAINED))
    (task,) = [one for one in here.on.ledger.all_cases() if one.is_task]
    assert here.heard("willow") == ["case.assigned.v1"]
    here.wait(days=19)
    here.say("supervision-1", c.RecordInspection(id="x", case_id=task.id, actor=_INSPECTOR, passed=False))
    again = here.case(case)
    assert (again.state, again.lead, again.inspections.recurred) == (State.DISPATCHED, "willow", True)
    assert here.heard("willow") == ["case.inspected.v1", "case.assigned.v1"]


@pytest.mark.parametrize("who", ["willow", "lake"])
def test_a_desk_that_may_not_inspect_leaves_no_case_and_operations_see_it(here: Town, who: str) -> None:
    here.say(who, _task(here, "visit-1", _visit(here, "plane"), Actor(ActorRole.DESK, who)))
    assert list(here.on.ledger.all_cases()) == []
    assert [one.reason for one in here.on.ledger.parked()] == ["refused"]


def test_at_the_shell_it_is_answered_and_leaves_nothing_behind(here: Town) -> None:
    wrong = _task(here, "visit-1", _visit(here, "moon"), _LI)
    arrived = direct(c_with_id(wrong), "shell")
    assert here.router.carry_out([arrived], here.time)[wrong.id].refused == "unknown_desk"
    assert here.on.ledger.parked() == []


def c_with_id(command: c.Open) -> c.Command:
    """As the shell hands it in."""
    from router.core.lifecycle import with_case_id

    return with_case_id(command)


def test_nothing_is_announced_of_an_inspection_before_it_is_done(tmp_path: Path) -> None:
    with town(f"sqlite:///{tmp_path}/ledger.db", publish_events=True) as here:
        assert isinstance(here.on.broker, EmbeddedBroker)
        with here.on.broker.connection() as connection:
            queue = Queue("mine", Exchange(address.EVENTS, "topic"), routing_key="#")(connection)
            queue.declare()

            def heard() -> list[str]:
                keys = []
                while (message := queue.get(no_ack=True)) is not None:
                    keys.append(message.delivery_info["routing_key"])
                return keys

            here.say("supervision-1", _task(here, "visit-1", _visit(here, "willow")))
            here.wait(days=4)  # late, it goes up
            assert heard() == []
            task = case_id_of(c.INSPECTION, "visit-1")
            here.say(
                "supervision-2",
                c.RecordInspection(
                    id="x", case_id=task, actor=Actor(ActorRole.DESK, "supervision-2"), passed=True
                ),
            )
            assert heard() == ["city.inspection_recorded", "city.closed"]
