"""Priorities in the shell: lists with what comes first on top, and why a case has the priority that it has."""

from __future__ import annotations

import pytest

from tests.unit.cli.conftest import Shell

POLICY = """
name = "households"
title = "涉及户数"
calendar = "cn"
priority = { starred = "high", affected = { high = 50, highest = 200 } }
milestone = [{ name = "close", within = "5wd", to = "superior" }]
ladder = [{ step = "street" }, { step = "district", budget = "2wd" }]
match = { channel = ["hotline"] }
"""


@pytest.fixture
def giving(shell: Shell) -> Shell:
    """The demo city, where many households raise the priority."""
    done = shell("policy", "import", shell.file("households.toml", POLICY), "default")
    assert done.code == 0, done.err
    return shell


def _words(shown: str) -> list[str]:
    """The last word of each line of a table, without its rule."""
    return [line.split()[-1] for line in shown.splitlines() if not line.startswith("─")]


def test_the_list_has_what_comes_first_on_top_and_names_it_in_both_languages(giving: Shell) -> None:
    usual = giving.open("--affected", "49", source_id="1")
    key = giving.open("--starred", source_id="2")
    many = giving.open("--affected", "200", source_id="3")
    # All are due at one instant, by which the first would stand before the second for its households.
    found = giving("case", "list", "--desk", "liuyin", "--json").json
    assert [(one["case"], one["priority"]) for one in found] == [
        (many, "highest"),
        (key, "high"),
        (usual, "normal"),
    ]
    assert _words(giving("case", "list").out) == ["priority", "highest", "high", "normal"]
    assert _words(giving("case", "list", lang="zh").out) == ["优先级", "特急", "紧急", "一般"]


def test_where_nothing_comes_before_anything_else_the_list_says_nothing_of_it(shell: Shell) -> None:
    shell.open("--affected", "5000")
    assert "priority" not in shell("case", "list").out
    assert shell("case", "list", "--json").json[0]["priority"] == "normal"


def test_a_case_says_its_priority_and_why(giving: Shell) -> None:
    case = giving.open("--affected", "60")
    assert "high (60 households, 50 or more)" in giving("case", "show", case).out
    assert "紧急（涉及 60 户，满 50 户）" in giving("case", "show", case, lang="zh").out
    assert giving("case", "show", case, "--json").json["priority"] == "high"
    assert "high (60 households, 50 or more)" in giving("sla", "explain", case).out
    assert "紧急（涉及 60 户，满 50 户）" in giving("sla", "explain", case, lang="zh").out
    assert giving("sla", "explain", case, "--json").json["priority"] == {
        "priority": "high",
        "by": ["affected"],
        "affected": 60,
        "households_from": 50,
    }
    described = giving("sla", "explain", "--channel", "hotline", "--affected", "200").out
    assert "highest (200 households, 200 or more)" in described


def test_a_corrected_number_of_households_and_a_star_change_it(giving: Shell) -> None:
    case = giving.open("--affected", "60")
    done = giving("case", "correct", case, "--as", "dispatcher", "--affected", "250")
    assert done.code == 0, done.err
    shown = giving("case", "show", case).out
    assert "highest (250 households, 200 or more)" in shown
    assert "households affected corrected from 60 to 250" in shown
    assert "更正涉及户数：60 改为 250" in giving("case", "show", case, lang="zh").out
    assert giving("case", "correct", case, "--as", "dispatcher", "--affected", "2").code == 0
    assert "normal (by its policy)" in giving("case", "show", case).out
    assert giving("case", "star", case, "--as", "dispatcher").code == 0
    assert "high (it is starred)" in giving("case", "show", case).out


def test_a_case_of_an_earlier_policy_keeps_the_priority_that_one_gives(giving: Shell) -> None:
    case = giving.open("--affected", "60")
    changed = POLICY.replace("high = 50, highest = 200", "highest = 60")
    done = giving("policy", "import", giving.file("households.toml", changed), "default")
    assert done.code == 0, done.err
    later = giving.open("--affected", "60", source_id="2")
    found = giving("case", "list", "--json").json
    assert [(one["case"], one["priority"]) for one in found] == [(later, "highest"), (case, "high")]
    assert "high (60 households, 50 or more)" in giving("case", "show", case).out


def test_a_policy_says_what_gives_a_priority(giving: Shell) -> None:
    told = "normal; starred: high; from 50 households on: high; from 200 households on: highest"
    assert told in giving("policy", "show", "households").out
    assert "一般；加星件紧急；满 50 户紧急；满 200 户特急" in giving("policy", "show", "households", lang="zh").out


def test_a_mistyped_priority_is_named_with_file_key_and_what_is_allowed(shell: Shell) -> None:
    file = shell.file("households.toml", POLICY.replace('starred = "high"', 'starred = "hihg"'))
    done = shell("policy", "import", file, "default")
    assert done.code != 0
    assert "households.toml, priority, starred" in done.err
    assert "'hihg' is not allowed" in done.err
    assert "normal, high, highest" in done.err
    again = shell("policy", "import", file, "default", lang="zh")
    assert "households.toml, priority, starred" in again.err
