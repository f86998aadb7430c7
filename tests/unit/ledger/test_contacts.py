"""Encrypting personal data."""

import base64

import pytest

from router.errors import ConfigurationError
from router.ledger.contacts import Seal, read_key

KEY = bytes(range(32))


def test_what_is_sealed_opens_under_the_same_key_and_reference() -> None:
    sealed = Seal(KEY).close(b"13912345678", "r1")
    assert b"13912345678" not in sealed
    assert Seal(KEY).open(sealed, "r1") == b"13912345678"


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert Seal(KEY).close(b"same", "r1") != Seal(KEY).close(b"same", "r1")


@pytest.mark.parametrize(("key", "reference"), [(bytes(32), "r1"), (KEY, "r2")])
def test_nothing_opens_under_another_key_or_reference(key: bytes, reference: str) -> None:
    sealed = Seal(KEY).close(b"13912345678", "r1")
    with pytest.raises(ConfigurationError, match="another key"):
        Seal(key).open(sealed, reference)


def test_a_complainant_has_one_hash_under_one_key() -> None:
    assert Seal(KEY).keyed_hash("139") == Seal(KEY).keyed_hash("139")
    assert Seal(KEY).keyed_hash("139") != Seal(KEY).keyed_hash("138")
    assert Seal(KEY).keyed_hash("139") != Seal(bytes(32)).keyed_hash("139")
    assert len(Seal(KEY).keyed_hash("139")) == 64


def test_without_a_key_it_is_said_how_to_make_one() -> None:
    seal = Seal(None)
    assert not seal.has_key
    with pytest.raises(ConfigurationError, match="urandom"):
        seal.close(b"x", "r1")
    with pytest.raises(ConfigurationError, match="contact_key_file"):
        seal.open(b"x", "r1")
    with pytest.raises(ConfigurationError, match="urandom"):
        seal.keyed_hash("x")


def test_a_key_of_another_length_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="32 bytes"):
        Seal(b"short")


@pytest.mark.parametrize("text", [KEY, base64.b64encode(KEY), base64.b64encode(KEY) + b"\n"])
def test_a_key_is_read_as_it_is_or_in_base64(text: bytes) -> None:
    assert read_key(text) == KEY


@pytest.mark.parametrize("text", [b"", b"not base64!", base64.b64encode(b"short"), KEY + b"\n"])
def test_what_is_no_key_is_refused_without_quoting_it(text: bytes) -> None:
    with pytest.raises(ConfigurationError, match="32 bytes") as refused:
        read_key(text)
    assert "short" not in str(refused.value)
