"""Accounts of desks at the shell: listed in the tree, they speak for their desks and see what those may."""

from __future__ import annotations

import getpass
from pathlib import Path

import pytest

from router.cli.handing_in import _account as account_that_runs
from tests.unit.cli.conftest import Shell, Typed

_REPORT = ("--matter", "report")


@pytest.fixture(autouse=True)
def _listed(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """An account at each of some desks; `root` stays the operator's, and types first."""
    for desk, account in (
        ("liuyin", "li.1"),
        ("hubin", "hu.2"),
        ("dispatch", "pai.3"),
        ("supervision-1", "du.4"),
        ("supervision-2", "du.5"),
        ("wanghu", "li.1"),
    ):
        done = shell("divisions", "accounts", desk, "--add", account)
        assert done.code == 0, done.err
    _sit_down_as(monkeypatch, "root")


def _sit_down_as(monkeypatch: pytest.MonkeyPatch, account: str) -> None:
    """From now on that account types."""
    monkeypatch.setattr(getpass, "getuser", lambda: account)


# -- the tree


def test_accounts_are_shown_with_their_desk_and_listed_in_json_and_toml(shell: Shell) -> None:
    assert "accounts   li.1\n" in shell("divisions", "show", "liuyin").out
    assert "账号      li.1\n" in shell("divisions", "show", "liuyin", lang="zh").out
    desks = {one["code"]: one["accounts"] for one in shell("divisions", "list", "--json").json["desks"]}
    assert (desks["wanghu"], desks["yunxi"]) == (["li.1"], [])
    assert 'accounts = ["li.1"]' in shell("divisions", "show", "--toml").out


def test_accounts_go_and_come_and_the_tree_is_another_version(shell: Shell) -> None:
    before = shell("divisions", "show", "--json").json["version"]
    done = shell("divisions", "accounts", "liuyin", "--add", "wang", "--remove", "li.1")
    assert (done.code, "accounts  liuyin" in done.err) == (0, True)
    assert shell("divisions", "show", "liuyin", "--json").json["desk"]["accounts"] == ["wang"]
    assert shell("divisions", "show", "--json").json["version"] != before
    shell("divisions", "accounts", "liuyin", "--add", "li.1", "--remove", "wang")
    assert shell("divisions", "show", "--json").json["version"] == before


def test_what_is_no_account_and_what_is_no_desk_is_refused(shell: Shell) -> None:
    refused = shell("divisions", "accounts", "liuyin", "--add", "王局长")
    assert (refused.code, "王局长" in refused.err) == (5, False)
    assert "number 2 of the accounts of desk liuyin is no account" in refused.err
    assert "accounts 第 2 项不是账号" in shell("divisions", "accounts", "liuyin", "--add", "王", lang="zh").err
    assert shell("divisions", "accounts", "nowhere", "--add", "x").code == 3
    assert shell("divisions", "accounts", "liuyin").code == 2


def test_a_file_with_what_is_no_account_names_file_line_and_key(shell: Shell) -> None:
    text = shell("divisions", "show", "--toml").out.replace('accounts = ["hu.2"]', 'accounts = ["胡 二"]')
    line = text[: text.index('accounts = ["胡 二"]')].rpartition("[[desk]]")[0].count("\n") + 1
    for lang, words in (("en", "number 1 of the accounts of desk hubin"), ("zh", "hubin 的 accounts 第 1 项")):
        refused = shell("divisions", "import", shell.file("tree.toml", text), lang=lang)
        assert refused.code == 4
        assert f"tree.toml:{line}" in refused.err
        assert words in refused.err


@pytest.mark.parametrize(
    "words", [("accounts", "supervision-1", "--add", "li.1"), ("merge", "wanghu", "--into", "hubin")]
)
def test_nobody_who_is_listed_changes_the_tree(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    before = shell("divisions", "show", "--json").json["version"]
    _sit_down_as(monkeypatch, "li.1")
    assert "由管理员办理" in shell("divisions", *words, lang="zh").err
    refused = shell("divisions", *words)
    assert (refused.code, "done by the operator" in refused.err) == (5, True)
    tree = shell.file("tree.toml", shell("divisions", "show", "--toml").out.replace('"li.1"', '"nobody"'))
    assert shell("divisions", "import", tree).code == 5
    assert shell("divisions", "show", "--json").json["version"] == before


def test_the_people_of_a_merged_desk_speak_for_whoever_does_its_work(shell: Shell) -> None:
    assert shell("divisions", "merge", "liuyin", "--into", "hubin").code == 0
    assert shell("divisions", "show", "hubin", "--json").json["desk"]["accounts"] == ["hu.2", "li.1"]


# -- speaking


def _tried(shell: Shell, case: str, *words: str, lang: str = "en") -> Typed:
    return shell("case", words[0], case, *words[1:], lang=lang)


@pytest.mark.parametrize(
    ("account", "words", "may"),
    [
        ("li.1", ("accept", "--desk", "liuyin"), True),
        ("li.1", ("accept", "--desk", "hubin"), False),
        ("li.1", ("instruct", "--leader", "x", "--tier", "city", "--text", "…", "--as", "supervision"), False),
        ("li.1", ("star",), False),
        ("li.1", ("urge",), False),
        ("li.1", ("withdraw", "--as", "citizen"), False),
        ("li.1", ("withdraw", "--as", "channel"), False),
        ("li.1", ("close", "--as", "follow_up"), False),
        ("pai.3", ("star",), True),
        ("pai.3", ("urge",), True),
        ("pai.3", ("star", "--as", "supervision"), False),
        ("pai.3", ("star", "--desk", "liuyin"), False),
        ("du.4", ("star", "--as", "supervision"), True),
        ("du.4", ("star",), False),
        ("root", ("star",), True),
        ("root", ("accept", "--desk", "liuyin"), True),
    ],
)
def test_a_listed_account_speaks_for_its_desks_alone(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, account: str, words: tuple[str, ...], may: bool
) -> None:
    case = shell.open()
    before = shell.rows("select count(*) from entries")
    _sit_down_as(monkeypatch, account)
    done = _tried(shell, case, *words)
    assert done.code == (0 if may else 5), done.err
    if not may:
        assert f"the account {account} belongs to" in done.err
        assert f"账号 {account} 属于" in _tried(shell, case, *words, lang="zh").err
        assert shell.rows("select count(*) from entries") == before, "nothing is kept of it"


@pytest.mark.parametrize(("account", "may"), [("pai.3", True), ("du.4", True), ("hu.2", False), ("root", True)])
def test_whoever_holds_the_follow_up_and_supervision_speak_for_it(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, account: str, may: bool
) -> None:
    case = shell.open()
    shell("case", "accept", case, "--desk", "liuyin")
    assert shell("case", "resolve", case, "--desk", "liuyin", "--text", "done").code == 0
    _sit_down_as(monkeypatch, account)
    done = shell("case", "reopen", case, "--reason", "no", "--as", "follow_up")
    assert done.code == (0 if may else 5), done.err


@pytest.mark.parametrize(
    ("account", "by", "code"), [("hu.2", (), 5), ("du.4", (), 0), ("du.4", ("supervision-2",), 5)]
)
def test_inspectors_are_sent_by_supervision_and_by_desks_in_their_own_name(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, account: str, by: tuple[str, ...], code: int
) -> None:
    _sit_down_as(monkeypatch, account)
    more = [word for one in by for word in ("--by", one)]
    done = shell("inspection", "order", "--desk", "liuyin", "--due", "2030-01-01T00:00:00+08:00", *more)
    assert done.code == code, done.err


@pytest.mark.parametrize(
    ("account", "words", "code"),
    [
        ("hu.2", ("--role", "desk", "--desk", "hubin"), 0),
        ("hu.2", ("--role", "desk", "--desk", "liuyin"), 5),
        ("hu.2", ("--role", "dispatcher", "--unmask"), 5),
        ("hu.2", ("--role", "supervision", "--reader", "du.4"), 5),
        ("pai.3", ("--role", "dispatcher"), 0),
        ("root", ("--role", "supervision"), 0),
    ],
)
def test_a_register_is_read_in_the_roles_of_ones_own_desks(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, account: str, words: tuple[str, ...], code: int
) -> None:
    _sit_down_as(monkeypatch, account)
    done = shell("case", "export", "--household", "addr-7", "--reason", "asked", *words)
    assert done.code == code, done.err


def test_the_environment_does_not_say_who_sits_here(monkeypatch: pytest.MonkeyPatch) -> None:
    before = account_that_runs()
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "somebody.else")
    assert account_that_runs() == before != "somebody.else"


# -- reading


def test_what_is_kept_from_a_desk_is_answered_as_a_case_that_is_not_there_whoever_its_people_speak_as(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = shell.open(*_REPORT, "--subject-desk", "wanghu")
    _sit_down_as(monkeypatch, "li.1")  # of two desks one is kept out
    for words in (("show",), ("star",), ("accept", "--desk", "hubin"), ("accept", "--desk", "liuyin")):
        kept, missing = _tried(shell, case, *words), _tried(shell, "NOSUCHCASE", *words)
        assert (kept.code, kept.out, kept.err) == (3, "", missing.err.replace("NOSUCHCASE", case))


def test_a_report_on_supervision_is_there_for_accounts_of_another_office_of_it_alone(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = shell.open(*_REPORT, "--subject-desk", "supervision-1")
    correct = ("correct", "--named-desk", "liuyin", "--as", "supervision")
    assert _tried(shell, case, *correct).code == 3, "the operator's role does not say which office"
    assert _tried(shell, case, "show").code == 0
    _sit_down_as(monkeypatch, "du.4")
    assert _tried(shell, case, "show").code == _tried(shell, case, *correct).code == 3
    _sit_down_as(monkeypatch, "du.5")
    assert _tried(shell, case, *correct).code == 0
    assert _tried(shell, case, "correct", "--not-named", "supervision-1", "--as", "supervision").code == 0


def test_an_inspection_is_in_no_list_of_the_people_at_the_inspected_desk(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    due = ("--due", "2030-01-01T00:00:00+08:00")
    task = shell("inspection", "order", "--desk", "liuyin", *due).out.strip()
    for account, found in (("hu.2", [task]), ("li.1", [])):
        _sit_down_as(monkeypatch, account)
        assert [one["case"] for one in shell("inspection", "list", "--json").json] == found


def test_the_readers_account_decides_too(shell: Shell, tmp_path: Path) -> None:
    case = shell.open(*_REPORT, "--subject-desk", "liuyin")
    told = shell("case", "contact", case, "--reason", "to call back", "--reader", "li.1")
    assert (told.code, "no case" in told.err) == (3, True)
    assert "no case" not in shell("case", "contact", case, "--reason", "to call back", "--reader", "hu.2").err


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(
    "task",
    [
        ("order", "--desk", "hubin"),
        ("plan", "--candidate", "hubin", "--candidate", "yunxi", "--count", "1", "--seed-hash", "ab" * 32),
    ],
)
def test_the_source_id_of_a_hidden_inspection_is_answered_as_taken_and_no_more(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, task: tuple[str, ...], lang: str
) -> None:
    late = ("--due", "2030-01-01T00:00:00+08:00", "--source-id", "plan-7")
    hidden = shell("inspection", "order", "--desk", "liuyin", *late).out.strip()
    assert hidden
    _sit_down_as(monkeypatch, "li.1")
    plain = shell("inspection", *task, *late, "--by", "liuyin", lang=lang)
    told = shell("inspection", *task, *late, "--by", "liuyin", "--json", lang=lang)
    assert plain.code == told.code == 5
    assert hidden not in plain.out + plain.err + told.out + told.err
    assert (told.json["refused"], told.json["data"]) == ("content_conflict", {"source_id": "plan-7", "case": "-"})
