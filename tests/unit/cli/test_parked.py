"""Parked messages: listed without content, shown, handed in again once their trouble is over."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import msgspec
import pytest

from router.app import installation
from router.arrivals import parked_id
from router.broker.envelope import encode
from router.core.commands import Accept, Actor, ActorRole, Open
from router.core.lifecycle import with_case_id
from router.ledger.parking_port import Parked
from router.ledger.port import Unit
from router.settings import Settings
from tests.unit.cli.conftest import Shell

AT = datetime(2026, 11, 24, 1, tzinfo=UTC)
WORDS = "家住三号楼"


@contextmanager
def unit(shell: Shell) -> Iterator[Unit]:
    with installation(Settings(ledger=shell.ledger)) as opened, opened.ledger.begin() as begun:
        yield begun


def park(shell: Shell, name: str, reason: str, body: bytes, kind: str = "", case: str = "") -> None:
    with unit(shell) as begun:
        begun.park(
            [
                Parked(
                    id=name,
                    reason=reason,
                    detail="why",
                    origin="case.reports",
                    message_id=name,
                    type=kind,
                    case_id=case,
                    key="liuyin.accept",
                    user_id=None,
                    body=body,
                    parked_at=AT,
                )
            ]
        )


def accept(case: str, name: str) -> bytes:
    return encode(Accept(id=name, case_id=case, actor=Actor(ActorRole.DESK, "liuyin")))


def test_a_listing_never_shows_a_body(shell: Shell) -> None:
    park(shell, "p1", "undecodable", WORDS.encode())
    for words in (("parked", "list"), ("parked", "list", "--json"), ("parked", "show", "p1")):
        done = shell(*words)
        assert done.code == 0
        assert "p1" in done.out
        assert WORDS not in done.out + done.err


def test_a_body_is_shown_when_it_is_asked_for(shell: Shell) -> None:
    park(shell, "p1", "undecodable", WORDS.encode())
    why = ("--reader", "李四", "--reason", "故障排查")
    assert WORDS in shell("parked", "show", "p1", "--body", *why).out
    assert shell("parked", "show", "p1", "--body", *why, "--json").json["body"] == WORDS


def test_one_is_shown_in_words_and_in_the_offices_own_time(shell: Shell) -> None:
    park(shell, "p1", "undecodable", b"1234")
    english, chinese = shell("parked", "show", "p1").out, shell("parked", "show", "p1", lang="zh").out
    # 01:00 UTC is nine in the morning there.
    for shown, lines in (
        (english, ("not our format (undecodable)", "2026-11-24 09:00", "4 bytes", "handed in again")),
        (chinese, ("无法解读 (undecodable)", "2026-11-24 09:00", "4 字节", "重新处理时间", "暂存时间")),
    ):
        for line in lines:
            assert line in shown
        assert "parked_at" not in shown
    assert "无法解读 (undecodable)" in shell("parked", "list", lang="zh").out
    assert shell("parked", "show", "p1", "--json").json["reason"] == "undecodable"


def test_whoever_reads_a_body_is_on_record_and_nobody_reads_one_otherwise(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getuser", lambda: "clerk")
    park(shell, "p1", "undecodable", WORDS.encode())
    assert shell("parked", "show", "p1").code == 0
    for missing in ((), ("--reader", "李四"), ("--reason", "故障排查")):
        done = shell("parked", "show", "p1", "--body", *missing)
        assert done.code == 2
        assert WORDS not in done.out + done.err
    assert shell.rows("select * from contact_reads") == []
    shell("parked", "show", "p1", "--body", "--reader", "李四", "--reason", "故障排查")
    assert shell.rows("select ref, reader, reason, found from contact_reads") == [
        ("parked:p1", "李四 (clerk)", "故障排查", 1)
    ]


def test_a_dismissed_message_is_out_of_sight_and_on_record(shell: Shell) -> None:
    case = shell.open()
    park(shell, "p1", "failing", accept(case, "a1"), "case.accept.v1")
    assert shell("parked", "drop", "p1", "--reason", "重复", "--by", "李四").code == 0
    assert shell("parked", "list", "--json").json == []
    assert shell("status", "--json").json["figures"]["parked"] == 0
    [kept] = shell("parked", "list", "--dismissed", "--json").json
    assert (kept["id"], kept["dismissed_by"], kept["dismissed_reason"]) == ("p1", "李四", "重复")
    assert kept["dismissed_at"] is not None
    assert shell("parked", "replay", "p1", "--json").json == [{"id": "p1", "result": "dismissed"}]
    assert shell("case", "show", case, "--json").json["case"]["state"] == "dispatched"


def test_a_message_is_dismissed_once_and_never_after_it_was_taken(shell: Shell) -> None:
    case = shell.open()
    park(shell, "p1", "failing", accept(case, "a1"), "case.accept.v1")
    park(shell, "p2", "undecodable", b"{")
    assert shell("parked", "replay", "p1").code == 0
    shell("parked", "drop", "p2", "--reason", "first", "--by", "x")
    for name in ("p1", "p2"):
        assert shell("parked", "drop", name, "--reason", "again", "--by", "y").code == 5
    assert shell("parked", "drop", "p3", "--reason", "none", "--by", "y").code == 3
    assert shell("parked", "drop", "p2", "--reason", "", "--by", "y").code == 2
    assert shell.rows("select dismissed_reason from parked where id = 'p2'") == [("first",)]


def test_what_was_dismissed_is_not_taken_when_its_case_opens(shell: Shell) -> None:
    park(shell, "p1", "unknown_case", accept("none", "a1"), "case.accept.v1")
    shell("parked", "drop", "p1", "--reason", "误报", "--by", "李四")
    opened = shell.open(source_id="2")
    shell.sql("update parked set case_id = ? where id = 'p1'", opened)
    with installation(Settings(ledger=shell.ledger)) as inside:
        assert inside.ledger.cases_waited_for(10) == []


def test_a_message_of_an_existing_case_is_taken_and_leaves_the_list(shell: Shell) -> None:
    case = shell.open()
    park(shell, "p1", "failing", accept(case, "a1"), "case.accept.v1")
    assert shell("parked", "replay", "p1", "--json").json == [{"id": "p1", "result": "taken"}]
    assert shell("parked", "list", "--json").json == []
    assert [one["id"] for one in shell("parked", "list", "--replayed", "--json").json] == ["p1"]
    assert shell("case", "show", case, "--json").json["case"]["state"] == "accepted"


def test_replaying_twice_carries_out_once(shell: Shell) -> None:
    case = shell.open()
    park(shell, "p1", "failing", accept(case, "a1"), "case.accept.v1")
    assert shell("parked", "replay", "p1").code == shell("parked", "replay", "p1").code == 0
    events = [one["event"]["event"] for one in shell("case", "show", case, "--json").json["history"]]
    assert events.count("Accepted") == 1


def test_a_refused_message_is_done_with(shell: Shell) -> None:
    case = shell.open()
    shell("case", "accept", case, "--desk", "liuyin")
    park(shell, "p1", "failing", accept(case, "a1"), "case.accept.v1")
    done = shell("parked", "replay", "--all")
    assert done.code == 0
    assert "refused" in done.out
    assert shell("parked", "list", "--json").json == []


@pytest.mark.parametrize(
    ("reason", "body", "kind", "result"),
    [
        ("undecodable", b"{", "case.accept.v1", "undecodable"),
        ("unknown_type", b"{}", "case.dance.v1", "undecodable"),
        ("unknown_case", accept("none", "a1"), "case.accept.v1", "waiting"),
        ("forged", accept("none", "a1"), "case.accept.v1", "forged"),
    ],
)
def test_what_still_cannot_be_taken_stays_parked(
    shell: Shell, reason: str, body: bytes, kind: str, result: str
) -> None:
    name = parked_id(reason, "a1", body)
    park(shell, name, reason, body, kind)
    done = shell("parked", "replay", name, "--json")
    assert done.code == 7
    assert done.json == [{"id": name, "result": result}]
    assert [one["id"] for one in shell("parked", "list", "--json").json] == [name]


def test_a_forged_message_is_taken_when_an_operator_vouches_for_it(shell: Shell) -> None:
    case = shell.open()
    park(shell, "p1", "forged", accept(case, "a1"), "case.accept.v1")
    assert shell("parked", "replay", "p1", "--vouch").code == 0
    assert shell("case", "show", case, "--json").json["case"]["state"] == "accepted"


def test_a_report_that_waits_for_its_case_is_taken_when_the_case_opens(shell: Shell) -> None:
    opening = with_case_id(
        Open(
            id="x",
            case_id="",
            actor=Actor(ActorRole.CHANNEL, "hotline"),
            source="shell",
            source_id="1",
            channel="hotline",
        )
    )
    park(shell, "p1", "unknown_case", accept(opening.case_id, "a1"), "case.accept.v1")
    shell.sql("update parked set case_id = ? where id = 'p1'", opening.case_id)
    case = shell.open()
    assert case == opening.case_id
    assert shell("parked", "list", "--json").json == []
    assert shell("case", "show", case, "--json").json["case"]["state"] == "accepted"


def test_which_messages_must_be_said(shell: Shell) -> None:
    assert shell("parked", "replay").code == 2
    assert shell("parked", "replay", "p1", "--all").code == 2
    assert shell("parked", "replay", "p1").code == 3
    assert shell("parked", "show", "p1").code == 3
    assert shell("parked", "list", "--reason", "forged", "--json").json == []
    assert "nothing is parked" in shell("parked", "list").err


def test_the_listing_as_json_has_every_field_but_the_body(shell: Shell) -> None:
    park(shell, "p1", "undecodable", b"123")
    one = shell("parked", "list", "--json").json[0]
    assert one.keys() == {field.name for field in msgspec.structs.fields(Parked)} - {"body"} | {"size"}
    assert one["size"] == 3


def test_a_message_about_a_report_is_not_there_for_whom_it_names(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = shell.open("--matter", "report", "--subject-desk", "wanghu", "--named-person", "wang")
    park(shell, "p-1", "failing", b"{}", case=case)
    assert case in shell("parked", "show", "p-1").out
    assert [one["id"] for one in shell("parked", "list", "--json").json] == ["p-1"]
    monkeypatch.setattr(getpass, "getuser", lambda: "wang")
    assert shell("parked", "list", "--json").json == []
    for words in (("show",), ("drop", "--reason", "old", "--by", "li"), ("replay",)):
        assert shell("parked", words[0], "p-1", *words[1:]).code == 3
    assert shell("parked", "replay", "--all", "--json").json == []


def _opening(**said: object) -> bytes:
    """An opening that cannot be taken: of no household."""
    told = {"type": "case.open.v1", "id": "x", "source": "s", "source_id": "9", "affected": 0, "text": WORDS}
    return msgspec.json.encode(told | said)


@pytest.mark.parametrize(
    ("account", "body", "listed", "shown"),
    [
        ("li.1", _opening(subject_desk="liuyin"), False, 3),
        ("li.1", _opening(named_desks=["liuyin"]), False, 3),
        ("li.1", _opening(subject_desk="hubin"), False, 3),
        ("li.1", _opening(named_persons=["li.1"]), False, 3),
        ("li.1", _opening(confidential=True), False, 3),
        ("li.1", _opening(subject_desk="wanghu"), True, 0),
        ("li.1", _opening(), True, 0),
        ("li.1", _opening(named_persons=["王局长"]), True, 5),
        ("li.1", _opening(subject_desk=["liuyin"]), True, 5),
        ("li.1", WORDS.encode(), True, 5),
        ("pai.3", _opening(confidential=True), True, 0),
        ("pai.3", _opening(subject_desk="liuyin"), True, 0),
        ("wang", _opening(named_persons=["wang"]), False, 3),
        ("wang", _opening(named_persons=["王局长"]), True, 0),
        ("wang", _opening(subject_desk="liuyin", confidential=True), True, 0),
    ],
)
def test_a_report_that_was_parked_is_kept_from_whom_it_is_about(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, account: str, body: bytes, listed: bool, shown: int
) -> None:
    for desk, clerk in (("liuyin", "li.1"), ("dispatch", "pai.3")):
        assert shell("divisions", "accounts", desk, "--add", clerk).code == 0
    park(shell, "p1", "not_plausible", body)
    monkeypatch.setattr(getpass, "getuser", lambda: account)
    assert [one["id"] for one in shell("parked", "list", "--json").json] == ["p1"] * listed
    assert ("p1" in shell("parked", "list").out) is listed
    assert shell("parked", "show", "p1").code == (0 if listed else 3)
    done = shell("parked", "show", "p1", "--body", "--reader", "x", "--reason", "y")
    assert (done.code, WORDS in done.out) == (shown, shown == 0), done
    assert len(shell.rows("select * from contact_reads")) == (shown == 0)


def test_a_parked_message_with_the_id_of_a_hidden_case_is_hidden_too(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = shell.open("--matter", "report", "--subject-desk", "liuyin")
    assert shell("divisions", "accounts", "liuyin", "--add", "li.1").code == 0
    park(shell, "p1", "forged", accept(case, "x"))  # kept as it came, so the ledger knows no id of its case
    assert [one["id"] for one in shell("parked", "list", "--json").json] == ["p1"]
    monkeypatch.setattr(getpass, "getuser", lambda: "li.1")
    assert shell("parked", "list", "--json").json == []
    assert shell("parked", "show", "p1").code == 3
