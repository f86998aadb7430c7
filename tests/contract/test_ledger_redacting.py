"""The ledger's port over every database: a text is blanked wherever it stands, and nothing else is."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from router.core import events as e, history
from router.core.case import Case
from router.core.commands import Actor, ActorRole
from router.core.events import Entry
from router.core.telling.outbox import Fate, Outgoing
from router.ledger.parking_port import Parked
from router.ledger.port import Ledger, Write
from router.ledger.sql import SqlLedger
from tests.contract.ledger_ground import OPENED_AT, ask, following, instant, opening

_WORDS, _OTHERS = "王小明家门口的路面有坑", "明天来看"


def _replied(case: Case, cause: str, words: str) -> Write:
    """A reply, with the words in its entry and in a message that waits."""
    write = following(case, e.Replied(desk=case.lead), cause=cause, words=words, sent=1)
    said = msgspec.json.encode({"type": "case.answered.v1", "case_id": case.id, "text": words, "kind": "replied"})
    return msgspec.structs.replace(
        write, outgoing=(msgspec.structs.replace(write.outgoing[0], body=said),), entries=write.entries
    )


def _redaction(case: Case, version: int) -> Write:
    return following(
        case,
        e.Redacted(entry=version, by="he"),
        cause=f"redact-{version}",
        actor=Actor(ActorRole.SUPERVISION, "he"),
        words="有姓名",
    )


def _set_aside(case: Case, words: str) -> Parked:
    return Parked(
        id="unknown_case:r1",
        reason="unknown_case",
        detail="",
        origin="case.reports",
        message_id="r1",
        type="case.reply.v1",
        case_id=case.id,
        key="",
        user_id=None,
        body=msgspec.json.encode({"type": "case.reply.v1", "id": "r1", "text": words}),
        parked_at=instant(),
    )


def _live(ledger: Ledger) -> tuple[Case, list[Entry]]:
    """A case with two replies, of which one was set aside first; returns it and its history."""
    opened = opening("c1", cause="o1", words=_WORDS)
    first = _replied(opened.case, "r1", _WORDS + "，已联系")
    second = _replied(first.case, "r2", _OTHERS)
    with ledger.begin() as unit:
        unit.write([opened, first, second])
        unit.park([_set_aside(opened.case, _WORDS + "，已联系")])
    return second.case, ledger.entries("c1")


def _bodies(ledger: Ledger) -> dict[str, bytes]:
    found: list[Outgoing] = ledger.claim_outbox(OPENED_AT + timedelta(days=1), 100, 1.0, 0.0)
    return {message.id: message.body for message in found}


def test_the_entry_the_waiting_message_and_what_was_set_aside_lose_their_words(ledger: SqlLedger) -> None:
    case, before = _live(ledger)
    version = before[2].version
    with ledger.begin() as unit:
        unit.write([_redaction(case, version)])
    after = ledger.entries("c1")
    assert [entry.text for entry in after] == [before[0].text, before[1].text, "", _OTHERS, "有姓名"]
    assert after[:2] + after[3:4] == before[:2] + before[3:4]
    assert after[2] == msgspec.structs.replace(before[2], text="", said="")
    assert msgspec.json.decode(_bodies(ledger)["r1/0"])["text"] == ""
    assert msgspec.json.decode(_bodies_of_parked(ledger))["text"] == ""


def test_one_requirement_of_several_loses_its_words_in_the_list_that_waits_and_in_the_one_set_aside(
    ledger: SqlLedger,
) -> None:
    opened = opening("c1", cause="o1", words=_OTHERS)
    wanted = e.RequirementIssued(number=1, by="supervision-2", milestone=None)
    issued = following(opened.case, wanted, cause="i1", words=_WORDS, sent=1)
    told = msgspec.json.encode({"type": "case.required.v1", "items": {"1": _WORDS, "2": _OTHERS}})
    issued = msgspec.structs.replace(
        issued, outgoing=(msgspec.structs.replace(issued.outgoing[0], body=told),), entries=issued.entries
    )
    asked = {"type": "case.issue_requirements.v1", "id": "r1", "requirements": [f"{_WORDS} ", _OTHERS]}
    with ledger.begin() as unit:
        unit.write([opened, issued])
        unit.park([msgspec.structs.replace(_set_aside(opened.case, ""), body=msgspec.json.encode(asked))])
        unit.write([_redaction(issued.case, issued.case.version)])
    assert msgspec.json.decode(_bodies(ledger)["i1/0"])["items"] == {"1": "", "2": _OTHERS}
    assert msgspec.json.decode(_bodies_of_parked(ledger))["requirements"] == ["", _OTHERS]


def _bodies_of_parked(ledger: Ledger) -> bytes:
    (parked,) = ledger.parked()
    return parked.body


def test_other_messages_and_other_cases_keep_theirs(ledger: SqlLedger) -> None:
    case, before = _live(ledger)
    neighbour = opening("c2", cause="o2", words=_WORDS)
    with ledger.begin() as unit:
        unit.write([neighbour])
    bodies = _bodies(ledger)
    with ledger.begin() as unit:
        unit.write([_redaction(case, before[2].version)])
    assert ledger.entries("c2")[0].text == _WORDS
    later = ledger.claim_outbox(OPENED_AT + timedelta(days=2), 100, 1.0, 0.0)
    assert {one.id: one.body for one in later if one.id != "r1/0"} == {
        name: body for name, body in bodies.items() if name != "r1/0"
    }


def test_the_case_s_own_text_goes_with_the_hash_that_would_betray_it(ledger: SqlLedger, ledger_url: str) -> None:
    case, before = _live(ledger)
    with ledger.begin() as unit:
        unit.write([_redaction(case, 1)])
    stored = ledger.case("c1")
    assert stored is not None
    assert (stored.text, stored.content_hash) == ("", "")
    received = ledger.entries("c1")[0].event
    assert isinstance(received, e.Received)
    assert received.content_hash == ""
    assert history.advance(None, ledger.entries("c1")) == stored
    _nowhere(ledger_url, before[0].text)


def _nowhere(url: str, words: str) -> None:
    """No row of the ledger holds exactly these words any more."""
    for table, column in (("entries", "text"), ("cases", "body"), ("entries", "data")):
        rows = ask(url, f"select cast({column} as text) from {table}")
        assert [row for (row,) in rows if row == words or f'"text":"{words}"' in str(row)] == []


def test_a_redaction_that_was_lost_to_another_process_blanks_nothing(ledger: SqlLedger) -> None:
    case, before = _live(ledger)
    with ledger.begin() as unit:
        unit.write([_replied(case, "r3", "又来看过")])
    with ledger.begin() as unit:
        assert unit.write([_redaction(case, before[2].version)]) == {"c1"}
    assert ledger.entries("c1")[2].text == before[2].text


def test_a_message_that_comes_back_after_it_was_sent_is_gone_from_the_outbox(ledger: SqlLedger) -> None:
    case, before = _live(ledger)
    with ledger.begin() as unit:
        unit.settle({"r1/0": Fate.UNROUTED}, instant())
    with ledger.begin() as unit:
        unit.write([_redaction(case, before[2].version)])
    bodies = [msgspec.json.decode(one.body) for one in ledger.parked() if one.reason == "unrouted"]
    assert [body["text"] for body in bodies] == [""]
