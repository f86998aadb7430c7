"""One appeal by three channels: three cases, linked by themselves, dealt with once, each channel answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from router.core import commands as c
from router.core.case import Case
from router.core.case_id import case_id_of
from router.core.commands import Actor, ActorRole, Contact, Place
from router.core.territory import address
from router.ledger.port import Appeal
from tests.contract.ledger_ground import ask
from tests.messages import message, opening
from tests.town import Town, town

_WANG = Contact(name="王小明", phone="13900007777")


@pytest.fixture
def here(addresses: tuple[str, str]) -> Iterator[Town]:
    with town(*addresses, channels=("hotline", "app", "message_board")) as built:
        yield built


def _message(here: Town, channel: str, number: int, **more: Any) -> Any:
    said: dict[str, Any] = {
        "text": "柳荫街路灯不亮",
        "contact": _WANG,
        "place": Place(asset_id="lamp-1"),
        "at": here.time,
        "id": f"{channel}:{number}",
        "channel": channel,
    }
    command = opening(number, **(said | more))
    return message(command, address.INTAKE, address.intake_key(channel, "open"), here.time)


def _open(here: Town, channel: str, number: int = 1, **more: Any) -> str:
    here.publish([_message(here, channel, number, **more)])
    here.pump()
    return case_id_of(channel, str(number))


def _case(here: Town, case_id: str) -> Case:
    case = here.on.ledger.case(case_id)
    assert case is not None
    return case


def _linked(here: Town, case_id: str) -> set[str]:
    return {one.other.case_id for one in _case(here, case_id).links.standing()}


def test_three_channels_are_three_linked_cases_dealt_with_once_and_each_is_answered(here: Town) -> None:
    first = _open(here, "hotline")
    second = _open(here, "app", text=" 柳荫街，路灯不亮！\n")
    third = _open(here, "message_board")
    assert [_linked(here, one) for one in (first, second, third)] == [{second, third}, {first}, {first}]
    here.say(
        "willow", c.Resolve(id="done", case_id=second, actor=Actor(ActorRole.DESK, "willow"), text="灯泡已换")
    )
    assert [_case(here, one).state for one in (first, second, third)] == ["closed"] * 3
    for channel in ("hotline", "app", "message_board"):
        told = [one.body.decode() for one in here.waiting(address.channel_queue(channel))]
        assert len([body for body in told if "灯泡已换" in body]) == 1, channel


def test_two_that_come_in_one_batch_are_linked_too(here: Town) -> None:
    here.publish([_message(here, "hotline", 1), _message(here, "app", 1)])
    here.pump()
    first, second = case_id_of("hotline", "1"), case_id_of("app", "1")
    assert (_linked(here, first), _linked(here, second)) == ({second}, {first})


@pytest.mark.parametrize(
    "other",
    [
        {"text": "井盖丢失"},
        {"contact": Contact(name="李雷", phone="13911112222")},
        {"contact": None},
        {"place": Place(asset_id="lamp-2")},
        {"category": "stall"},
        {"text": ""},
        {"confidential": True},
    ],
    ids=["words", "person", "nobody", "place", "category", "no words", "confidential"],
)
def test_what_differs_is_another_appeal(here: Town, other: dict[str, Any]) -> None:
    first = _open(here, "hotline")
    second = _open(here, "app", **other)
    assert (_linked(here, first), _linked(here, second)) == (set(), set())


def test_what_the_platform_calls_one_appeal_is_one_whatever_is_said_and_by_whom(here: Town) -> None:
    first = _open(here, "hotline", appeal="诉求-7")
    second = _open(here, "app", appeal="诉求-7", text="灯坏了", contact=None)
    # By the words of the first, and by the key of the second: linked once to each.
    third = _open(here, "message_board", appeal="诉求-8")
    fourth = _open(here, "hotline", 2, appeal="诉求-7", text="还有一处")
    assert [_linked(here, one) for one in (first, second, third, fourth)] == [
        {second, third},
        {first},
        {first},
        set(),
    ]
    linked = [entry for entry in here.on.ledger.entries(first) if type(entry.event).__name__ == "Linked"]
    assert len(linked) == 2


def test_one_case_is_linked_once_to_what_is_the_same_by_key_and_by_words(here: Town) -> None:
    first, second = _open(here, "hotline", appeal="诉求-7"), _open(here, "app", appeal="诉求-7")
    for one, other in ((first, second), (second, first)):
        assert _linked(here, one) == {other}
        assert [type(x.event).__name__ for x in here.on.ledger.entries(one)].count("Linked") == 1


def test_the_same_channel_again_is_no_second_channel(here: Town) -> None:
    first, second = _open(here, "hotline", 1), _open(here, "hotline", 2)
    assert (_linked(here, first), _linked(here, second)) == (set(), set())


def test_a_week_later_it_is_another_appeal_which_the_next_one_is_linked_to(here: Town) -> None:
    first = _open(here, "hotline")
    here.wait(days=7, seconds=1)
    second = _open(here, "app")
    third = _open(here, "message_board")
    assert [_linked(here, one) for one in (first, second, third)] == [set(), {third}, {second}]


def test_what_cannot_be_linked_any_more_is_forgotten(here: Town) -> None:
    _open(here, "hotline")
    here.wait(days=38)
    here.on.ledger.forget_contacts(here.time)
    said = Appeal(key="other", case_id="C", source="app", opened_at=here.time)
    with here.on.ledger.begin() as unit:
        assert unit.claim_appeals([said]) == {"other": said}
    assert _keys(here) == ["other"]


def _keys(here: Town) -> list[Any]:
    return [row[0] for row in ask(here.on.settings.ledger, "select content_key from appeals")]
