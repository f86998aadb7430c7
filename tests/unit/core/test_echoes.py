"""What a refusal on record repeats: codes, never what somebody typed in the place of one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from router.core import commands as c, events as e
from router.core.telling.messages import Refused
from tests.city import Play


def _opened() -> Play:
    play = Play()
    play.open()
    return play


def _data(play: Play) -> dict[str, str]:
    refused = play.events(e.Refused)[-1]
    assert isinstance(refused, e.Refused)
    return refused.data


@pytest.mark.parametrize("typed", ["张三", "13800000000", "371302199001011234", "the house of Li", "李四 138"])
def test_what_was_typed_in_the_place_of_a_desk_is_answered_and_not_kept(typed: str) -> None:
    play = _opened()
    play.say("dispatcher:li", c.Dispatch, desk=typed)
    assert play.refusal is not None
    assert play.refusal.data == {"desk": typed}, "whoever typed it reads what was typed"
    assert _data(play) == {"desk": "…"}
    assert typed not in msgspec.json.encode(play.entries).decode()


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        (c.AssignLeader, {"leader": "mayor", "tier": "王局长"}),
        (c.Link, {"other": "张三"}),
        (c.Dispatch, {"desk": "lake", "assists": ("张三",)}),
        (c.Excuse, {"milestone": "张三", "text": "x"}),
    ],
)
def test_so_it_is_wherever_somebody_types(kind: type[c.Command], fields: dict[str, Any]) -> None:
    play = _opened()
    if kind is c.Excuse:
        fields = {**fields, "due_at": play.now}
    play.say("supervision:li" if kind is c.Excuse else "dispatcher:li", kind, **fields)
    assert play.refusal is not None
    assert {"张三", "王局长"} & set(play.refusal.data.values())
    assert "…" in _data(play).values()
    assert not {"张三", "王局长"} & set(_data(play).values())


@pytest.mark.parametrize("code", ["moon", "lake:triage2", "no_such_desk", "mine"])
def test_a_code_is_kept_whether_it_is_known_or_mistyped(code: str) -> None:
    play = _opened()
    play.say("dispatcher:li", c.Dispatch, desk=code)
    assert _data(play) == {"desk": code}


def test_what_the_router_adds_itself_is_kept() -> None:
    play = _opened()
    play.say("plane", c.Accept)
    assert _data(play) == {"lead": "willow", "desk": "plane"}


def test_the_sender_is_told_in_words_what_it_said() -> None:
    play = _opened()
    play.say("willow", c.Whistle, desks=("张三",), text="help")
    told = play.messages[-1].payload
    assert isinstance(told, Refused)
    assert "张三" in told.zh
    assert _data(play) == {"desk": "…"}


def test_a_desk_that_is_suggested_in_prose_is_not_on_record() -> None:
    play = _opened()
    play.say("willow", c.RequestReturn, reason="not_our_matter", suggested_desk="隔壁的王局长")
    assert play.refused is None
    assert play.events(e.ReturnRequested)[0].suggested_desk == "…"
    play.say("dispatcher:li", c.ApproveReturn)
    assert play.refused == "unknown_desk"
    assert "王" not in msgspec.json.encode([*play.entries]).decode()
    assert "王" not in str([message.payload for message in play.messages])
