"""A desk hosted beside the router on the embedded broker: the same object, the same dispatching."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from router.collecting import Collector
from router.core.case import State
from router.core.commands import Accept, Actor, ActorRole
from router.core.telling import messages as m
from router.core.territory.address import desk_key
from router.errors import ConfigurationError
from router.relay import Relay
from router.tiers import Desk, Office, dispatching
from router.tiers.dispatching import HandlersFailingError
from router.tiers.hosting import load_desk
from tests.city import MONDAY
from tests.town import Town, town

SOLVING = Desk("willow")


@SOLVING.on_assigned
def solve(case: m.Assigned, office: Office) -> None:
    """Accept and resolve."""
    office.accept(case)
    office.resolve(case, text="换了灯泡")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    """A town on an embedded broker."""
    with town(f"sqlite:///{tmp_path / 'ledger.db'}") as place:
        yield place


def solving() -> Desk:
    """A fresh desk for a fresh memory."""
    desk = Desk("willow")
    desk.on_assigned(solve)
    return desk


def test_a_hosted_desk_closes_a_case(place: Town) -> None:
    hosted = solving().attach(place.on.broker, lambda: MONDAY)
    case_id = place.open(1)
    assert hosted.run_once(0.5) == 1
    place.pump()
    case = place.on.ledger.case(case_id)
    assert case is not None
    assert case.state is State.CLOSED
    hosted.close()


def test_a_hosted_desk_runs_in_a_thread_until_it_is_stopped(place: Town) -> None:
    hosted = solving().attach(place.on.broker, lambda: MONDAY)
    place.open(1)
    thread = Thread(target=hosted.run)
    thread.start()
    hosted.stop()
    thread.join(30.0)
    assert not thread.is_alive()


def test_a_hosted_desk_whose_handler_keeps_failing_stops_and_says_so(
    place: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "_FIRST_PAUSE_S", 0.0)
    desk = Desk("willow", attempts=1, aside_limit=2)

    @desk.on_assigned
    def broken(case: m.Assigned, office: Office) -> None:
        raise ValueError(case.case_id)

    hosted = desk.attach(place.on.broker, lambda: MONDAY)
    for number in range(3):
        place.open(number)
    with pytest.raises(HandlersFailingError, match="2 messages are set aside"):
        hosted.run()


def test_what_a_hosted_desk_gives_up_on_is_on_record_and_is_handled_when_it_was_sent_again(
    place: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "_FIRST_PAUSE_S", 0.0)
    desk, broken = Desk("willow", attempts=1), Event()
    broken.set()

    @desk.on_assigned
    def handle(case: m.Assigned, office: Office) -> None:
        if broken.is_set():
            raise ValueError(case.case_id)
        solve(case, office)

    hosted = desk.attach(place.on.broker, lambda: MONDAY)
    case_id = place.open(1)
    tree = place.on.rulebook().tree
    key = desk_key(tree, tree.desks["willow"], "lamp", "assigned")
    unheard = place.message(
        Accept(id="m-9", case_id=case_id, actor=Actor(ActorRole.DESK, "willow")),
        "case.street",
        key,
        type="case.unheard_of.v9",
    )
    place.publish([unheard])
    assert hosted.run_once(0.5) == 2
    assert Collector(place.on.ledger, place.on.broker).run_once(MONDAY) == 2
    parked = {one.type: one for one in place.on.ledger.parked()}
    assigned = parked["case.assigned.v1"]
    assert (assigned.reason, assigned.origin, assigned.case_id) == ("set_aside", "desk.willow", case_id)
    assert assigned.detail == "its consumer gave up: handler_failing"
    assert parked["case.unheard_of.v9"].message_id == "m-9"
    broken.clear()
    with place.on.ledger.begin() as unit:
        assert unit.send_again(assigned.id, MONDAY)
    place.wait(seconds=1)
    relay = Relay(place.on.ledger, place.on.sender(background=False), grace_s=0.0)
    assert relay.run_once(place.time) == 1
    assert hosted.run_once(0.5) == 1
    place.pump()
    case = place.on.ledger.case(case_id)
    assert case is not None
    assert case.state is State.CLOSED
    hosted.close()


def test_a_desk_is_loaded_by_module_and_attribute() -> None:
    assert load_desk(f"{__name__}:SOLVING") is SOLVING
    assert load_desk(f"{__name__}:solving").code == "willow"


@pytest.mark.parametrize(
    "name", ["", "module", ":attribute", "no.such.module:desk", f"{__name__}:NOTHING", f"{__name__}:MONDAY"]
)
def test_what_names_no_desk_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError):
        load_desk(name)


def test_a_module_that_fails_is_named_with_the_cause_and_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    (tmp_path / "needs_more.py").write_text("\nimport no_such_library\n", encoding="utf-8")
    (tmp_path / "half_written.py").write_text("desk = (\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as needs:
        load_desk("needs_more:desk")
    assert "the module needs_more cannot be loaded: No module named 'no_such_library'" in needs.value.what
    assert f"{tmp_path}/needs_more.py:2" in needs.value.what
    with pytest.raises(ConfigurationError, match="half_written cannot be loaded: '\\(' was never closed"):
        load_desk("half_written:desk")
    with pytest.raises(ConfigurationError, match=f"the module {__name__} has no NOTHING"):
        load_desk(f"{__name__}:NOTHING")


def test_a_desk_without_a_handler_for_cases_is_not_hosted(place: Town) -> None:
    with pytest.raises(ConfigurationError, match="no handler for assigned"):
        Desk("willow").attach(place.on.broker, lambda: MONDAY)
