"""A channel's program: what it hands in, and under which ids."""

from __future__ import annotations

from threading import Event
from typing import Any

import msgspec
import pytest

from router.broker.envelope import decode
from router.core.case_id import case_id_of
from router.core.commands import Contact, Open
from router.core.plausible import MAX_ID_BYTES
from router.core.telling import messages as m
from router.errors import ConfigurationError
from router.tiers import Channel
from router.tiers.channel import Line
from router.tiers.dispatching import Ending
from tests.unit.tiers.outbox import MORNING, Outbox, delivery


@pytest.fixture
def outbox() -> Outbox:
    """A broker that confirms."""
    return Outbox()


def opened(outbox: Outbox, **fields: Any) -> Open:
    """What the broker got for one opening."""
    given: dict[str, Any] = {"source_id": "2026-118", "text": "路灯不亮"}
    Line("hotline", outbox).open(**(given | fields))
    report = outbox.sent[-1]
    command = decode(report.type, report.body)
    assert isinstance(command, Open)
    assert command.id == report.id
    return command


def test_a_case_is_handed_in_with_the_channels_own_key_and_confirmed(outbox: Outbox) -> None:
    command = opened(outbox, division=("hubin", None), affected=3)
    assert (command.source, command.channel, command.actor.id) == ("hotline", "hotline", "hotline")
    assert command.case_id == case_id_of("hotline", "2026-118")
    assert command.division == ("hubin", None)
    report = outbox.sent[0]
    assert (report.exchange, report.key, report.type) == ("case.intake", "hotline.open", "case.open.v1")
    assert outbox.settled == 1


def test_the_same_content_has_the_same_id_and_other_content_another(outbox: Outbox) -> None:
    first, again, other = opened(outbox), opened(outbox), opened(outbox, text="路灯闪烁")
    assert first.id == again.id
    assert first.id != other.id
    assert first.case_id == other.case_id
    assert other.id.startswith("hotline:2026-118:")


def test_who_complains_is_no_part_of_the_content(outbox: Outbox) -> None:
    assert opened(outbox).id == opened(outbox, contact=Contact(name="王小明")).id


def test_a_long_source_id_makes_no_id_that_is_too_long(outbox: Outbox) -> None:
    command = opened(outbox, source_id="号" * 66)
    assert len(command.id.encode()) <= MAX_ID_BYTES


def test_an_opening_without_the_channels_own_id_is_not_sent(outbox: Outbox) -> None:
    with pytest.raises(ValueError, match="source_id"):
        Line("hotline", outbox).open(source_id="")
    assert outbox.sent == []


def test_many_are_handed_in_at_once_when_nobody_waits(outbox: Outbox) -> None:
    opened(outbox, wait=False)
    assert outbox.settled == 0


def test_a_request_repeated_under_one_reference_is_one_command(outbox: Outbox) -> None:
    line = Line("hotline", outbox)
    for reference in ("call-8", "call-8", "call-9"):
        line.withdraw("A" * 16, reference=reference, text="撤回")
    line.reopen("A" * 16, reference="call-8")
    line.correct("A" * 16, reference="call-8", category="lighting")
    ids = [report.id for report in outbox.sent]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 4
    assert outbox.types[-2:] == ["case.reopen.v1", "case.correct.v1"]


def test_answers_reach_their_handler_once_and_need_no_receipt(outbox: Outbox) -> None:
    channel, heard = Channel("hotline"), list[str]()
    channel.on_answered(lambda answer: heard.append(answer.kind))
    answer = m.Answered(
        case_id="A" * 16, version=1, kind="received", source="hotline", source_id="1", due_at=MORNING
    )
    for _ in range(2):
        assert channel.handle(delivery(answer, "c/1"), outbox, Event()) is Ending.DONE
    assert heard == ["received"]
    assert outbox.sent == []


def test_a_channel_without_a_handler_for_answers_does_not_start() -> None:
    with pytest.raises(ConfigurationError, match="no handler for answers"):
        Channel("hotline").run("amqp://localhost:1")


def test_what_is_handed_in_is_plain_json(outbox: Outbox) -> None:
    opened(outbox)
    assert msgspec.json.decode(outbox.sent[0].body)["type"] == "case.open.v1"
