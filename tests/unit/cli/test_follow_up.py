"""Whom to ask, from the shell; and what an auditor sees of the draw."""

import getpass
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from tests.unit.cli.conftest import Shell


def _sampled(shell: Shell, share: str, cases: int) -> list[str]:
    """Cases that are resolved under a gate that draws so many of them."""
    shell.draws(share)
    found = [shell.open(source_id=str(number)) for number in range(cases)]
    for case in found:
        assert shell("case", "resolve", case, "--desk", "liuyin").code == 0
    return found


def _today() -> str:
    return datetime.now(ZoneInfo("Asia/Shanghai")).date().isoformat()  # noqa: TID251 - the shell's own day


def test_whoever_a_report_names_is_not_told_to_ask_about_it(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.draws("1.0")
    report = shell.open("--subject-desk", "wanghu", "--named-person", "anna")
    lead = shell("case", "show", report, "--json").json["case"]["lead"]
    assert shell("case", "resolve", report, "--desk", lead).code == 0
    assert [one["case"] for one in shell("follow-up", "list", "--json").json] == [report]
    monkeypatch.setattr(getpass, "getuser", lambda: "anna")
    assert shell("follow-up", "list", "--json").json == []


def test_a_case_whose_policy_is_in_force_no_more_is_asked_about_all_the_same(shell: Shell) -> None:
    (case,) = _sampled(shell, "1.0", 1)
    assert shell("policy", "import", "default").code == 0
    assert [one["case"] for one in shell("follow-up", "list", "--json").json] == [case]


JOINT = """
name = "joint"
calendar = "cn"
milestone = [{ name = "close", within = "5wd" }]
ladder = [{ step = "street" }]
watcher = [{ name = "group", desk = "wanghu" }]
gate = { kind = "follow_up", joint = "group" }
"""


def test_who_asked_together_is_said_and_shown(shell: Shell) -> None:
    done = shell("policy", "import", shell.file("joint.toml", JOINT))
    assert done.code == 0, done.err
    case = shell.open()
    assert shell("case", "resolve", case, "--desk", "liuyin").code == 0
    alone = shell("case", "follow-up", case, "--result", "accepted", "--json")
    assert (alone.code, alone.json["refused"]) == (5, "not_joint")
    assert "须联合回访，缺少：wanghu" in shell("case", "follow-up", case, "--result", "accepted", lang="zh").err
    assert shell("case", "follow-up", case, "--result", "accepted", "--team", "wanghu").code == 0
    assert "asked together by 望湖街道" in shell("case", "show", case).out
    assert "联合回访 望湖街道" in shell("case", "show", case, lang="zh").out
    assert "asked together by group" in shell("policy", "show", "joint").out


def test_those_that_were_drawn_are_listed_and_the_others_are_nobodys_to_pick(shell: Shell) -> None:
    cases = _sampled(shell, "0.5", 8)
    listed = [one["case"] for one in shell("follow-up", "list", "--json").json]
    closed = [one["case"] for one in shell("case", "list", "--state", "closed", "--json").json]
    assert sorted(listed + closed) == sorted(cases)
    for case in closed:
        done = shell("case", "follow-up", case, "--result", "accepted", "--json")
        assert (done.code, done.json["refused"]) == (5, "closed")
    for case in listed:
        assert shell("case", "follow-up", case, "--result", "accepted").code == 0
    assert shell("follow-up", "list").err == "nobody is to be asked\n"
    assert shell("follow-up", "list", lang="zh").err == "没有待回访的工单\n"


def test_the_history_says_that_a_case_was_drawn_and_by_what(shell: Shell) -> None:
    (case,) = _sampled(shell, "0.000001", 1)
    shown = shell("case", "show", case).out
    assert "drawn to be asked about: no (by lot)" in shown
    assert "回访抽样，抽中：否（抽签）" in shell("case", "show", case, lang="zh").out


def test_the_seed_of_a_day_is_told_when_it_is_over_and_the_draw_verifies(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = _sampled(shell, "0.5", 6)
    early = shell("follow-up", "verify", "--day", _today())
    assert (early.code, "its seed is secret" in early.err) == (2, True)
    assert "种子不公开" in shell("follow-up", "verify", "--day", _today(), lang="zh").err
    monkeypatch.setattr("router.cli.follow_up._is_over", lambda *_: True)
    done = shell("follow-up", "verify", "--day", _today(), "--json")
    assert (done.code, len(done.json["seed"]), done.json["differ"]) == (0, 64, [])
    assert sorted(one["case"] for one in done.json["cases"]) == sorted(cases)
    # Somebody says afterwards that a case was drawn otherwise.
    wrong = done.json["cases"][0]["case"]
    (body,) = shell.rows(f"select data from entries where case_id = '{wrong}' and type = 'FollowUpDrawn'")[0]
    turned = str(body).replace('"drawn":true', '"drawn":?').replace('"drawn":false', '"drawn":true')
    turned = turned.replace('"drawn":?', '"drawn":false')
    shell.sql("update entries set data = ? where case_id = ? and type = 'FollowUpDrawn'", turned, wrong)
    again = shell("follow-up", "verify", "--day", _today())
    assert (again.code, "NOT the same" in again.err, f"{wrong} ✗" in again.out) == (7, True, True)
