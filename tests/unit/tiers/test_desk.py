"""A desk's dispatching: what reaches a handler, what is said in the desk's name, what is acknowledged."""

from __future__ import annotations

from threading import Event
from typing import Any

import msgspec
import pytest

from router.broker.envelope import Receipt, decode
from router.core.commands import Accept, Resolve
from router.core.plausible import MAX_ID_BYTES
from router.core.telling import messages as m
from router.errors import ConfigurationError, UsageError
from router.tiers import Desk, Office, dispatching as d
from router.tiers.dispatching import Ending
from router.tiers.report import Report
from tests.unit.tiers.outbox import MORNING, Outbox, assigned, delivery, taken


@pytest.fixture
def stop() -> Event:
    """Not set: the program is running."""
    return Event()


@pytest.fixture
def outbox() -> Outbox:
    """A broker that confirms."""
    return Outbox()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pauses between tries."""
    monkeypatch.setattr(d, "_FIRST_PAUSE_S", 0.0)
    monkeypatch.setattr(d, "_LONGEST_PAUSE_S", 0.0)


def solving_desk() -> tuple[Desk, list[str]]:
    """A desk that accepts and resolves every case, and the ids it handled."""
    desk, handled = Desk("S1", clock=lambda: MORNING), list[str]()

    @desk.on_assigned
    def solve(case: m.Assigned, office: Office) -> None:
        handled.append(case.case_id)
        office.accept(case)
        office.resolve(case, outcome="solved", text="换了灯泡")

    return desk, handled


def test_a_case_is_received_accepted_and_resolved_before_it_is_acknowledged(outbox: Outbox, stop: Event) -> None:
    desk, handled = solving_desk()
    assert desk.handle(delivery(assigned(), "cmd/0"), outbox, stop) is Ending.DONE
    assert handled == ["A" * 16]
    assert outbox.types == ["case.receipt.v1", "case.accept.v1", "case.resolve.v1"]
    assert outbox.settled == 3


def test_what_a_desk_says_is_what_the_router_decodes(outbox: Outbox, stop: Event) -> None:
    desk, _ = solving_desk()
    desk.handle(delivery(assigned(version=7), "cmd/0"), outbox, stop)
    receipt, accept, resolve = (decode(report.type, report.body) for report in outbox.sent)
    assert isinstance(receipt, Receipt)
    assert (receipt.desk, receipt.version) == ("S1", 7)
    assert isinstance(accept, Accept)
    assert (accept.actor.role, accept.actor.id) == ("desk", "S1")
    assert isinstance(resolve, Resolve)
    assert resolve.text == "换了灯泡"
    assert [report.key for report in outbox.sent] == ["S1.receipt", "S1.accept", "S1.resolve"]
    assert {report.exchange for report in outbox.sent} == {"case.reports"}


def test_handling_a_message_again_after_a_crash_says_the_same_under_the_same_ids(stop: Event) -> None:
    first, second = Outbox(), Outbox()
    for box in (first, second):
        desk, _ = solving_desk()
        desk.handle(delivery(assigned(), "cmd/0"), box, stop)
    assert first.sent == second.sent
    assert len({report.id for report in first.sent}) == 3


def test_another_message_or_another_desk_says_it_under_other_ids() -> None:
    ids = set()
    for desk, message in (("S1", "cmd/0"), ("S1", "cmd/1"), ("S2", "cmd/0")):
        ids.add(Office(desk, message, lambda _report: None).accept("A" * 16))
    assert len(ids) == 3


def test_the_same_verb_twice_is_two_commands() -> None:
    office = Office("S1", "cmd/0", lambda _report: None)
    assert office.progress("A" * 16, text="on the way") != office.progress("A" * 16, text="there")


def test_a_number_that_is_none_is_refused_before_it_is_sent() -> None:
    sent = list[Report]()
    office = Office("supervision-1", "calls", sent.append)
    with pytest.raises(UsageError, match=r"Expected `int`, got `bool` - at `\$.accepted`"):
        office.follow_up("A" * 16, result="accepted", asked=3, accepted=True)
    with pytest.raises(ValueError, match="perhaps"):
        office.follow_up("A" * 16, result="perhaps")
    assert sent == []


def test_ids_stay_short_however_long_the_chain_of_causes() -> None:
    command = Office("街道" * 200, "x" * 200, lambda _report: None).accept("A" * 16)
    assert len(command.encode()) < MAX_ID_BYTES / 2


def test_a_duplicate_is_not_handled_again_but_received_again(outbox: Outbox, stop: Event) -> None:
    desk, handled = solving_desk()
    for _ in range(2):
        assert desk.handle(delivery(assigned(), "cmd/0"), outbox, stop) is Ending.DONE
    assert len(handled) == 1
    assert outbox.types.count("case.receipt.v1") == 2
    assert outbox.types.count("case.accept.v1") == 1


def test_an_assignment_overtaken_by_its_taking_back_is_dropped(outbox: Outbox, stop: Event) -> None:
    desk, handled = solving_desk()
    desk.handle(delivery(taken(version=3), "cmd2/1"), outbox, stop)
    assert desk.handle(delivery(assigned(version=2), "cmd/0"), outbox, stop) is Ending.DONE
    assert handled == []
    assert outbox.sent == []


def test_a_reminder_that_overtook_its_assignment_does_not_swallow_the_case(outbox: Outbox, stop: Event) -> None:
    desk, handled = solving_desk()
    reminder = m.Reminded(case_id="A" * 16, version=5, milestone="progress", due_at=MORNING, reason="reminder")
    desk.handle(delivery(reminder, "cmd2/0"), outbox, stop)
    desk.handle(delivery(assigned(version=2), "cmd/0"), outbox, stop)
    assert handled == ["A" * 16]


def test_a_refusal_is_never_too_old_to_be_heard(outbox: Outbox, stop: Event) -> None:
    desk, _ = solving_desk()
    heard: list[str] = []
    desk.on_refused(lambda refusal, _office: heard.append(refusal.code))
    desk.handle(delivery(assigned(version=9), "cmd/0"), outbox, stop)
    refusal = m.Refused(
        case_id="A" * 16, version=4, command="x", command_type="case.accept.v1", code="not_lead", zh="", en=""
    )
    desk.handle(delivery(refusal, "cmd3/0"), outbox, stop)
    assert heard == ["not_lead"]


def test_each_kind_of_message_reaches_its_own_handler(outbox: Outbox, stop: Event) -> None:
    desk, heard = Desk("S1"), list[str]()

    def note(payload: m.Payload, _office: Office) -> None:
        heard.append(type(payload).__name__)

    for register in (
        desk.on_assigned,
        desk.on_taken,
        desk.on_reminded,
        desk.on_supervised,
        desk.on_return_requested,
        desk.on_return_decided,
        desk.on_escalation_requested,
        desk.on_extension_requested,
        desk.on_extension_decided,
        desk.on_suspension_requested,
        desk.on_suspension_decided,
        desk.on_due_changed,
        desk.on_excused,
        desk.on_refused,
    ):
        register(note)
    case: dict[str, Any] = {"case_id": "A" * 16, "version": 3}
    messages: list[m.Payload] = [
        assigned(),
        taken(version=2),
        m.Reminded(**case, milestone="progress", due_at=MORNING, reason="missed"),
        m.SupervisionOrdered(**case, milestone="progress", due_at=MORNING, lead="S2"),
        m.ReturnRequested(**case, desk="S2", reason="not_ours", suggested_desk=None),
        m.ReturnDecided(**case, approved=False),
        m.EscalationRequested(**case, desk="S2", due_at=MORNING),
        m.ExtensionRequested(**case, desk="S2", reason="parts", due_at=MORNING, decide_by=MORNING, days=3),
        m.ExtensionDecided(**case, approved=True, due_at=MORNING),
        m.SuspensionRequested(**case, desk="S2", reason="works", recheck_at=MORNING, decide_by=MORNING),
        m.SuspensionDecided(**case, approved=False),
        m.DueChanged(**case, reason="resumed", due_at=MORNING, statutory_due_at=None),
        m.Excused(**case, milestone="close", due_at=MORNING),
        m.Refused(**case, command="x", command_type="case.accept.v1", code="closed", zh="", en=""),
    ]
    for number, message in enumerate(messages):
        assert desk.handle(delivery(message, f"m/{number}"), outbox, stop) is Ending.DONE
    assert heard == [type(message).__name__ for message in messages]


def test_a_handler_that_fails_twice_is_tried_a_third_time(outbox: Outbox, stop: Event, impatient: None) -> None:
    desk, tries = Desk("S1"), list[int]()

    @desk.on_assigned
    def stumble(case: m.Assigned, office: Office) -> None:
        office.accept(case)
        tries.append(1)
        if len(tries) < 3:
            raise RuntimeError("the office's own database was away")

    assert desk.handle(delivery(assigned(), "cmd/0"), outbox, stop) is Ending.DONE
    accepts = [report.id for report in outbox.sent if report.type == "case.accept.v1"]
    assert len(accepts) == 3
    assert len(set(accepts)) == 1


def test_a_handler_that_keeps_failing_sets_its_message_aside_and_its_neighbour_is_handled(
    outbox: Outbox, stop: Event, impatient: None
) -> None:
    desk, handled = Desk("S1", clock=lambda: MORNING), list[str]()

    @desk.on_assigned
    def fail_for_one(case: m.Assigned, office: Office) -> None:
        if case.case_id == "A" * 16:
            raise ValueError(case.text)
        handled.append(case.case_id)

    assert desk.handle(delivery(assigned(), "cmd/0"), outbox, stop) is Ending.ASIDE
    assert desk.handle(delivery(assigned(case_id="B" * 16), "cmd2/0"), outbox, stop) is Ending.DONE
    assert handled == ["B" * 16]
    assert "case.progress.v1" not in outbox.types


def test_a_set_aside_message_is_handled_when_it_comes_again(outbox: Outbox, stop: Event, impatient: None) -> None:
    desk, broken, handled = Desk("S1", attempts=1), [True], list[str]()

    @desk.on_assigned
    def handle(case: m.Assigned, office: Office) -> None:
        if broken[0]:
            raise ValueError(case.text)
        handled.append(case.case_id)

    assert desk.handle(delivery(assigned(), "cmd/0"), outbox, stop) is Ending.ASIDE
    broken[0] = False
    assert desk.handle(delivery(assigned(), "cmd/0"), outbox, stop) is Ending.DONE
    assert handled == ["A" * 16]


def test_what_is_logged_of_a_failing_handler_never_quotes_the_case(
    outbox: Outbox, stop: Event, impatient: None, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk("S1", attempts=1)

    @desk.on_assigned
    def quote(case: m.Assigned, office: Office) -> None:
        raise ValueError(case.text)

    desk.handle(delivery(assigned(), "cmd/0"), outbox, stop)
    heard = capsys.readouterr()
    logged = heard.out + heard.err  # where logs go is up to whoever configured them last
    assert "ValueError" in logged
    assert "路灯" not in logged


def test_without_a_confirm_the_message_is_left_to_come_again(outbox: Outbox, stop: Event) -> None:
    desk, handled = solving_desk()
    outbox.reachable = False
    assert desk.handle(delivery(assigned(), "cmd/0"), outbox, stop) is Ending.LEFT
    outbox.reachable = True
    assert desk.handle(delivery(assigned(), "cmd/0"), outbox, stop) is Ending.DONE
    assert len(handled) == 2


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b'{"type":"case.whistled.v1","case_id":"A"}', "case.whistled.v1"),
        (b"{", "case.assigned.v1"),
        (b'{"type":"case.assigned.v1"}', "case.assigned.v1"),
        (b"{}", ""),
    ],
)
def test_what_can_never_be_handled_is_rejected_so_that_the_broker_parks_it(
    body: bytes, kind: str, outbox: Outbox, stop: Event
) -> None:
    desk, _ = solving_desk()
    assert desk.handle(delivery(body, "m/0", kind), outbox, stop) is Ending.REJECTED
    assert outbox.sent == []


def test_a_field_added_by_a_newer_router_is_ignored(outbox: Outbox, stop: Event) -> None:
    desk, handled = solving_desk()
    newer = msgspec.to_builtins(assigned()) | {"heat_index": 3}
    assert desk.handle(delivery(msgspec.json.encode(newer), "m/0"), outbox, stop) is Ending.DONE
    assert handled == ["A" * 16]


def test_a_desk_without_a_handler_for_cases_does_not_start() -> None:
    with pytest.raises(ConfigurationError, match="no handler for assigned"):
        Desk("S1").run("amqp://localhost:1")


def test_two_handlers_for_one_kind_are_refused() -> None:
    desk, _ = solving_desk()
    with pytest.raises(ConfigurationError, match=r"two handlers for case\.assigned\.v1"):
        desk.on_assigned(lambda _case, _office: None)


def test_an_outcome_that_does_not_exist_is_the_programmers_error_and_is_not_sent() -> None:
    with pytest.raises(ValueError, match="mended"):
        Office("S1", "cmd/0", lambda _report: pytest.fail("sent")).resolve("A" * 16, outcome="mended")
