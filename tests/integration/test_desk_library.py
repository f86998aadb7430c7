"""A tier's program on the desk library against a real RabbitMQ and a router at work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import msgspec
import pytest

from router.broker.envelope import encode
from router.broker.port import Outgoing
from router.collecting import Collector
from router.core.case import State
from router.core.telling import messages as m
from router.core.territory.address import desk_key, desk_queue
from router.errors import ConfigurationError
from router.relay import Relay
from router.tiers import Channel, Desk, Office, dispatching, link
from router.tiers.dispatching import HandlersFailingError
from tests.city import MONDAY
from tests.integration.served_city import DEADLINE_S, ServedCity, served_city
from tests.servers.rabbit import RabbitNode, RabbitServer
from tests.servers.waiting import wait_until
from tests.unit.tiers.outbox import assigned

pytestmark = pytest.mark.amqp


@pytest.fixture
def city(amqp_url: str, tmp_path: Path) -> Iterator[ServedCity]:
    """A city whose router runs on a fresh virtual host."""
    with served_city(amqp_url, tmp_path) as city:
        yield city


def solving_desk(code: str = "willow") -> Desk:
    """Accepts and resolves whatever comes."""
    desk = Desk(code)

    @desk.on_assigned
    def solve(case: m.Assigned, office: Office) -> None:
        office.accept(case)
        office.resolve(case, outcome="solved", text="换了灯泡")

    return desk


def to_willow(city: ServedCity, payload: m.Payload, message_id: str) -> Outgoing:
    """A message as the router sends it to the willow street's desk."""
    tree = city.on.rulebook().tree
    kind = str(payload.__struct_config__.tag)
    return Outgoing(
        id=message_id,
        exchange="case.street",
        key=desk_key(tree, tree.desks["willow"], "lamp", kind.split(".")[1]),
        type=kind,
        case_id=payload.case_id,
        case_version=payload.version,
        body=encode(payload),
        timestamp=MONDAY,
    )


def ready_in(city: ServedCity, desk: str) -> int:
    """Messages that wait in a desk's queue."""
    return city.on.broker.queues([desk_queue(desk)])[0].ready


def test_a_case_is_accepted_resolved_and_closed_by_its_desk(city: ServedCity) -> None:
    city.beside(lambda: solving_desk().run(city.url, stop=city.stop))
    case = city.until(city.open(1), lambda case: case.state is State.CLOSED, "the case to be closed")
    assert case.outcome == "solved"
    assert city.events(case.id) == ["Received", "Dispatched", "Accepted", "Resolved", "Closed"]


def test_a_receipt_is_noted_before_the_handler_has_ended(city: ServedCity) -> None:
    desk, may_end = Desk("willow"), threading.Event()

    @desk.on_assigned
    def ponder(case: m.Assigned, office: Office) -> None:
        office.accept(case)
        assert may_end.wait(DEADLINE_S)

    city.beside(lambda: desk.run(city.url, stop=city.stop))
    case_id = city.open(1)
    city.until(case_id, lambda case: case.state is State.ACCEPTED, "the acceptance")
    may_end.set()


def test_a_return_goes_to_the_dispatcher_and_the_case_to_the_desk_suggested(city: ServedCity) -> None:
    decided: list[m.ReturnDecided] = []
    taken: list[m.Taken] = []
    willow, dispatcher = Desk("willow"), Desk("dispatch")

    @willow.on_assigned
    def not_ours(case: m.Assigned, office: Office) -> None:
        office.request_return(case, reason="not_ours", suggested_desk="plane")

    willow.on_return_decided(lambda decision, _office: decided.append(decision))
    willow.on_taken(lambda notice, _office: taken.append(notice))
    dispatcher.on_assigned(lambda _case, _office: None)
    dispatcher.on_return_requested(lambda request, office: office.approve_return(request))
    for desk in (willow, dispatcher, solving_desk("plane")):
        city.beside(partial(desk.run, city.url, stop=city.stop))
    case = city.until(city.open(1), lambda case: case.state is State.CLOSED, "the other desk to close it")
    assert case.lead == "plane"
    wait_until(lambda: bool(decided and taken), deadline_s=DEADLINE_S, what="the decision to reach the returner")
    assert decided[0].approved
    assert (taken[0].to_desk, taken[0].reason) == ("plane", "returned")


def test_a_refusal_comes_back_to_the_desk_with_the_id_of_what_was_refused(city: ServedCity) -> None:
    desk, said, refused = Desk("willow"), list[str](), list[m.Refused]()

    @desk.on_assigned
    def accept_twice(case: m.Assigned, office: Office) -> None:
        office.accept(case)
        said.append(office.accept(case))

    desk.on_refused(lambda refusal, _office: refused.append(refusal))
    city.beside(lambda: desk.run(city.url, stop=city.stop))
    city.open(1)
    wait_until(lambda: bool(refused), deadline_s=DEADLINE_S, what="the refusal")
    assert refused[0].command == said[0]
    assert refused[0].code == "not_in_state"


def test_something_said_days_later_is_said_once_per_reference(city: ServedCity) -> None:
    desk = solving_desk()
    case_id = city.open(1)
    city.until(case_id, lambda case: case.state is State.DISPATCHED, "the dispatch")
    for _ in range(2):
        with desk.office(city.url, reference="own-id-77", stop=city.stop) as office:
            office.progress(case_id, text="ordered the lamp")
    with desk.office(city.url, reference="own-id-78", stop=city.stop) as office:
        office.resolve(case_id)
    city.until(case_id, lambda case: case.state is State.CLOSED, "the case to be closed")
    assert city.events(case_id).count("ProgressReported") == 1


def test_an_assignment_sent_twice_and_one_overtaken_reach_the_handler_once(city: ServedCity) -> None:
    desk, handled, order = Desk("willow"), list[str](), list[str]()

    @desk.on_assigned
    def note(case: m.Assigned, office: Office) -> None:
        handled.append(f"{case.case_id[0]}{case.version}")
        order.append(case.case_id)

    desk.on_taken(lambda notice, _office: order.append(f"taken {notice.case_id}"))
    taken = m.Taken(case_id="B" * 16, version=3, reason="escalated", to_desk="lake")
    for payload, message_id in (
        (assigned(2, "A" * 16), "x/0"),
        (assigned(2, "A" * 16), "x/0"),
        (taken, "y/1"),
        (assigned(2, "B" * 16), "z/0"),
        (assigned(2, "C" * 16), "last/0"),
    ):
        city.send(to_willow(city, payload, message_id))
    city.beside(lambda: desk.run(city.url, stop=city.stop))
    wait_until(lambda: "C2" in handled, deadline_s=DEADLINE_S, what="the last message")
    assert handled == ["A2", "C2"]
    assert order == ["A" * 16, f"taken {'B' * 16}", "C" * 16]


def test_a_handler_that_fails_once_is_tried_again_and_says_everything_once(city: ServedCity) -> None:
    desk, tries = Desk("willow"), list[int]()

    @desk.on_assigned
    def stumble(case: m.Assigned, office: Office) -> None:
        office.accept(case)
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("the office's own database was away")
        office.resolve(case)

    city.beside(lambda: desk.run(city.url, stop=city.stop))
    case = city.until(city.open(1), lambda case: case.state is State.CLOSED, "the case to be closed")
    assert city.events(case.id) == ["Received", "Dispatched", "Accepted", "Resolved", "Closed"]


def test_a_handler_that_always_fails_stops_the_program_and_loses_nothing(
    city: ServedCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "_FIRST_PAUSE_S", 0.0)
    desk = Desk("willow", attempts=2, aside_limit=3, prefetch=4)

    @desk.on_assigned
    def broken(case: m.Assigned, office: Office) -> None:
        raise ValueError(case.case_id)

    cases = [city.open(number) for number in range(5)]
    with pytest.raises(HandlersFailingError, match="3 messages are set aside"):
        desk.run(city.url)
    wait_until(lambda: ready_in(city, "willow") == 5, deadline_s=DEADLINE_S, what="all five to be back")
    city.beside(lambda: solving_desk().run(city.url, stop=city.stop))
    for case_id in cases:
        city.until(case_id, lambda case: case.state is State.CLOSED, "a mended program to close it")


def test_one_failing_case_does_not_hold_up_its_neighbours(
    city: ServedCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "_FIRST_PAUSE_S", 0.0)
    desk = Desk("willow", attempts=2)

    @desk.on_assigned
    def fail_for_one(case: m.Assigned, office: Office) -> None:
        if case.text == "poison":
            raise ValueError(case.text)
        office.resolve(case)

    city.beside(lambda: desk.run(city.url, stop=city.stop))
    poison = city.open(1, text="poison")
    city.until(city.open(2), lambda case: case.state is State.CLOSED, "the neighbour to be closed")
    assert city.case(poison).state is State.DISPATCHED


def test_a_program_told_to_stop_finishes_the_case_at_hand_and_gives_back_the_rest(city: ServedCity) -> None:
    desk, begun, may_end, stop = Desk("willow"), threading.Event(), threading.Event(), threading.Event()

    @desk.on_assigned
    def ponder(case: m.Assigned, office: Office) -> None:
        begun.set()
        assert may_end.wait(DEADLINE_S)
        office.resolve(case)

    first = city.open(1)
    city.until(first, lambda case: case.state is State.DISPATCHED, "the dispatch")
    city.until(city.open(2), lambda case: case.state is State.DISPATCHED, "the dispatch")
    program = city.beside(lambda: desk.run(city.url, stop=stop))
    assert begun.wait(DEADLINE_S)
    stop.set()
    may_end.set()
    program.join(DEADLINE_S)
    assert not program.is_alive()
    city.until(first, lambda case: case.state is State.CLOSED, "the case at hand to be closed")
    wait_until(lambda: ready_in(city, "willow") == 1, deadline_s=DEADLINE_S, what="the other to be back")


def test_a_handler_slower_than_the_heartbeat_keeps_both_connections(
    city: ServedCity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "HEARTBEAT_S", 1)
    desk, handled = Desk("willow"), list[str]()

    @desk.on_assigned
    def slow(case: m.Assigned, office: Office) -> None:
        office.accept(case)
        handled.append(case.case_id)
        # The broker gives up after two intervals: longer than that, three times over.
        threading.Event().wait(6.0)
        office.resolve(case)

    city.beside(lambda: desk.run(city.url, stop=city.stop))
    case = city.until(city.open(1), lambda case: case.state is State.CLOSED, "the slow case to be closed")
    assert handled == [case.id], "a lost connection would have delivered it again"
    assert ready_in(city, "willow") == 0


def test_what_a_program_cannot_read_is_on_record_and_is_sent_again(
    amqp_url: str, rabbit: RabbitServer, tmp_path: Path
) -> None:
    with served_city(amqp_url, tmp_path, management_url=rabbit.management_url) as city:
        stop = threading.Event()
        sent = to_willow(city, assigned(2, "C-1"), "m-1")
        unreadable = msgspec.structs.replace(sent, body=b'{"case_id": "C-1", "version": "two"}')
        city.send(unreadable)
        program = city.beside(lambda: solving_desk().run(city.url, stop=stop))
        collector = Collector(city.on.ledger, city.on.broker)
        wait_until(lambda: collector.run_once(MONDAY, 0.2) == 1, deadline_s=DEADLINE_S, what="the letter")
        collector.close()
        [parked] = city.on.ledger.parked()
        assert (parked.reason, parked.origin, parked.message_id) == ("set_aside", "desk.willow", "m-1")
        assert (parked.case_id, parked.detail) == ("C-1", "its consumer gave up: rejected")
        stop.set()
        program.join(DEADLINE_S)
        with city.on.ledger.begin() as unit:
            assert unit.send_again(parked.id, MONDAY)
        assert Relay(city.on.ledger, city.on.sender(background=False), grace_s=0.0).run_once(MONDAY) == 1
        wait_until(lambda: ready_in(city, "willow") == 1, deadline_s=DEADLINE_S, what="the message to be back")


def test_a_desk_with_its_own_account_works_where_identity_is_strict(
    amqp_url: str, rabbit: RabbitServer, tmp_path: Path
) -> None:
    with served_city(
        amqp_url,
        tmp_path,
        management_url=rabbit.management_url,
        passwords={"desk.willow": "s3cret", "channel.hotline": "s3cret"},
        strict_identity=True,
    ) as city:
        whose = amqp_url.partition("://")[2].partition("@")[0]
        city.beside(lambda: solving_desk().run(amqp_url.replace(whose, "desk.willow:s3cret", 1), stop=city.stop))
        with Channel("hotline").line(amqp_url.replace(whose, "channel.hotline:s3cret", 1)) as line:
            case_id = line.open(source_id="1", category="lamp", division=("lake", "willow"))
        city.until(case_id, lambda case: case.state is State.CLOSED, "the case to be closed")
        nobody = city.open(2)  # by an account that is no channel's
        wait_until(
            lambda: [parked.reason for parked in city.on.ledger.parked()] == ["forged"],
            deadline_s=60,
            what="the message without an account to be parked",
        )
        assert city.on.ledger.case(nobody) is None


def test_a_wrong_password_ends_the_program_with_what_to_do(amqp_url: str) -> None:
    wrong = amqp_url.replace("@", "x@", 1)
    with pytest.raises(ConfigurationError, match="does not take this user"):
        solving_desk().run(wrong)


def test_a_cut_connection_costs_nothing(private_rabbit: RabbitNode, tmp_path: Path) -> None:
    desk, begun, may_end = Desk("willow"), threading.Event(), threading.Event()

    @desk.on_assigned
    def ponder(case: m.Assigned, office: Office) -> None:
        office.accept(case)
        begun.set()
        assert may_end.wait(DEADLINE_S)
        office.resolve(case)

    with served_city(private_rabbit.amqp_url, tmp_path) as city:
        city.beside(lambda: desk.run(city.url, stop=city.stop))
        first = city.open(1)
        assert begun.wait(DEADLINE_S)
        private_rabbit.ctl("close_all_connections", "--", "the test")
        may_end.set()
        city.until(first, lambda case: case.state is State.CLOSED, "the case at hand to be closed")
        second = city.open(2)
        city.until(second, lambda case: case.state is State.CLOSED, "the next case to be closed")
        assert city.events(first) == ["Received", "Dispatched", "Accepted", "Resolved", "Closed"]
        wait_until(lambda: ready_in(city, "willow") == 0, deadline_s=DEADLINE_S, what="an empty queue")
