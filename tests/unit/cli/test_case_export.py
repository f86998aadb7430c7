"""`case export`: role and reason, masked unless a role may see more, on record, and nobody else's cases."""

from __future__ import annotations

import csv
import getpass
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from router.app import installation
from router.cli.handing_in import hand_in, new_id
from router.core.commands import Actor, ActorRole, Contact, Open, Place
from router.core.lifecycle import with_case_id
from router.settings import Settings
from tests.unit.cli.conftest import Shell, Typed

ZHANG = Contact(
    name="张三丰",
    phone="13912345678",
    identity_number="11010119900307001X",
    address="湖滨区柳荫街道幸福路 7 号",
)
BY_PHONE = Contact(name="张三丰", phone="13912345678")
COMPANY = Contact(name="某某公司", phone="05391234567", identity_number="91371300MA3C000000")
HOME = Place(address_id="addr-7")
SECRETS = (ZHANG.name, ZHANG.phone, ZHANG.identity_number, ZHANG.address, "楼上漏水")


def opened(shell: Shell, number: int, contact: Contact | None = None, **more: Any) -> str:
    command = with_case_id(
        Open(
            id=new_id(),
            case_id="",
            actor=Actor(ActorRole.CHANNEL, "hotline"),
            source="hotline",
            source_id=f"n{number}",
            channel="hotline",
            category="noise",
            division=("hubin", "liuyin"),
            text="楼上漏水，我是张三丰",
            contact=contact,
            **more,
        )
    )
    with installation(Settings(ledger=shell.ledger)) as here:
        assert hand_in(here, command).refused is None
    return command.case_id


@pytest.fixture
def zhang(shell: Shell) -> Path:
    return shell.file("zhang.json", json.dumps({"identity_number": ZHANG.identity_number, "phone": ZHANG.phone}))


def export(shell: Shell, *words: str | Path, role: str = "supervision", **more: Any) -> Typed:
    return shell("case", "export", *words, "--role", role, "--reason", "信访复核", "--reader", "li", **more)


def cases(done: Typed) -> list[str]:
    assert done.code == 0, done.err
    return [line["case"] for line in json.loads(done.out)["lines"]]


def test_a_persons_cases_are_found_by_identity_number_and_by_telephone(shell: Shell, zhang: Path) -> None:
    first, second = opened(shell, 1, ZHANG), opened(shell, 2, BY_PHONE)
    opened(shell, 3, Contact(name="别人", phone="13700000000"))
    assert cases(export(shell, "--person", zhang, "--json")) == [first, second]


def test_a_households_cases_are_those_about_its_address(shell: Shell) -> None:
    mine = opened(shell, 1, ZHANG, place=HOME)
    opened(shell, 2, ZHANG, place=Place(address_id="addr-8"))
    assert cases(export(shell, "--household", "addr-7", "--json")) == [mine]


def test_an_enterprises_cases_are_those_it_brought_and_those_about_its_premises(shell: Shell) -> None:
    code = COMPANY.identity_number
    brought = opened(shell, 1, COMPANY)
    about = opened(shell, 2, ZHANG, place=Place(asset_id=code))
    opened(shell, 3, ZHANG)
    assert cases(export(shell, "--enterprise", code, "--json")) == [brought, about]


@pytest.mark.parametrize("form", ["csv", "html", "json"])
def test_personal_data_are_masked_and_the_words_left_out(shell: Shell, zhang: Path, form: str) -> None:
    case = opened(shell, 1, ZHANG)
    done = export(shell, "--person", zhang, "--format", form)
    assert done.code == 0, done.err
    assert case in done.out
    for shown in ("张**", "139****5678", "1****X", "湖滨区****"):
        assert shown in done.out
    for secret in SECRETS:
        assert secret not in done.out + done.err


@pytest.mark.parametrize("role", ["dispatcher", "follow_up", "supervision"])
def test_roles_that_ask_residents_may_see_them_whole(shell: Shell, zhang: Path, role: str) -> None:
    opened(shell, 1, ZHANG)
    done = export(shell, "--person", zhang, "--unmask", "--format", "csv", role=role)
    assert done.code == 0, done.err
    for secret in SECRETS:
        assert secret in done.out


def test_a_desk_may_not_and_is_told_who_may(shell: Shell, zhang: Path) -> None:
    opened(shell, 1, ZHANG)
    done = export(shell, "--person", zhang, "--unmask", "--desk", "liuyin", role="desk")
    assert (done.code, done.out) == (2, "")
    assert "dispatcher, follow_up, supervision" in done.err
    assert shell.rows("select * from contact_reads") == []


def test_a_desk_finds_its_own_cases_and_those_below_it(shell: Shell, zhang: Path) -> None:
    mine = opened(shell, 1, ZHANG, desk="liuyin")
    opened(shell, 2, ZHANG, desk="dongdu", place=HOME)
    assert cases(export(shell, "--person", zhang, "--desk", "liuyin", "--json", role="desk")) == [mine]
    assert cases(export(shell, "--person", zhang, "--desk", "hubin", "--json", role="desk")) == [mine]


@pytest.mark.parametrize("secret", [{"confidential": True}, {"subject_desk": "liuyin"}])
def test_a_restricted_case_is_supervisions_alone_and_a_number_for_others(
    shell: Shell, zhang: Path, secret: dict[str, Any]
) -> None:
    case = opened(shell, 1, ZHANG, **secret)
    assert cases(export(shell, "--person", zhang, "--json")) == [case]
    done = export(shell, "--person", zhang, "--json", role="follow_up")
    assert (cases(done), done.json["withheld"]) == ([], 1)
    assert case not in done.out


def test_for_whom_a_report_names_it_is_in_no_register_and_not_even_a_number(shell: Shell, zhang: Path) -> None:
    opened(shell, 1, ZHANG, subject_desk="liuyin", named_persons=("li",))
    done = export(shell, "--person", zhang, "--json")
    assert (cases(done), done.json["withheld"]) == ([], 0)
    done = export(shell, "--person", zhang, "--json", "--desk", "liuyin", role="desk")
    assert (cases(done), done.json["withheld"]) == ([], 0)


def test_a_register_under_another_name_leaves_out_what_names_whoever_typed_it(
    shell: Shell, zhang: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(shell, 1, ZHANG, subject_desk="liuyin", named_persons=("wang",))
    assert len(cases(export(shell, "--person", zhang, "--json"))) == 1
    monkeypatch.setattr(getpass, "getuser", lambda: "wang")
    done = export(shell, "--person", zhang, "--json")
    assert (cases(done), done.json["withheld"]) == ([], 0)


def test_who_read_what_and_why_is_on_record_also_when_nothing_was_found(
    shell: Shell, zhang: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "clerk")
    case = opened(shell, 1, ZHANG)
    export(shell, "--person", zhang)
    export(shell, "--household", "nowhere", role="follow_up")
    found = shell.rows("select ref, reader, reason, found from contact_reads order by seq")
    assert [(str(ref).split(":")[:2], reader, reason, bool(there)) for ref, reader, reason, there in found] == [
        (["register", "person"], "supervision:li (clerk)", "信访复核", True),
        ([f"contact-{case}"], "supervision:li (clerk)", "信访复核", True),
        (["register", "household"], "follow_up:li (clerk)", "信访复核", False),
    ]
    assert all(secret not in str(found) for secret in SECRETS)


def test_a_register_says_who_handled_it_and_what_came_of_it(shell: Shell, zhang: Path) -> None:
    case = opened(shell, 1, ZHANG, desk="liuyin")
    assert shell("case", "accept", case, "--desk", "liuyin").code == 0
    assert shell("case", "resolve", case, "--desk", "liuyin", "--outcome", "solved").code == 0
    done = export(shell, "--person", zhang, "--out", shell.folder / "out.csv", lang="zh")
    assert done.code == 0, done.err
    text = (shell.folder / "out.csv").read_bytes().decode("utf-8-sig")
    (row,) = csv.DictReader(StringIO(text, newline=""))
    assert (row["工单"], row["渠道"], row["区划"], row["承办经过"]) == (
        case,
        "热线",
        "湖滨区 柳荫街道",
        "柳荫街道",
    )
    assert "已解决" in row["办理结果"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "exactly one of"),
        (("--household", "a", "--enterprise", "b"), "exactly one of"),
        (("--household", "a", "--role", "desk"), "--desk goes with --role desk"),
        (("--household", "a", "--reason", " "), "there is no reason"),
        (("--household", "a", "--format", "html", "--encoding", "gb18030"), "--encoding is for CSV"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_read(
    shell: Shell, words: tuple[str, ...], said: str
) -> None:
    done = shell("case", "export", "--role", "supervision", "--reason", "x", *words)
    assert done.code == 2
    assert said in done.err
    assert shell.rows("select * from contact_reads") == []


def test_role_and_reason_must_be_given(shell: Shell) -> None:
    assert shell("case", "export", "--household", "a", "--reason", "x").code == 2
    assert shell("case", "export", "--household", "a", "--role", "supervision").code == 2


def test_a_file_without_a_number_is_nobodys(shell: Shell) -> None:
    done = export(shell, "--person", shell.file("x.json", '{"name": "张三丰"}'))
    assert done.code == 2
    assert "neither an identity nor a phone number" in done.err
