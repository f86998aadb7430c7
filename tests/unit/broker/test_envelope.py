"""Who may speak through which queue, with which account."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from router.broker.envelope import Receipt, Trouble, decode, encode, forged
from router.core.case_id import case_id_of
from router.core.commands import Accept, Actor, ActorRole, Command, Designate, Open, PassDeadline
from router.core.timing.deadlines import wake_up

INTAKE, REPORTS = "case.intake", "case.reports"


def said(role: ActorRole, name: str) -> Command:
    """A command in somebody's name."""
    return Designate(id="d", case_id="c", actor=Actor(role, name), desk="x")


def opened(channel: str = "hotline", source: str = "hotline", actor: str = "hotline") -> Open:
    """A case a channel opens."""
    return Open(
        id="o",
        case_id="c",
        actor=Actor(ActorRole.CHANNEL, actor),
        source=source,
        source_id="1",
        channel=channel,
    )


def check(
    found: Command | Receipt,
    queue: str,
    key: str,
    user_id: str | None = None,
    *,
    strict: bool = False,
    replaying: bool = False,
) -> bool:
    """Whether it may be taken."""
    return forged(found, queue=queue, key=key, user_id=user_id, strict=strict, replaying=replaying) is None


@pytest.mark.parametrize("strict", [False, True])
def test_a_desk_speaks_for_itself_with_its_own_account(strict: bool) -> None:
    assert check(said(ActorRole.DESK, "willow"), REPORTS, "willow.designate", "desk.willow", strict=strict)


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(
    ("role", "name"),
    [
        (ActorRole.DESK, "plane"),
        (ActorRole.SUPERVISION, "willow"),
        (ActorRole.DISPATCHER, "willow"),
        (ActorRole.FOLLOW_UP, "willow"),
        (ActorRole.CHANNEL, "willow"),
        (ActorRole.CITIZEN, "willow"),
        (ActorRole.SYSTEM, "willow"),
    ],
)
def test_a_desks_account_is_nobody_else(role: ActorRole, name: str, strict: bool) -> None:
    assert not check(said(role, name), REPORTS, "willow.designate", "desk.willow", strict=strict)


def test_leaving_out_the_account_makes_nobody_a_supervisor() -> None:
    assert not check(said(ActorRole.SUPERVISION, "x"), REPORTS, "x.designate")
    assert not check(said(ActorRole.SUPERVISION, "x"), INTAKE, "x.designate")


def test_a_channel_account_gives_no_orders_and_opens_nobody_elses_cases() -> None:
    assert not check(said(ActorRole.SUPERVISION, "x"), INTAKE, "hotline.designate", "channel.hotline")
    assert not check(opened(actor="app", channel="app"), INTAKE, "app.open", "channel.hotline")
    assert not check(opened(channel="app"), INTAKE, "hotline.open", "channel.hotline")
    for strict in (False, True):
        assert not check(opened(source="app"), INTAKE, "hotline.open", "channel.hotline", strict=strict)
        assert check(opened(), INTAKE, "hotline.open", "channel.hotline", strict=strict)


def test_no_desk_opens_a_case() -> None:
    desk = msgspec.structs.replace(
        opened(channel="willow", source="willow"), actor=Actor(ActorRole.DESK, "willow")
    )
    assert not check(desk, REPORTS, "willow.open", "desk.willow")


@pytest.mark.parametrize("queue", [INTAKE, REPORTS])
def test_only_a_replay_speaks_in_the_name_of_history(queue: str) -> None:
    history = msgspec.structs.replace(opened(source="city311"), actor=Actor(ActorRole.SOURCE, "city311"))
    assert check(history, queue, "hotline.open", replaying=True)
    assert not check(history, queue, "hotline.open")


def test_a_routing_key_that_contradicts_the_body_is_forged() -> None:
    assert not check(said(ActorRole.DESK, "willow"), REPORTS, "plane.designate")
    assert not check(opened(), INTAKE, "app.open")


def test_strict_identity_wants_an_account_from_everybody() -> None:
    assert check(said(ActorRole.DESK, "willow"), REPORTS, "willow.designate")
    assert not check(said(ActorRole.DESK, "willow"), REPORTS, "willow.designate", strict=True)
    assert not check(opened(), INTAKE, "hotline.open", strict=True)


def test_an_operators_account_acts_for_the_citys_staff_but_not_for_the_clock() -> None:
    assert check(said(ActorRole.SUPERVISION, "x"), REPORTS, "x.designate", "operator.li", strict=True)
    assert not check(said(ActorRole.SYSTEM, "clock"), REPORTS, "x.designate", "operator.li")


def test_only_the_clock_uses_due_queues() -> None:
    due_at = datetime(2026, 11, 24, tzinfo=UTC)
    wake = PassDeadline(
        id="w", case_id="c", actor=Actor(ActorRole.SYSTEM, "clock"), milestone="close", due_at=due_at
    )
    assert check(wake, "due.street", "street")
    assert not check(wake, REPORTS, "willow.x")
    assert not check(said(ActorRole.DESK, "willow"), "due.street", "street")


def test_a_wake_up_keeps_its_id() -> None:
    wake = wake_up("c", "close", datetime(2026, 11, 24, tzinfo=UTC))
    assert decode("case.pass_deadline.v1", encode(wake)) == wake


def test_a_receipt_is_the_desks_word_too() -> None:
    receipt = Receipt(id="r", case_id="c", version=1, desk="willow")
    assert check(receipt, REPORTS, "willow.receipt", "desk.willow", strict=True)
    assert not check(receipt, REPORTS, "plane.receipt", "desk.plane")


@pytest.mark.parametrize(
    ("kind", "body", "reason"),
    [
        ("case.accept.v1", b"{", "undecodable"),
        ("case.accept.v1", b"\xff\xfe", "undecodable"),
        ("case.accept.v1", b"[]", "undecodable"),
        ("case.sing.v1", b"{}", "unknown_type"),
        ("", b"{}", "unknown_type"),
        ("case.accept.v1", b'{"id":"","case_id":"c","actor":{"role":"desk","id":"x"}}', "bad_id"),
        ("case.accept.v1", b'{"id":"a","case_id":"","actor":{"role":"desk","id":"x"}}', "bad_id"),
        ("case.accept.v1", b'{"id":"due:c:close:1.0","case_id":"c","actor":{"role":"desk","id":"x"}}', "bad_id"),
        (
            "case.accept.v1",
            b'{"id":"a","case_id":"c","actor":{"role":"desk","id":"x"},"at":"2026-11-24T09:00:00"}',
            "naive_time",
        ),
        ("case.accept.v1", b" " * 300_000, "too_large"),
        ("case.accept.v1", b'{"id":"a\\u0000b","case_id":"c","actor":{"role":"desk","id":"x"}}', "bad_id"),
        ("case.accept.v1", b'{"id":"a\\nb","case_id":"c","actor":{"role":"desk","id":"x"}}', "bad_id"),
        ("case.accept.v1", b'{"id":"a","case_id":"\\u0000","actor":{"role":"desk","id":"x"}}', "bad_id"),
        ("case.accept.v1", b'{"id":"a","case_id":"' + b"c" * 3000 + b'","actor":{"role":"desk"}}', "bad_id"),
        ("case.accept.v1", b'{"x":' * 5000 + b"1" + b"}" * 5000, "undecodable"),
        ("", b'{"type":"case.accept.v1","x":' + b"[" * 90_000 + b"]" * 90_000 + b"}", "undecodable"),
        ("case.receipt.v1", b'{"id":"r","case_id":"c","desk":"x","version":1099511627776}', "undecodable"),
        ("case.receipt.v1", b'{"id":"r","case_id":"c","desk":"x","version":-1}', "undecodable"),
        ("case.receipt.v1", b'{"id":"r","case_id":"\\u0000","desk":"x","version":1}', "bad_id"),
        ("case.receipt.v1", b'{"id":"r","case_id":"c","desk":"x\\u0000","version":1}', "bad_id"),
    ],
)
def test_what_cannot_be_taken_has_a_reason(kind: str, body: bytes, reason: str) -> None:
    found = decode(kind, body)
    assert isinstance(found, Trouble)
    assert found.reason == reason


def test_the_detail_of_a_trouble_quotes_no_text() -> None:
    body = b'{"id":"a","case_id":"c","actor":{"role":"\xe7\x8e\x8b\xe4\xba\x94","id":"x"}}'
    found = decode("case.accept.v1", body)
    assert isinstance(found, Trouble)
    assert "王五" not in found.detail


def test_unknown_fields_are_ignored_and_the_type_in_the_body_will_do() -> None:
    accept = Accept(id="a", case_id="c", actor=Actor(ActorRole.DESK, "x"))
    body = encode(accept).replace(b"{", b'{"from_the_future":1,', 1)
    assert decode("", body) == accept


def test_an_opening_has_the_case_id_that_follows_from_its_source_or_none() -> None:
    theirs = case_id_of("hotline", "1")
    mine = msgspec.structs.replace(opened(), case_id="")
    for case_id in ("", theirs):
        found = decode("case.open.v1", encode(msgspec.structs.replace(mine, case_id=case_id)))
        assert isinstance(found, Open)
        assert found.case_id == theirs
    other = msgspec.structs.replace(opened(channel="app", source="app", actor="app"), case_id=theirs)
    found = decode("case.open.v1", encode(other))
    assert isinstance(found, Trouble)
    assert found.reason == "bad_id"
