"""Secrets from files: where the key is looked for, and what is said when it is not there."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from router.errors import ConfigurationError
from router.secret_files import CONTACT_KEY, broker_url, contact_key, ledger_url, management_url
from router.settings import Settings


def test_a_key_is_made_beside_an_sqlite_file_readable_by_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(CONTACT_KEY, raising=False)
    settings = Settings(ledger=f"sqlite:///{tmp_path}/ledger.db")
    made = contact_key(settings)
    assert made is not None
    assert len(made) == 32
    assert (tmp_path / "ledger.db.key").stat().st_mode & 0o777 == 0o600
    assert contact_key(settings) == made, "the second start finds the key of the first"


@pytest.mark.parametrize("text", [b"\x01" * 32, base64.b64encode(b"\x01" * 32) + b"\n", b"01" * 32])
def test_a_key_file_holds_bytes_base64_or_hexadecimal(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "key").write_bytes(text)
    settings = Settings(ledger="postgresql+psycopg://nowhere/db", contact_key_file=str(tmp_path / "key"))
    assert contact_key(settings) == b"\x01" * 32


def test_a_key_file_that_is_missing_or_wrong_says_what_to_do(tmp_path: Path) -> None:
    settings = Settings(ledger="postgresql+psycopg://nowhere/db", contact_key_file=str(tmp_path / "key"))
    with pytest.raises(ConfigurationError, match="not there") as missing:
        contact_key(settings)
    assert "head -c 32 /dev/urandom" in str(missing.value)
    (tmp_path / "key").write_text("short", encoding="ascii")
    with pytest.raises(ConfigurationError, match="32 bytes"):
        contact_key(settings)


def test_a_ledger_on_a_server_gets_no_key_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(CONTACT_KEY, raising=False)
    assert contact_key(Settings(ledger="postgresql+psycopg://nowhere/db")) is None


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("amqp://router@mq/city", "amqp://router:p%2Fs%2B%40%3D@mq/city"),
        ("amqp://admin:own@mq/", "amqp://admin:own@mq/"),
        (
            "amqp://router@one:5672/;amqps://router@two:5671/",
            "amqp://router:p%2Fs%2B%40%3D@one:5672/;amqps://router:p%2Fs%2B%40%3D@two:5671/",
        ),
    ],
)
def test_the_brokers_password_goes_into_the_url_of_every_node_whatever_signs_it_has(
    tmp_path: Path, url: str, whole: str
) -> None:
    (tmp_path / "password").write_text("p/s+@=\n", encoding="ascii")
    assert broker_url(Settings(broker=url, broker_password_file=str(tmp_path / "password"))) == whole


@pytest.mark.parametrize(
    ("url", "whole"),
    [
        ("postgresql+psycopg://case@db/cases", "postgresql+psycopg://case:p%2Fs%2B%40%3D@db/cases"),
        ("postgresql+psycopg://case:own@db/cases", "postgresql+psycopg://case:own@db/cases"),
        ("postgresql+psycopg:///cases?host=/run/postgresql", "postgresql+psycopg:///cases?host=/run/postgresql"),
        ("sqlite:///folder@home/ledger.db", "sqlite:///folder@home/ledger.db"),
    ],
)
def test_the_ledgers_password_goes_into_a_url_that_names_a_user_and_none(
    tmp_path: Path, url: str, whole: str
) -> None:
    (tmp_path / "password").write_text("p/s+@=\n", encoding="ascii")
    assert ledger_url(Settings(ledger=url, ledger_password_file=str(tmp_path / "password"))) == whole
    assert ledger_url(Settings(ledger=url)) == url


def test_the_management_api_is_asked_with_the_brokers_password_unless_its_url_has_one(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("secret", encoding="ascii")
    settings = Settings(broker="amqp://admin@mq/", broker_password_file=str(tmp_path / "password"))
    assert management_url(settings, "http://admin@mq:15672") == "http://admin:secret@mq:15672"
    assert management_url(settings, "http://admin:own@mq:15672") == "http://admin:own@mq:15672"
    assert management_url(settings, None) is None


def test_the_brokers_password_is_sent_to_the_management_api_for_its_own_user_alone(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("secret", encoding="ascii")
    for broker in ("amqp://case-router@one/;amqp://case-router@two/", "amqp://admin:own@mq/", "amqp://mq/"):
        settings = Settings(broker=broker, broker_password_file=str(tmp_path / "password"))
        with pytest.raises(ConfigurationError, match="names admin and no password") as found:
            management_url(settings, "http://admin@mq:15672")
        assert "http://admin:PASSWORD@host:15672" in str(found.value)
        assert management_url(settings, "http://mq:15672") == "http://mq:15672"


def test_a_user_is_the_same_however_the_url_spells_it(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("secret", encoding="ascii")
    settings = Settings(broker="amqp://case%2Drouter@mq/", broker_password_file=str(tmp_path / "password"))
    assert management_url(settings, "http://case-router@mq:15672") == "http://case-router:secret@mq:15672"


def test_a_password_file_that_is_missing_is_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "password")
    with pytest.raises(ConfigurationError, match="not there"):
        ledger_url(Settings(ledger="postgresql+psycopg://case@db/cases", ledger_password_file=missing))
