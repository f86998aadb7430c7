"""What is said of a case that everybody may see has no id of one that is not there for whoever reads it."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from typing import Any

import pytest

from router.app import Installation, installation
from router.arrivals import direct
from router.broker.envelope import decode
from router.cli import policy_replan, recounting, rerouting
from router.flow import Router
from router.ledger.port import Answer
from router.settings import Settings
from tests.unit.cli.conftest import Shell

_TO = ("--named-person", "wang")
_DUE = ("--due", "2099-01-05T18:00:00+08:00")
_SEED = "2026-11-24 lottery 03 08 17 22 25 31"


def _sit_down_as(monkeypatch: pytest.MonkeyPatch, account: str) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: account)


def _pair(shell: Shell) -> tuple[str, str]:
    """A case, and one it was linked to until that turned out to be about somebody."""
    case, other = shell.open("--text", "路灯不亮"), shell.open(source_id="2")
    assert shell("case", "link", case, "--to", other, "--reason", f"同 {other}").code == 0
    assert shell("case", "correct", other, *_TO).code == 0
    return case, other


def test_a_history_keeps_its_entry_and_says_no_id_of_a_hidden_case(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, other = _pair(shell)
    shown = {lang: shell("case", "show", case, lang=lang).out for lang in ("zh", "en")}
    assert f"与工单 {other} 关联" in shown["zh"]
    assert f"linked to case {other}" in shown["en"]
    _sit_down_as(monkeypatch, "wang")
    for lang, before in shown.items():
        assert shell("case", "show", case, lang=lang).out == before.replace(other, "-")
    told = shell("case", "show", case, "--json")
    assert other not in told.out
    assert [one["event"]["other"]["case_id"] for one in told.json["history"] if "other" in one["event"]] == ["-"]
    assert told.json["case"]["id"] == case


def test_an_inspection_does_not_tell_from_which_hidden_draw_it_comes(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, report = shell.open(), shell.open(*_TO, "--subject-desk", "wanghu", source_id="2")
    digest = shell("inspection", "hash", "--seed", _SEED).out.strip()
    chosen = ("--case", case, "--case", report, "--count", "2", "--seed-hash", digest)
    planned = shell("inspection", "plan", *chosen, *_DUE)
    assert planned.code == 0, planned.err
    draw = planned.out.strip()
    assert shell("inspection", "draw", draw, "--seed", _SEED).code == 0
    _carry_on(shell)
    found = shell("inspection", "list", "--json").json
    tasks = {one["task"]["targets"][0]["case"]: one for one in found if one["case"] != draw}
    assert {about: one["parent"] for about, one in tasks.items()} == {case: draw, report: draw}
    _sit_down_as(monkeypatch, "wang")
    (seen,) = shell("inspection", "list", "--json").json
    assert (seen["case"], seen["parent"]) == (tasks[case]["case"], "-")
    assert draw not in shell("case", "show", seen["case"], "--json").out


def test_a_source_id_that_is_taken_tells_nothing_of_the_hidden_case_it_stands_for(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = ("case", "open", "--source-id", "7", "--division", "hubin/liuyin", "--category", "noise", *_TO)
    case = shell(*told, "--text", "收受礼金").out.strip()
    before = shell.rows("select count(*) from entries")
    _sit_down_as(monkeypatch, "wang")
    same, other = shell(*told, "--text", "收受礼金", "--json"), shell(*told, "--text", "别的", "--json")
    assert (same.code, same.out) == (5, other.out)
    assert same.json["data"] == {"source_id": "7", "case": "-"}
    assert case not in same.out + same.err
    assert shell.rows("select count(*) from entries") == before


def test_whoever_takes_down_what_names_them_is_told_its_id_and_not_where_it_went(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    _sit_down_as(monkeypatch, "wang")
    told = ("case", "open", "--division", "hubin/liuyin", "--category", "noise", *_TO)
    done = shell(*told)
    assert len(done.out.strip()) == 16
    assert "湖滨区" not in done.err
    assert "supervision" not in done.err
    assert set(shell(*told, "--json").json) == {"case", "version", "command", "code"}


def _replan(here: Installation) -> dict[str, str]:
    return policy_replan.move(here, lambda _: True)


def _recount(here: Installation) -> dict[str, str]:
    return recounting.recount(here, "v")


def _reroute(here: Installation) -> dict[str, str]:
    return rerouting.reroute(here).stayed


@pytest.mark.parametrize("move", [_replan, _recount, _reroute], ids=lambda one: one.__name__.strip("_"))
def test_of_cases_that_could_not_be_moved_the_hidden_ones_are_counted_and_not_named(
    shell: Shell,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    move: Callable[[Installation], dict[str, str]],
) -> None:
    case = shell.open()
    reports = [shell.open(*_TO, "--matter", "report", source_id=number) for number in ("2", "3")]

    def refuse(_self: Router, arrived: Any, *_: Any, **__: Any) -> dict[str, Answer]:
        commands = [one.command for one in arrived]
        return {c.id: Answer(command=c.id, case_id=c.case_id, version=1, refused="busy") for c in commands}

    with installation(Settings(ledger=shell.ledger)) as here:
        every = list(here.ledger.all_cases())
        monkeypatch.setattr(Router, "carry_out", refuse)
        monkeypatch.setattr(rerouting, "is_stranded", lambda *_: True)
        monkeypatch.setattr(policy_replan, "_decided", lambda *_: [(one, object()) for one in every])
        monkeypatch.setattr(recounting, "_changes", lambda *_: [(one, [object()]) for one in every])
        assert move(here) == dict.fromkeys((case, *reports), "busy")
        capfd.readouterr()
        _sit_down_as(monkeypatch, "wang")
        assert move(here) == dict.fromkeys((case, "-1", "-2"), "busy")
    logged = "".join(capfd.readouterr())
    assert not any(report in logged for report in reports)


def _carry_on(shell: Shell) -> None:
    """Deliver what the router has sent itself."""
    sent = shell.rows("select type, body from outbox where exchange = 'case.due'")
    with installation(Settings(ledger=shell.ledger)) as here:
        words: Any = [decode(str(kind), bytes(body)) for kind, body in sent]  # type: ignore[call-overload]
        here.counter().carry_out([direct(command, "due") for command in words], here.now())
