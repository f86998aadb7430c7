"""At the shell: naming whom a report is about, and how little those find who are named."""

from __future__ import annotations

import getpass

import pytest

from router.core.case import State
from tests.unit.cli.conftest import Shell, Typed

_REPORT = ("--matter", "report", "--subject-desk", "liuyin", "--named-desk", "wanghu", "--named-person", "wang")
_OPEN = ("case", "open", "--division", "hubin/liuyin", "--category", "noise", "--quiet", "--text", "…")


def _opened(shell: Shell, *more: str) -> str:
    done = shell(*_OPEN, *more)
    assert done.code == 0, done.err
    return done.out.strip()


def _sit_down_as(monkeypatch: pytest.MonkeyPatch, account: str) -> None:
    """From now on that account types."""
    monkeypatch.setattr(getpass, "getuser", lambda: account)


def test_a_report_is_opened_with_whom_it_names_and_goes_past_them(shell: Shell) -> None:
    case = _opened(shell, *_REPORT)
    told = shell("case", "show", case, "--json").json["case"]
    assert (told["lead"], told["named_desks"], told["named_persons"]) == ("hubin", ["wanghu"], ["wang"])
    shown = shell("case", "show", case, lang="zh").out
    assert "回避" in shown
    assert "望湖街道 (wanghu), wang" in shown


def test_a_named_desk_is_answered_as_for_a_case_that_is_not_there(shell: Shell) -> None:
    case = _opened(shell, *_REPORT)
    kept = shell("case", "accept", case, "--desk", "wanghu")
    missing = shell("case", "accept", "NOSUCHCASE", "--desk", "wanghu")
    assert (kept.code, kept.err) == (missing.code, missing.err.replace("NOSUCHCASE", case))


def test_a_correction_names_more_and_supervision_takes_off(shell: Shell) -> None:
    case = _opened(shell, *_REPORT)
    assert shell("case", "correct", case, "--named-person", "li.7").code == 0
    assert shell("case", "correct", case, "--named-desk", "mistyped", "--json").json["refused"] == "unknown_desk"
    refused = shell("case", "correct", case, "--not-named", "wanghu", "--json")
    assert (refused.code, refused.json["refused"]) == (5, "names_stay")
    assert shell("case", "correct", case, "--not-named", "wanghu", "--as", "supervision").code == 0
    history = shell("case", "show", case).out
    assert (
        "kept from others than before: subject 柳荫街道 (liuyin), desks -, persons wang, li.7; confidential: no"
        in history
    )
    history = shell("case", "show", case, lang="zh").out
    assert "更正回避：被反映单位 柳荫街道 (liuyin)，另涉单位 -，人员 wang, li.7；保密：否" in history


def test_a_person_is_not_named_by_name(shell: Shell) -> None:
    refused = shell(*_OPEN, "--named-person", "王局长")
    assert refused.code == 2
    assert "王局长" not in refused.err
    assert "named_persons" in refused.err


def test_whoever_is_named_finds_no_such_case_under_their_own_account(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, other = _opened(shell, *_REPORT), shell.open()
    reads = (("case", "show"), ("case", "time"), ("sla", "explain"))
    contact = ("case", "contact", case, "--reason", "to call back", "--reader")
    assert [shell(*words, case).code for words in reads] == [0, 0, 0]
    assert "no case" in shell(*contact, "wang").err
    _sit_down_as(monkeypatch, "wang")
    for words in reads:
        kept, missing = shell(*words, case), shell(*words, "NOSUCHCASE")
        assert (kept.code, kept.out, kept.err) == (missing.code, "", missing.err.replace("NOSUCHCASE", case))
    assert "no case" in shell(*contact, "li").err
    assert [one["case"] for one in shell("case", "list", "--json").json] == [other]


def test_a_desk_below_whoever_leads_a_confidential_case_lists_none(shell: Shell) -> None:
    case = _opened(shell, "--confidential")
    assert shell("case", "designate", case, "--to", "hubin", "--as", "supervision").code == 0
    below = shell("case", "list", "--below", "liuyin")
    assert "only counted" not in below.err
    assert case not in below.out
    assert "1 more that are open and confidential" in shell("case", "list", "--below", "yunxi").err
    assert case in shell("case", "list", "--below", "hubin").out


@pytest.mark.parametrize(
    "asked",
    [
        (),
        ("--all",),
        ("--overdue",),
        ("--desk", "liuyin"),
        ("--desk", "hubin"),
        *(("--state", state.value) for state in State),
    ],
    ids=" ".join,
)
def test_what_is_only_counted_is_one_number_whatever_is_asked_for(shell: Shell, asked: tuple[str, ...]) -> None:
    def counted() -> str:
        return shell("case", "list", "--below", "yunxi", *asked).err

    _opened(shell, *_REPORT, "--source-id", "1")
    closed = _opened(shell, *_REPORT, "--source-id", "2")
    assert "2 more that are open" in counted()
    assert shell("case", "withdraw", closed, "--as", "supervision").code == 0
    assert "1 more that are open" in counted()


@pytest.mark.parametrize(
    "words",
    [
        ("urge", "{}"),
        ("accept", "{}", "--desk", "hubin"),
        ("reply", "{}", "--desk", "hubin", "--text", "done"),
        ("withdraw", "{}", "--as", "citizen"),
        ("correct", "{}", "--as", "channel", "--confidential"),
        ("correct", "{}", "--as", "supervision", "--not-named", "wang"),
        ("escalate", "{}", "--desk", "hubin"),
        ("link", "{other}", "--to", "{}"),
    ],
)
def test_whoever_is_named_cannot_act_on_the_case_whomever_they_speak_as(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    case, other = _opened(shell, *_REPORT), shell.open()
    before = shell.rows("select count(*) from entries")
    _sit_down_as(monkeypatch, "wang")

    def typed(about: str) -> Typed:
        return shell("case", *(word.format(about, other=other) for word in words))

    kept, missing = typed(case), typed("NOSUCHCASE")
    assert (kept.code, kept.out, kept.err) == (3, "", missing.err.replace("NOSUCHCASE", case))
    assert shell.rows("select count(*) from entries") == before


def test_an_id_used_again_does_not_tell_that_there_is_a_hidden_case(shell: Shell) -> None:
    case = _opened(shell, *_REPORT)
    before = shell.rows("select count(*) from entries")
    for about in (case, "NOSUCHCASE"):
        for text in ("one", "two"):
            told = shell("case", "reply", about, "--desk", "wanghu", "--id", f"id-{about}", "--text", text)
            assert (told.code, "no case" in told.err) == (3, True), told
    assert shell.rows("select count(*) from entries") == before
    assert shell("parked", "list", "--json").json == []


def test_a_report_on_the_dispatchers_office_is_not_there_for_the_dispatcher(shell: Shell) -> None:
    case = _opened(shell, "--matter", "report", "--subject-desk", "dispatch")
    add = ("case", "add-assist", case, "--to", "liuyin", "--as")
    told = shell(*add, "dispatcher")
    assert (told.code, "no case" in told.err) == (3, True)
    assert shell(*add, "supervision").code != 3


def _list_accounts(shell: Shell, **accounts: str) -> None:
    """Put the tree in force again, with one account each at some desks."""
    text = shell("divisions", "show", "--toml").out
    for code, account in accounts.items():
        assert f'code = "{code}"\nname' in text
        text = text.replace(
            f'[[desk]]\ncode = "{code}"\n', f'[[desk]]\ncode = "{code}"\naccounts = ["{account}"]\n'
        )
    done = shell("divisions", "import", shell.file("tree.toml", text))
    assert done.code == 0, done.err


def test_for_the_people_at_a_desk_that_a_report_is_about_there_is_no_such_case(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    _list_accounts(shell, liuyin="wang.1", hubin="li.2")
    case, other = _opened(shell, *_REPORT), shell.open()
    for account, seen in (("wang.1", {other}), ("li.2", {case, other}), ("root", {case, other})):
        _sit_down_as(monkeypatch, account)
        assert {one["case"] for one in shell("case", "list", "--json").json} == seen
        assert shell("case", "show", case).code == (0 if case in seen else 3)
