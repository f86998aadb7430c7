"""What the log says of an outage, and how every line of it is called."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from structlog.testing import capture_logs

import router
from router.outage import Outage

#: Methods of a logger whose first argument is the event's name.
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
NAME = re.compile(r"[a-z_]+\.[a-z_]+")


def outage() -> Outage:
    """Of a broker."""
    return Outage("broker.lost", "broker.away", "broker.back", where="amqp://here")


def test_an_hour_without_a_broker_is_a_dozen_lines_and_one_that_it_is_back() -> None:
    away = outage()
    with capture_logs() as lines:
        for second in range(0, 3600, 5):
            away.down(1000.0 + second, reason="refused")
        away.up(1000.0 + 3600)
    assert [(line["event"], line.get("lasted_s")) for line in lines] == [
        ("broker.lost", None),
        *(("broker.away", seconds) for seconds in range(300, 3600, 300)),
        ("broker.back", 3600),
    ]
    assert {line["where"] for line in lines} == {"amqp://here"}
    assert lines[0]["reason"] == "refused"


def test_what_several_need_is_away_once_and_back_when_all_have_it() -> None:
    away = outage()
    with capture_logs() as lines:
        away.down(0.0, "publisher")
        away.down(1.0, "consumer")
        away.up(2.0, "publisher")
        away.up(3.0, "nobody")
        away.up(7.0, "consumer")
    assert [(line["event"], line.get("lasted_s")) for line in lines] == [("broker.lost", None), ("broker.back", 7)]


def test_nothing_is_said_of_what_was_never_away_or_is_not_needed_any_more() -> None:
    away = outage()
    with capture_logs() as lines:
        away.up(1.0)
        away.down(2.0)
        away.forget()
        away.up(3.0)
    assert [line["event"] for line in lines] == ["broker.lost"]


def test_a_second_outage_is_told_like_the_first() -> None:
    away = outage()
    with capture_logs() as lines:
        for start in (0.0, 1000.0):
            away.down(start)
            away.up(start + 10)
    assert [line["event"] for line in lines] == ["broker.lost", "broker.back"] * 2


def _event_names() -> Iterator[tuple[str, str]]:
    """Every event the program's source logs, and where."""
    for path in Path(router.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            called = node.func
            is_log = isinstance(called, ast.Attribute) and called.attr in LEVELS and _is_log(called.value)
            is_outage = isinstance(called, ast.Name) and called.id == "Outage"
            for argument in node.args[: 3 if is_outage else 1 if is_log else 0]:
                for text in ast.walk(argument):
                    if isinstance(text, ast.Constant) and isinstance(text.value, str):
                        yield text.value, f"{path.name}:{node.lineno}"


def _is_log(of: ast.expr) -> bool:
    return isinstance(of, ast.Name) and of.id == "log"


def test_every_event_is_called_by_two_words_with_a_point_and_no_blank() -> None:
    found = list(_event_names())
    assert len(found) > 20
    assert [(name, where) for name, where in found if not NAME.fullmatch(name)] == []
