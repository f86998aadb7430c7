"""The examples work as they stand, against a real RabbitMQ and a router at work."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import ModuleType

import pytest

from router.core.case import State
from router.core.case_id import case_id_of
from tests.integration.served_city import DEADLINE_S, ServedCity, served_city
from tests.servers.waiting import wait_until

pytestmark = pytest.mark.amqp

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture
def city(amqp_url: str, tmp_path: Path) -> Iterator[ServedCity]:
    """A city whose router runs on a fresh virtual host."""
    with served_city(amqp_url, tmp_path) as city:
        yield city


def example(name: str) -> ModuleType:
    """An example as a module of its own."""
    found = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_the_desk_service_is_under_thirty_lines() -> None:
    assert len((EXAMPLES / "desk_service.py").read_text(encoding="utf-8").splitlines()) < 30


def test_the_desk_service_closes_a_case_and_ends_in_good_order_on_sigterm(city: ServedCity) -> None:
    environment = os.environ | {"AMQP_URL": city.url, "DESK": "willow"}
    with subprocess.Popen([sys.executable, EXAMPLES / "desk_service.py"], env=environment) as program:
        try:
            case = city.until(city.open(1), lambda case: case.state is State.CLOSED, "the case to be closed")
            program.send_signal(signal.SIGTERM)
            assert program.wait(DEADLINE_S) == 0
        finally:
            program.kill()
    assert city.events(case.id) == ["Received", "Dispatched", "Accepted", "Resolved", "Closed"]


def test_the_raw_desk_speaks_the_wire_format(city: ServedCity) -> None:
    desk = example("desk_raw_pika").RawDesk(city.url, "willow")
    program = city.beside(desk.run)
    try:
        case = city.until(city.open(1), lambda case: case.state is State.CLOSED, "the case to be closed")
        assert city.events(case.id) == ["Received", "Dispatched", "Accepted", "Resolved", "Closed"]
        assert city.on.ledger.parked() == []
    finally:
        desk.stop()
        program.join(DEADLINE_S)


def test_the_channel_program_hands_in_and_hears_the_answers(city: ServedCity) -> None:
    program = example("channel_program")
    city.beside(partial(program.hotline.run, city.url, stop=city.stop))
    calls = [
        {"id": "118", "text": "路灯不亮", "category": "lamp", "division": ("lake", "willow")},
        {"id": "119", "text": "路灯闪烁", "category": "lamp", "division": ("lake", "plane")},
    ]
    # Handed in twice, as after a crash: the same two cases.
    for _ in range(2):
        ids = program.hand_in(city.url, [dict(call) for call in calls])
    assert ids == [case_id_of("hotline", "118"), case_id_of("hotline", "119")]
    for case_id in ids:
        city.until(case_id, lambda case: case.state is State.DISPATCHED, "the dispatch")
    wait_until(lambda: len(program.answers) >= 2, deadline_s=DEADLINE_S, what="two answers")
    assert {(answer.kind, answer.source_id) for answer in program.answers} == {
        ("received", "118"),
        ("received", "119"),
    }


def test_other_content_under_a_source_id_comes_back_as_a_conflict(city: ServedCity) -> None:
    from router.tiers import Channel

    hotline, refused, heard = Channel("hotline"), list[str](), threading.Event()
    hotline.on_answered(lambda _answer: None)

    @hotline.on_refused
    def note(refusal: object) -> None:
        refused.append(getattr(refusal, "code", ""))
        heard.set()

    city.beside(partial(hotline.run, city.url, stop=city.stop))
    with hotline.line(city.url, stop=city.stop) as line:
        first = line.open(source_id="7", text="one matter", category="lamp", division=("lake", "willow"))
        second = line.open(source_id="7", text="another", category="lamp", division=("lake", "willow"))
    assert first == second
    assert heard.wait(DEADLINE_S)
    assert refused == ["content_conflict"]


def test_a_channel_withdraws_its_case(city: ServedCity) -> None:
    from router.tiers import Channel

    with Channel("hotline").line(city.url, stop=city.stop) as line:
        case_id = line.open(source_id="7", text="x", category="lamp", division=("lake", "willow"))
        for _ in range(2):
            line.withdraw(case_id, reference="call-8")
    case = city.until(case_id, lambda case: case.state is State.CLOSED, "the case to be closed")
    assert case.outcome == "withdrawn"
    assert city.events(case_id).count("Withdrawn") == 1
