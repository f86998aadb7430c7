"""The ledger's port over every database: personal data and who read them."""

from __future__ import annotations

from pathlib import Path

import pytest

from router.core.commands import Contact
from router.errors import ConfigurationError
from router.ledger import schema
from router.ledger.contacts import RETENTION
from router.ledger.sql import SqlLedger
from tests.contract.ledger_ground import ask, engine_of, everything, instant, opening, tell

SOMEBODY = Contact(name="张三丰", phone="13912345678", identity_number="110101199003070011", address="幸福路 7 号")
OTHER = Contact(name="Other", phone="13700000000")


def keep(ledger: SqlLedger, **contacts: Contact) -> None:
    """Keep contacts in a transaction of their own."""
    with ledger.begin() as unit:
        unit.keep_contacts(contacts, instant())


def test_personal_data_are_read_back_and_the_reading_is_logged(ledger: SqlLedger, ledger_url: str) -> None:
    keep(ledger, r1=SOMEBODY)
    assert ledger.contact("r1", reader="wang", reason="follow-up", now=instant(hours=1)) == SOMEBODY
    assert ledger.contact("r2", reader="li", reason="curious", now=instant(hours=2)) is None
    log = ask(ledger_url, "select ref, reader, reason, found from contact_reads order by seq")
    assert [(ref, reader, reason, bool(found)) for ref, reader, reason, found in log] == [
        ("r1", "wang", "follow-up", True),
        ("r2", "li", "curious", False),
    ]


def test_several_are_read_at_once_and_what_for_and_each_reading_are_logged(
    ledger: SqlLedger, ledger_url: str
) -> None:
    keep(ledger, r1=SOMEBODY, r2=OTHER)
    why = {"reader": "supervision:wang", "reason": "review"}
    found = ledger.contacts(["r2", "gone", "r1"], about="register:household:1f", now=instant(hours=1), **why)
    assert found == {"r1": SOMEBODY, "r2": OTHER}
    assert ledger.contacts([], about="register:person:2e", now=instant(hours=2), **why) == {}
    log = ask(ledger_url, "select ref, reader, reason, found from contact_reads order by seq")
    assert [(ref, bool(there)) for ref, _, _, there in log] == [
        ("register:household:1f", True),
        ("gone", False),
        ("r1", True),
        ("r2", True),
        ("register:person:2e", False),
    ]
    assert {(reader, reason) for _, reader, reason, _ in log} == {("supervision:wang", "review")}


def test_what_cannot_be_decrypted_leaves_no_half_a_register(ledger: SqlLedger, ledger_url: str) -> None:
    keep(ledger, r1=SOMEBODY)
    other = SqlLedger(ledger_url, key=bytes(32))
    try:
        with pytest.raises(ConfigurationError):
            other.contacts(["r1"], about="register:person:1f", reader="li", reason="x", now=instant())
    finally:
        other.close()
    assert ask(ledger_url, "select count(*) from contact_reads") == [(0,)]


def test_nobody_reads_without_a_name_and_a_reason(ledger: SqlLedger) -> None:
    keep(ledger, r1=SOMEBODY)
    with pytest.raises(Exception, match=r"(?i)check constraint"):
        ledger.contact("r1", reader="", reason="follow-up", now=instant())
    with pytest.raises(Exception, match=r"(?i)check constraint"):
        ledger.contact("r1", reader="wang", reason="", now=instant())


def test_a_reference_keeps_its_first_content(ledger: SqlLedger) -> None:
    keep(ledger, r1=SOMEBODY)
    keep(ledger, r1=OTHER, r2=OTHER)
    assert ledger.contact("r1", reader="wang", reason="test", now=instant()) == SOMEBODY
    assert ledger.contact("r2", reader="wang", reason="test", now=instant()) == OTHER


def test_personal_data_end_with_their_retention(ledger: SqlLedger, ledger_url: str) -> None:
    keep(ledger, r1=SOMEBODY)
    end = instant() + RETENTION
    assert ledger.forget_contacts(instant(days=1)) == 0
    assert ledger.contact("r1", reader="wang", reason="test", now=end) is None
    assert ledger.forget_contacts(end) == 1
    assert ask(ledger_url, "select count(*) from contacts") == [(0,)]
    assert ask(ledger_url, "select count(*) from contact_reads") == [(1,)]


def test_no_byte_of_the_database_tells_who_complained(ledger: SqlLedger, ledger_url: str, tmp_path: Path) -> None:
    keep(ledger, r1=SOMEBODY)
    with ledger.begin() as unit:
        unit.write([opening("c1")])
    ledger.contact("r1", reader="wang", reason="test", now=instant())
    engine = engine_of(ledger_url)
    with engine.begin() as connection:
        raw = everything(connection, [table.name for table in schema.metadata.sorted_tables])
    engine.dispose()
    for file in tmp_path.glob("ledger.db*"):
        raw += file.read_bytes()
    assert b"c1" in raw, "the test reads what is there"
    for secret in (SOMEBODY.name, SOMEBODY.phone, SOMEBODY.identity_number, SOMEBODY.address):
        assert secret.encode() not in raw
        assert secret.encode().hex().encode() not in raw


def test_without_a_key_nothing_personal_is_kept(ledger_url: str) -> None:
    ledger = SqlLedger(ledger_url, key=None)
    try:
        with pytest.raises(ConfigurationError, match=r"head -c 32 /dev/urandom \| base64"):
            keep(ledger, r1=SOMEBODY)
        with pytest.raises(ConfigurationError, match="no key"):
            ledger.keyed_hash(SOMEBODY.phone)
        assert ask(ledger_url, "select count(*) from contacts") == [(0,)]
        keep(ledger)
    finally:
        ledger.close()


def test_another_key_opens_nothing_and_says_so(ledger: SqlLedger, ledger_url: str) -> None:
    keep(ledger, r1=SOMEBODY)
    other = SqlLedger(ledger_url, key=bytes(32))
    try:
        with pytest.raises(ConfigurationError, match="another key"):
            other.contact("r1", reader="wang", reason="test", now=instant())
    finally:
        other.close()


def test_a_row_moved_to_another_reference_does_not_open(ledger: SqlLedger, ledger_url: str) -> None:
    keep(ledger, r1=SOMEBODY)
    tell(ledger_url, "update contacts set ref = 'r2'")
    with pytest.raises(ConfigurationError):
        ledger.contact("r2", reader="wang", reason="test", now=instant())
