"""What can be at all, whoever hands it in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest

from router.core.commands import (
    Actor,
    ActorRole,
    Command,
    Contact,
    FollowUp,
    FollowUpResult,
    Open,
    Place,
    Reply,
    RequestExtension,
)
from router.core.plausible import fault_of, times_of

NOON = datetime(2026, 9, 21, 12, tzinfo=UTC)
HOTLINE = Actor(ActorRole.CHANNEL, "hotline")


def opening(**more: Any) -> Open:
    given: dict[str, Any] = {"source": "hotline", "source_id": "1", "channel": "hotline", "actor": HOTLINE}
    return Open(**{"id": "o", "case_id": "", **given, **more})


def longer(**more: Any) -> RequestExtension:
    return RequestExtension(id="r1", case_id="A", actor=Actor(ActorRole.DESK, "willow"), reason="parts", **more)


def asked(**counts: Any) -> FollowUp:
    return FollowUp(
        id="f",
        case_id="C",
        actor=Actor(ActorRole.FOLLOW_UP, "li"),
        result=FollowUpResult.NOT_ACCEPTED,
        **counts,
    )


def reply(**more: Any) -> Reply:
    return Reply(**{"id": "r", "case_id": "C", "actor": Actor(ActorRole.DESK, "willow"), **more})


@pytest.mark.parametrize(
    "command",
    [
        opening(),
        opening(source_id="x" * 200, affected=10**9, at=datetime(1900, 1, 1, tzinfo=UTC)),
        opening(due_at=datetime(9000, 12, 31, tzinfo=timezone(timedelta(hours=-14)))),
        opening(text="a backslash and letters: \\u0000"),
        reply(text="第一行\n第二行", commitment_due_at=NOON),
        asked(asked=0, accepted=0),
        asked(asked=22, accepted=22),
    ],
)
def test_what_can_be_has_no_fault(command: Command) -> None:
    assert fault_of(command) is None


@pytest.mark.parametrize(
    ("command", "code", "field"),
    [
        (opening(id=""), "bad_id", "id"),
        (opening(source_id=""), "bad_id", "source_id"),
        (opening(source_id="x" * 201), "bad_id", "source_id"),
        (opening(source="hot\nline"), "bad_id", "source"),
        (opening(channel="a\0"), "bad_id", "channel"),
        (opening(actor=Actor(ActorRole.CHANNEL, "")), "bad_id", "actor.id"),
        (reply(actor=Actor(ActorRole.DESK, "will\0ow")), "bad_id", "actor.id"),
        (reply(actor=Actor(ActorRole.DESK, "柳" * 67)), "bad_id", "actor.id"),
        (reply(case_id=""), "bad_id", "case_id"),
        (opening(at=NOON.replace(tzinfo=None)), "naive_time", "at"),
        (opening(at=datetime(1899, 12, 31, tzinfo=UTC)), "out_of_range", "at"),
        (opening(due_at=datetime(9001, 1, 1, tzinfo=UTC)), "out_of_range", "due_at"),
        (opening(due_at=datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=8)))), "out_of_range", "due_at"),
        (reply(commitment_due_at=datetime(9999, 12, 31, tzinfo=UTC)), "out_of_range", "commitment_due_at"),
        (opening(affected=0), "out_of_range", "affected"),
        (opening(affected=10**9 + 1), "out_of_range", "affected"),
        (asked(asked=-1), "out_of_range", "asked"),
        (asked(asked=2**70), "out_of_range", "asked"),
        (asked(asked=22, accepted=-1), "out_of_range", "accepted"),
        (asked(asked=22, accepted=23), "out_of_range", "accepted"),
        (asked(team=("willow",) * 51), "out_of_range", "team"),
        (longer(days=2**31), "out_of_range", "days"),
        (longer(days=-1), "out_of_range", "days"),
        (opening(text="a\0b"), "nul_character", ""),
        (opening(division=("lake", "wil\0low")), "nul_character", ""),
        (opening(contact=Contact(name="\0")), "nul_character", ""),
        (opening(place=Place(asset_id="\0")), "nul_character", ""),
    ],
)
def test_what_cannot_be_is_named_by_its_field(command: Command, code: str, field: str) -> None:
    fault = fault_of(command)
    assert fault is not None
    assert (fault.code, fault.field) == (code, field)
    assert fault.zh
    assert fault.en


def test_the_instants_a_command_carries_are_found_by_field() -> None:
    assert times_of(reply(at=NOON, commitment_due_at=NOON)) == {"at": NOON, "commitment_due_at": NOON}


@pytest.mark.parametrize("reason", ["not_our_matter", "道路施工", "A-1.b"])
def test_a_reason_is_one_word(reason: str) -> None:
    assert fault_of(msgspec.structs.replace(longer(), reason=reason)) is None


@pytest.mark.parametrize("reason", ["", "his wife told us", "王某，住三号楼", "x" * 65, "a\nb"])
def test_prose_is_no_reason_for_it_would_stand_in_an_event(reason: str) -> None:
    fault = fault_of(msgspec.structs.replace(longer(), reason=reason))
    assert fault is not None
    assert (fault.code, fault.field) == ("bad_id", "reason")
