"""The whole flow on a hand-turned clock: what comes in broken, early, twice, forged, or at once with others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Thread

import msgspec
import pytest
from kombu.connection import Connection
from kombu.entity import Exchange, Queue

from router.arrivals import arrived_again, direct
from router.broker.embedded import EmbeddedBroker
from router.broker.envelope import encode
from router.broker.port import Delivery
from router.core.case_id import case_id_of
from router.core.commands import (
    Accept,
    Actor,
    ActorRole,
    Contact,
    FollowUp,
    FollowUpResult,
    PassDeadline,
    Place,
    Reply,
    ReportProgress,
    Resolve,
)
from router.core.territory import address
from router.core.timing.deadlines import wake_up
from router.sending import Sender
from tests.servers.rabbit import RabbitServer
from tests.town import DAILY, Town, town


@pytest.fixture
def here(addresses: tuple[str, str]) -> Iterator[Town]:
    with town(*addresses) as built:
        yield built


def desk(code: str) -> Actor:
    """A desk speaking."""
    return Actor(ActorRole.DESK, code)


def case_of(number: int) -> str:
    """The id of the hotline's case of that number."""
    return case_id_of("hotline", str(number))


def reasons(here: Town) -> dict[str, str]:
    """Parked message id → reason."""
    return {parked.message_id: parked.reason for parked in here.on.ledger.parked()}


def test_what_cannot_be_taken_is_parked_with_its_reason_and_its_neighbours_live(here: Town) -> None:
    good, replace = here.appeal(1), msgspec.structs.replace
    body = good.body
    messages = [
        good,
        replace(good, id="cut", body=body[:-9]),
        replace(good, id="number", body=body.replace(b'"affected":1', b'"affected":"many"')),
        replace(good, id="big", body=body.replace(b'"case 1"', b'"' + b"x" * 1_000_000 + b'"')),
        replace(good, id="type", type="case.sing.v1"),
        replace(good, id="zone", body=body.replace(b'Z"', b'"', 1)),
        replace(good, id="no-id", body=body.replace(b'"source_id":"1"', b'"source_id":""')),
        here.appeal(2),
    ]
    here.publish(messages)
    here.pump()
    assert reasons(here) == {
        "cut": "undecodable",
        "number": "undecodable",
        "big": "too_large",
        "type": "unknown_type",
        "zone": "naive_time",
        "no-id": "bad_id",
    }
    assert [case.source_id for case in here.on.ledger.all_cases()] == sorted(
        ["1", "2"], key=lambda source_id: case_id_of("hotline", source_id)
    )
    kept = next((one for one in here.on.ledger.parked() if one.message_id == "big"), None)
    assert kept is not None
    assert len(kept.body) > 1_000_000, "the whole message is kept"


@pytest.mark.parametrize("where", ["id", "type", "key", "user_id"])
def test_properties_that_no_database_can_keep_cost_one_message(here: Town, where: str) -> None:
    delivery = Delivery(
        queue=address.REPORTS,
        id="m",
        type="case.sing.v1",
        exchange=address.REPORTS,
        key="willow.sing",
        body=b"{}",
        headers={},
        user_id=None,
        redelivered=False,
        token=None,
    )
    broken = [msgspec.structs.replace(delivery, **{where: text}) for text in ("a\0b", "a\udcff", b"\xff")]
    here.router.handle(broken, here.time)
    assert {parked.reason for parked in here.on.ledger.parked()} == {"unknown_type"}


@pytest.mark.parametrize("name", ["wil\0low", "willow\n", "", "w" * 201])
def test_a_sender_whose_name_no_ledger_can_keep_costs_its_own_message(here: Town, name: str) -> None:
    case = here.open(1)
    strange = Accept(id="a", case_id=case, actor=desk(name))
    contradicting = Accept(id="b", case_id=case, actor=desk("willow"))
    key = f"{name[:90]}.accept"
    deliveries = [
        Delivery(
            queue=address.REPORTS,
            id=command.id,
            type="case.accept.v1",
            exchange=address.REPORTS,
            key=key,
            body=encode(command),
            headers={},
            user_id=f"desk.{name[:90]}",
            redelivered=False,
            token=None,
        )
        for command in (strange, contradicting)
    ]
    here.router.handle(deliveries, here.time)
    assert reasons(here) == {"a": "bad_id", "b": "forged"}
    assert all(len(parked.detail) <= 300 for parked in here.on.ledger.parked())
    kept = here.on.ledger.case(case)
    assert kept is not None
    assert kept.state == "dispatched"


def test_values_that_cannot_be_are_parked_with_what_is_wrong(here: Town) -> None:
    case = here.open(1)
    li = Actor(ActorRole.FOLLOW_UP, "li")
    here.publish(
        [
            here.appeal(2, affected=0),
            here.appeal(3, at=here.time.replace(year=1899)),
            here.appeal(4, due_at=here.time.replace(year=9001)),
        ]
    )
    reply = Reply(id="r", case_id=case, actor=desk("willow"), commitment_due_at=here.time.replace(year=9999))
    here.publish([here.message(reply, address.REPORTS, "willow.reply")])
    asked = FollowUp(id="f", case_id=case, actor=li, result=FollowUpResult.NOT_ACCEPTED, asked=-1)
    here.publish([here.message(asked, address.REPORTS, "li.follow_up")])
    here.pump()
    assert reasons(here) == dict.fromkeys(("hotline:2", "hotline:3", "hotline:4", "r", "f"), "out_of_range")
    details = {parked.message_id: parked.detail for parked in here.on.ledger.parked()}
    assert details["hotline:2"].startswith("affected: ")
    assert details["r"].startswith("commitment_due_at: ")


def test_nobody_opens_a_case_under_anothers_ids(here: Town) -> None:
    history = Actor(ActorRole.SOURCE, "city311")
    here.publish([here.appeal(1, channel="app", source="hotline", id="theirs")])
    here.publish([here.appeal(1, actor=history, id="nobodys")])
    here.pump()
    assert reasons(here) == {"theirs": "forged", "nobodys": "forged"}
    assert here.on.ledger.case(case_of(1)) is None


def test_a_sender_chooses_neither_whose_contact_a_case_has_nor_who_complains(here: Town) -> None:
    anothers = {"contact_ref": f"contact-{case_of(7)}", "complainant": "00" * 32}
    here.publish([here.appeal(1, **anothers), here.appeal(2, contact=Contact(phone="13800000000"), **anothers)])
    here.publish([here.appeal(3, id="forged", channel="app", source="hotline", **anothers)])
    here.pump()
    (forged,) = here.on.ledger.parked()
    vouched = arrived_again(forged)
    assert vouched is not None
    here.router.carry_out([vouched], here.time)
    cases = {case.source_id: case for case in here.on.ledger.all_cases()}
    assert {number: case.contact_ref for number, case in cases.items()} == {
        "1": None,
        "2": f"contact-{case_of(2)}",
        "3": None,
    }
    assert cases["1"].complainant is None
    assert cases["2"].complainant not in (None, "00" * 32)


def test_an_opening_that_was_parked_finds_its_contact_when_it_is_handed_in_again(
    here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_given: object) -> None:
        raise ValueError("a bug nobody thought of")

    contact = Contact(name="王小明", phone="13800000000")
    with monkeypatch.context() as patched:
        patched.setattr("router.core.lifecycle.decide", failing)
        here.open(1, contact=contact)
    (parked,) = here.on.ledger.parked()
    assert "13800000000" not in parked.body.decode()
    again = arrived_again(parked)
    assert again is not None
    here.router.carry_out([again], here.time)
    case = here.on.ledger.case(case_of(1))
    assert case is not None
    assert case.contact_ref == f"contact-{case_of(1)}"
    assert case.complainant is not None
    assert here.on.ledger.contact(case.contact_ref, reader="t", reason="t", now=here.time) == contact


def test_a_command_waits_for_its_case_whatever_its_key_holds(here: Town) -> None:
    accept = Accept(id="a", case_id=case_of(1), actor=desk("willow"))
    delivery = Delivery(
        queue=address.REPORTS,
        id="a",
        type="case.accept.v1",
        exchange=address.REPORTS,
        key="willow.acc\0ept",
        body=encode(accept),
        headers={},
        user_id=None,
        redelivered=False,
        token=None,
    )
    here.router.handle([delivery], here.time)
    assert reasons(here) == {"a": "unknown_case"}


def test_two_messages_of_one_id_are_both_kept(here: Town) -> None:
    good, replace = here.appeal(1), msgspec.structs.replace
    here.publish([replace(good, id="1", body=body) for body in (b"{cut", b"{cut too", b"{cut")])
    for case_id in ("ONE", "TWO"):
        here.say("willow", Accept(id="7", case_id=case_id, actor=desk("willow")))
    kept = [(parked.reason, parked.body) for parked in here.on.ledger.parked() if parked.message_id == "1"]
    assert kept == [("undecodable", b"{cut"), ("undecodable", b"{cut too")]
    waiting = [parked.case_id for parked in here.on.ledger.parked(reason="unknown_case")]
    assert waiting == ["ONE", "TWO"]


def test_an_id_that_was_used_for_another_case_costs_no_case(here: Town) -> None:
    first = here.open(1)
    here.say("bridge", Accept(id="hotline:2", case_id=first, actor=desk("bridge")))
    here.publish([here.appeal(2)])
    here.pump()
    assert reasons(here) == {"hotline:2": "bad_id"}


def test_an_id_that_was_used_for_another_command_of_the_case_costs_no_command(here: Town) -> None:
    case = here.open(1)
    here.say("willow", Accept(id="1", case_id=case, actor=desk("willow")))
    here.say("willow", Accept(id="1", case_id=case, actor=desk("willow"), at=here.time))
    assert here.on.ledger.parked() == [], "the same again, sent later, is a repeat"
    here.say("willow", Resolve(id="1", case_id=case, actor=desk("willow"), text="办好了"))
    (parked,) = here.on.ledger.parked()
    assert (parked.reason, parked.type, parked.case_id) == ("bad_id", "case.resolve.v1", case)
    kept = here.on.ledger.case(case)
    assert kept is not None
    assert kept.state == "accepted"


def test_a_refused_opening_leaves_nobodys_contact_with_the_case_on_record(here: Town) -> None:
    case = here.open(1)
    here.publish([here.appeal(1, id="other", text="something else", contact=Contact(phone="13800000000"))])
    here.pump()
    found = here.on.ledger.contact(f"contact-{case}", reader="test", reason="test", now=here.time)
    assert found is None


def test_whatever_goes_wrong_with_one_message_costs_that_one(here: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    decide = here.router._decide

    def failing(unit, arrived, *rest):  # type: ignore[no-untyped-def]
        if any(one.command.id == "hotline:3" for one in arrived):
            raise ValueError("a bug nobody thought of")
        return decide(unit, arrived, *rest)

    monkeypatch.setattr(here.router, "_decide", failing)
    here.publish([here.appeal(number) for number in range(1, 8)])
    here.pump()
    assert reasons(here) == {"hotline:3": "failing"}
    assert {case.source_id for case in here.on.ledger.all_cases()} == {"1", "2", "4", "5", "6", "7"}


def test_unknown_division_category_desk_and_channel_lose_nothing(here: Town) -> None:
    here.publish(
        [
            here.appeal(1, division=("lake", "atlantis")),
            here.appeal(2, division=("lake", None)),
            here.appeal(3, category="dragons"),
            here.appeal(4, category=None),
            here.appeal(5, desk="nobody"),
            here.appeal(6, channel="pigeon"),
        ]
    )
    here.pump()
    cases = {case.source_id: case for case in here.on.ledger.all_cases()}
    assert {source_id for source_id, case in cases.items() if case.triaged} == {"1", "2", "3", "4", "5"}
    assert all(case.lead and case.next_due_at for case in cases.values())
    assert cases["6"].origin == "complaint"
    assert {entry.event.reason for entry in here.on.ledger.all_entries("Dispatched")} == {  # type: ignore[union-attr]
        "triage:unknown_division",
        "triage:missing_division",
        "triage:unknown_category",
        "triage:missing_category",
        "triage:unknown_desk",
        "territory",
    }


def test_a_repeat_is_one_case_and_other_content_under_the_same_id_is_refused(here: Town) -> None:
    here.publish([here.appeal(1), here.appeal(1), here.appeal(1, id="again")])
    here.pump()
    here.publish([here.appeal(1, id="other", text="something else")])
    here.pump()
    entries = here.on.ledger.entries(case_of(1))
    assert [type(entry.event).__name__ for entry in entries] == ["Received", "Dispatched", "Refused"]
    assert entries[-1].event.code == "content_conflict"  # type: ignore[union-attr]
    assert here.router.tally["duplicate"] == 2


def test_a_report_that_comes_before_its_case_waits_and_is_taken_when_the_case_opens(here: Town) -> None:
    case = case_of(1)
    here.say("willow", Accept(id="a", case_id=case, actor=desk("willow")))
    assert reasons(here) == {"a": "unknown_case"}
    here.open(1)
    kept = here.on.ledger.case(case)
    assert kept is not None
    assert kept.state == "accepted"
    assert here.on.ledger.parked() == []


def test_a_report_parked_while_another_process_opened_its_case_is_taken_up(here: Town) -> None:
    case = here.open(1)
    late = here.message(Accept(id="a", case_id=case, actor=desk("willow")), address.REPORTS, "willow.accept")
    with here.on.ledger.begin() as unit:
        unit.park([_waiting(here, late.body, case)])
    assert here.router.take_waiting(here.time) == 1
    kept = here.on.ledger.case(case)
    assert kept is not None
    assert kept.state == "accepted"
    assert here.router.take_waiting(here.time) == 0


def _waiting(here: Town, body: bytes, case: str):  # type: ignore[no-untyped-def]
    from router.ledger.parking_port import Parked

    return Parked(
        id="unknown_case:a",
        reason="unknown_case",
        detail="",
        origin=address.REPORTS,
        message_id="a",
        type="case.accept.v1",
        case_id=case,
        key="willow.accept",
        user_id=None,
        body=body,
        parked_at=here.time,
    )


def test_a_message_in_anothers_name_is_parked_and_changes_nothing(here: Town) -> None:
    case = here.open(1)
    forged = Accept(id="forged", case_id=case, actor=desk("willow"))
    here.publish([here.message(forged, address.REPORTS, address.report_key("plane", "accept"))])
    wake = PassDeadline(
        id="wake",
        case_id=case,
        actor=Actor(ActorRole.SYSTEM, "clock"),
        milestone="close",
        due_at=here.time + timedelta(days=1),
    )
    here.publish([here.message(wake, address.INTAKE, "hotline.open")])
    here.pump()
    assert reasons(here) == {"forged": "forged", "wake": "forged"}
    kept = here.on.ledger.case(case)
    assert kept is not None
    assert kept.version == 2


def test_a_report_from_a_desk_that_does_not_have_the_case_is_refused_on_record_and_the_desk_is_told(
    here: Town,
) -> None:
    case = here.open(1)
    here.say("plane", Resolve(id="r", case_id=case, actor=desk("plane"), text="办好了"))
    refused = here.on.ledger.entries(case)[-1].event
    assert refused.code == "not_lead"  # type: ignore[union-attr]
    queue = address.desk_queue("plane")
    with closing(here.on.broker.consumer([queue], 10)) as consumer:
        (told,) = consumer.receive(10, 5.0)
        consumer.done([told])
    assert told.type == "case.refused.v1"
    assert msgspec.json.decode(told.body)["code"] == "not_lead"


def test_two_routers_at_once_on_the_same_cases_decide_each_command_once(here: Town) -> None:
    cases = [case_of(number) for number in range(200)]
    here.publish([here.appeal(number) for number in range(200)])
    here.pump()
    routers = [here.on.router(background=False) for _ in range(2)]
    batches = [
        [here.message(Accept(id=f"{n}:{case}", case_id=case, actor=desk("willow")), "", "") for case in cases]
        for n in range(2)
    ]

    def work(number: int) -> None:
        from router.broker.envelope import decode

        commands = [direct(decode(m.type, m.body), "test") for m in batches[number]]  # type: ignore[arg-type]
        for start in range(0, 200, 20):
            routers[number].carry_out(commands[start : start + 20], here.time)

    threads = [Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kinds = [type(entry.event).__name__ for entry in here.on.ledger.all_entries()]
    # One of the two signs, the other is refused: it is signed for already. Nobody's word is lost or doubled.
    assert kinds.count("Accepted") == 200
    assert kinds.count("Refused") == 200


def test_two_clocks_at_once_twice_and_in_any_order_escalate_once_a_missed_deadline(here: Town) -> None:
    cases = [case_of(number) for number in range(100)]
    here.publish([here.appeal(number) for number in range(100)])
    here.pump()
    here.time += timedelta(days=1, seconds=1)
    due_at = here.on.ledger.case(cases[0]).next_due_at  # type: ignore[union-attr]
    assert due_at is not None
    routers = [here.on.router(background=False) for _ in range(2)]

    def work(number: int) -> None:
        for start in range(0, 100, 20):
            mine = cases[:: -1 if number else 1][start : start + 20]
            for _ in range(2):
                calls = [direct(wake_up(case, "close", due_at), "clock") for case in mine]
                routers[number].carry_out(calls, here.time)

    threads = [Thread(target=work, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in ("DeadlineMissed", "Escalated"):
        assert sorted(entry.case_id for entry in here.on.ledger.all_entries(name)) == sorted(cases)


def test_a_text_the_database_cannot_hold_costs_no_neighbour(here: Town) -> None:
    here.publish([here.appeal(1), here.appeal(2, text="nul \x00 inside"), here.appeal(3)])
    here.pump()
    assert {case.source_id for case in here.on.ledger.all_cases()} == {"1", "3"}
    assert reasons(here) == {"hotline:2": "nul_character"}


def test_a_place_without_an_exact_address_links_cases_of_one_address(here: Town) -> None:
    here.publish([here.appeal(number, place=Place(address_id="gate-7")) for number in range(2)])
    here.pump()
    assert {case.place_key for case in here.on.ledger.all_cases()} == {"address:gate-7"}


@pytest.mark.amqp
def test_one_dead_desks_full_queue_never_stops_the_messages_of_others(
    tmp_path: Path, rabbit: RabbitServer, amqp_url: str, amqp_vhost: str
) -> None:
    with town(f"sqlite:///{tmp_path}/ledger.db", amqp_url) as here:
        full = {"pattern": r"^desk\.willow$", "definition": {"max-length": 5, "overflow": "reject-publish"}}
        rabbit.api("PUT", f"policies/{amqp_vhost}/full", full | {"apply-to": "queues", "priority": 99})
        streets = (("lake", "willow"), ("lake", "plane"))
        for start in range(0, 60, 10):
            # In rounds: a quorum queue tells its publishers that it is full after the fact.
            here.publish(
                [here.appeal(number, division=streets[number % 2]) for number in range(start, start + 10)]
            )
            here.pump()
        states = {state.name: state.ready for state in here.on.broker.queues(["desk.willow", "desk.plane"])}
        assert states["desk.plane"] == 30, "the neighbour got everything"
        assert states["desk.willow"] < 30
        waiting = here.on.ledger.counts(here.time)["outbox"]
        assert waiting == 30 - states["desk.willow"], "what the full queue refused waits in the outbox"
        rabbit.api("DELETE", f"policies/{amqp_vhost}/full", None)
        with Connection(amqp_url) as connection:
            connection.default_channel.queue_purge("desk.willow")
        here.time += timedelta(minutes=10)
        from router.relay import Relay

        relay = Relay(here.on.ledger, Sender(here.on.broker.publisher, background=False))
        while relay.run_once(here.time):
            here.time += timedelta(minutes=10)
        assert here.on.ledger.counts(here.time)["outbox"] == 0


def test_cases_are_taken_while_the_broker_is_down_and_leave_when_it_is_back(here: Town) -> None:
    from router.arrivals import direct
    from router.broker.envelope import decode
    from router.errors import UnreachableError
    from router.flow import Router
    from router.relay import Relay

    def down():  # type: ignore[no-untyped-def]
        raise UnreachableError("the broker does not answer", where="amqp://nowhere")

    router = Router(here.on.ledger, here.on.rulebook, Sender(down, background=False))
    message = here.appeal(1)
    answers = router.carry_out([direct(decode(message.type, message.body), "http")], here.time)  # type: ignore[arg-type]
    assert answers["hotline:1"].refused is None
    router.flush(here.time)
    assert here.on.ledger.counts(here.time)["outbox"] == 1
    relay = Relay(here.on.ledger, Sender(here.on.broker.publisher, background=False))
    here.time += timedelta(minutes=10)
    assert relay.run_once(here.time) == 1
    assert here.on.ledger.counts(here.time)["outbox"] == 0


def test_whoever_binds_a_queue_hears_what_happens_and_nobody_need(tmp_path: Path) -> None:
    with town(f"sqlite:///{tmp_path}/ledger.db", publish_events=True) as here:
        here.open(1)
        assert here.on.ledger.counts(here.time)["outbox"] == 0, "nobody listens, and that is no fault"
        assert here.on.ledger.parked() == []
        assert isinstance(here.on.broker, EmbeddedBroker)
        with here.on.broker.connection() as connection:
            queue = Queue("mine", Exchange(address.EVENTS, "topic"), routing_key="street.*")(connection)
            queue.declare()
            here.open(2)
            keys = []
            while (message := queue.get(no_ack=True)) is not None:
                keys.append(message.delivery_info["routing_key"])
        assert keys == ["street.received", "street.dispatched"]


def test_a_copy_of_a_report_that_waits_though_the_report_was_taken_does_not_wait_for_ever(here: Town) -> None:
    case = here.open(1)
    report = Resolve(id="r", case_id=case, actor=desk("willow"))
    message = here.message(report, address.REPORTS, "willow.resolve")
    here.publish([message])
    here.pump()
    before = here.on.ledger.entries(case)
    copy = msgspec.structs.replace(
        _waiting(here, message.body, case), id="unknown_case:r", message_id="r", type="case.resolve.v1"
    )
    with here.on.ledger.begin() as unit:
        unit.park([copy])
    assert here.router.take_waiting(here.time) == 1
    assert here.router.take_waiting(here.time) == 0
    assert here.on.ledger.parked() == []
    assert here.on.ledger.entries(case) == before


@pytest.mark.parametrize("who_looks", ["clock", "report"])
def test_two_deadlines_at_one_instant_pass_in_one_order_at_once_whoever_looks(
    tmp_path: Path, who_looks: str
) -> None:
    sign = '{ name = "sign", within = "1d", satisfied_by = "accepted", on_pass = "remind" }'
    both = DAILY.replace('satisfied_by = "closed" }]', f'satisfied_by = "closed" }}, {sign}]')
    with town(f"sqlite:///{tmp_path}/ledger.db", policy=both) as here:
        case = here.open(1)
        here.time += timedelta(days=1, seconds=1)
        if who_looks == "clock":
            here.wait()
        else:
            here.say("willow", ReportProgress(id="p", case_id=case, actor=desk("willow")))
        missed = [entry.event for entry in here.on.ledger.all_entries("DeadlineMissed")]
        assert [event.milestone for event in missed] == ["sign", "close"]  # type: ignore[union-attr]


def _left_alone_for_years(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_once: int) -> tuple[object, ...]:
    """Reports on a case whose deadlines nobody took for two years: what is on record, and the largest write."""
    monkeypatch.setattr("router.batch.MOST_AT_ONCE", at_once)
    largest = 0
    with town(f"sqlite:///{tmp_path}/{at_once}.db") as here:
        write = here.router._write

        def watched(unit, batch):  # type: ignore[no-untyped-def]
            nonlocal largest
            largest = max(largest, len(batch.writes))
            return write(unit, batch)

        monkeypatch.setattr(here.router, "_write", watched)
        opened = here.time - timedelta(days=730)
        waited_for, told = here.open(1, at=opened), here.open(2, at=opened)
        early = ReportProgress(id="early", case_id=waited_for, actor=desk("supervision-5"))
        with here.on.ledger.begin() as unit:
            waiting = _waiting(here, encode(early), waited_for)
            unit.park([msgspec.structs.replace(waiting, type="case.progress.v1", message_id="early")])
        here.router.take_waiting(here.time)
        accept = Accept(id="a", case_id=told, actor=desk("supervision-5"))
        resolve = Resolve(id="r", case_id=told, actor=desk("supervision-5"), text="办好了")
        here.publish([here.message(one, address.REPORTS, "supervision-5.x") for one in (accept, resolve)])
        here.pump()
        assert here.on.ledger.parked() == []
        answers = [(name, answer.version) for name, answer in _answers(here, "early", "a", "r").items()]
        assert len(answers) == 3
        entries = [*here.on.ledger.entries(waited_for), *here.on.ledger.entries(told)]
        return here.on.ledger.case(waited_for), here.on.ledger.case(told), entries, sorted(answers), largest


def _answers(here: Town, *commands: str):  # type: ignore[no-untyped-def]
    with here.on.ledger.begin() as unit:
        return unit.answers(commands)


def test_a_case_left_alone_for_years_comes_to_the_same_in_small_transactions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    *whole, all_at_once = _left_alone_for_years(tmp_path, monkeypatch, 10_000)
    *parts, at_most = _left_alone_for_years(tmp_path, monkeypatch, 50)
    assert parts == whole
    assert all_at_once > 700  # type: ignore[operator]
    assert at_most <= 52  # type: ignore[operator]


def test_a_case_does_not_grow_with_every_notice_that_is_repeated_at_the_top(tmp_path: Path) -> None:
    with town(f"sqlite:///{tmp_path}/ledger.db") as here:
        case = here.open(1, at=here.time - timedelta(days=400))
        here.say("supervision-5", Accept(id="a", case_id=case, actor=desk("supervision-5")))
        kept = here.on.ledger.case(case)
        assert kept is not None
        # Seven steps above the street, each with its miss; at the top the last miss and the clock that runs.
        assert [m.name for m in kept.milestones] == [
            "close",
            "close@district",
            "close@city",
            *(f"close@supervision-{level}" for level in (1, 2, 3, 4, 5, 5)),
        ]
        missed = [entry.event for entry in here.on.ledger.all_entries("DeadlineMissed")]
        assert len(missed) == 399
        assert kept.milestones[-2].due_at == missed[-1].due_at  # type: ignore[union-attr]


def test_desks_that_nobody_knows_leave_no_trace_in_who_was_heard_of(here: Town) -> None:
    case = here.open(1)
    here.say("willow", Accept(id="a", case_id=case, actor=desk("willow")))
    invented = [Accept(id=f"x{number}", case_id=case, actor=desk(f"nobody-{number}")) for number in range(50)]
    here.publish(
        [here.message(one, address.REPORTS, address.report_key(one.actor.id, "accept")) for one in invented]
    )
    assert here.pump() == 50
    assert set(here.on.ledger.seen()) == {"willow"}
    assert set(here.router._heard) == {"willow"}
