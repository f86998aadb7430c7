"""Personal data: encrypted under a key that is not in the database, with a retention and a log of readers.

The law of the file: a name, a phone, an identity number or an address is never stored, logged or compared in
the clear. Complainants are told apart by a keyed hash.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import partial

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, bindparam, delete, insert, select

from router.core.commands import Contact
from router.errors import ConfigurationError
from router.ledger import schema, sets
from router.ledger.columns import Instant

KEY_BYTES = 32
_NONCE_BYTES = 12

#: How long personal data are kept after they came in. No statute gives one figure; three years is the general
#: limitation period of the Civil Code (art. 188), after which no claim can rest on the case.
RETENTION = timedelta(days=3 * 366)

_HOW_TO_MAKE_ONE = (
    "Make one with `head -c 32 /dev/urandom | base64`, keep it in a file of its own that is backed up apart "
    "from the database, and give it in the settings; without it contacts cannot be read again."
)

_contacts = schema.contacts

#: One person's data that have not expired.
ONE_CONTACT = select(_contacts.c.key_id, _contacts.c.sealed).where(
    _contacts.c.ref == bindparam("ref"), _contacts.c.expires_at > bindparam("now", type_=Instant)
)
#: Notes a reading, whether or not there was anything to be read.
NOTE_READING = insert(schema.contact_reads)
#: Removes personal data whose retention has ended; the log of readers stays.
FORGET_EXPIRED = delete(_contacts).where(_contacts.c.expires_at <= bindparam("now", type_=Instant))


def read_key(text: bytes) -> bytes:
    """The key that a file or an environment variable holds: 32 bytes, as they are, in base64 or hexadecimal.

    Raises:
        ConfigurationError: it is neither.
    """
    if len(text) == KEY_BYTES:
        return text
    text = text.strip()
    try:
        key = (
            bytes.fromhex(text.decode("ascii"))
            if len(text) == 2 * KEY_BYTES
            else base64.b64decode(text, validate=True)
        )
    except (ValueError, binascii.Error):
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigurationError(
            "the key for contacts is not {bytes} bytes in base64", todo=_HOW_TO_MAKE_ONE, bytes=KEY_BYTES
        )
    return key


class Seal:
    """Encrypts, decrypts and hashes under one key.

    Args:
        key: 32 bytes; None: nothing personal can be kept.

    Raises:
        ConfigurationError: the key is of another length.
    """

    def __init__(self, key: bytes | None) -> None:
        if key is not None and len(key) != KEY_BYTES:
            raise ConfigurationError(
                "the key for contacts is not {bytes} bytes", todo=_HOW_TO_MAKE_ONE, bytes=KEY_BYTES
            )
        self._cipher = AESGCM(_derived(key, b"encrypt")) if key else None
        self._hash_key = _derived(key, b"hash") if key else None
        #: Tells keys apart in the database; empty without a key.
        self.key_id = _derived(key, b"id").hex()[:16] if key else ""

    @property
    def has_key(self) -> bool:
        return self._cipher is not None

    def close(self, clear: bytes, bound_to: str) -> bytes:
        """Encrypt; the result opens only under the same `bound_to`, so that rows cannot be swapped.

        Raises:
            ConfigurationError: there is no key.
        """
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._needed().encrypt(nonce, clear, bound_to.encode())

    def open(self, sealed: bytes, bound_to: str) -> bytes:
        """Decrypt.

        Raises:
            ConfigurationError: there is no key, or it is not the one this was encrypted under.
        """
        if self._cipher is None:
            raise _locked()
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], bound_to.encode())
        except InvalidTag:
            raise _another_key(bound_to) from None

    def keyed_hash(self, value: str) -> str:
        """A complainant's phone or identity number as 64 hex digits that tell nothing without the key.

        Raises:
            ConfigurationError: there is no key.
        """
        if self._hash_key is None:
            raise _no_key()
        return hmac.new(self._hash_key, value.encode(), hashlib.sha256).hexdigest()

    def _needed(self) -> AESGCM:
        if self._cipher is None:
            raise _no_key()
        return self._cipher


def keep(connection: Connection, seal: Seal, contacts: Mapping[str, Contact], now: datetime) -> None:
    """Encrypt and store under each reference; a reference that exists keeps its first content.

    Raises:
        ConfigurationError: there is no key.
    """
    rows = [
        {
            "ref": ref,
            "key_id": seal.key_id,
            "sealed": seal.close(msgspec.json.encode(contact), ref),
            "kept_at": now,
            "expires_at": now + RETENTION,
        }
        for ref, contact in contacts.items()
    ]
    sets.insert_new(connection, _contacts, rows)


def read(
    connection: Connection, seal: Seal, ref: str, *, reader: str, reason: str, now: datetime
) -> Contact | None:
    """Decrypt one person's data and note who read them; None when there are none (any more).

    Raises:
        ConfigurationError: there is no key, or it is not the one they were encrypted under.
    """
    row = connection.execute(ONE_CONTACT, {"ref": ref, "now": now}).first()
    note_reading(connection, ref, reader=reader, reason=reason, now=now, found=row is not None)
    if row is None:
        return None
    if seal.has_key and row.key_id != seal.key_id:
        raise _another_key(ref)
    return msgspec.json.decode(seal.open(row.sealed, ref), type=Contact)


def read_all(
    connection: Connection,
    seal: Seal,
    refs: Collection[str],
    *,
    about: str,
    reader: str,
    reason: str,
    now: datetime,
) -> dict[str, Contact]:
    """Decrypt several people's data, of those that are there, and note what for, and each reading.

    Raises:
        ConfigurationError: as :func:`read`.
    """
    note_reading(connection, about, reader=reader, reason=reason, now=now, found=bool(refs))
    read_one = partial(read, connection, seal, reader=reader, reason=reason, now=now)
    found = {ref: read_one(ref) for ref in sorted(refs)}
    return {ref: contact for ref, contact in found.items() if contact is not None}


def note_reading(
    connection: Connection, ref: str, *, reader: str, reason: str, now: datetime, found: bool
) -> None:
    """Note who read what may be personal, and why: a contact's reference, `parked:` and a message's id, or
    `register:` and whose."""
    note = {"ref": ref, "reader": reader, "reason": reason, "read_at": now, "found": found}
    connection.execute(NOTE_READING, note)


def forget_expired(connection: Connection, now: datetime) -> int:
    """Remove personal data whose retention has ended; returns how many people's."""
    return connection.execute(FORGET_EXPIRED, {"now": now}).rowcount


def _derived(key: bytes, purpose: bytes) -> bytes:
    """A key for one purpose only, so that nothing learnt from one serves another."""
    return hmac.new(key, b"case-router contacts " + purpose, hashlib.sha256).digest()


#: Where a key is looked for.
_WHERE_IT_IS_SAID = (
    "Name the key's file in the setting contact_key_file, or give the key in CASE_ROUTER_CONTACT_KEY."
)


def _no_key() -> ConfigurationError:
    return ConfigurationError("personal data came in and there is no key to encrypt them", todo=_HOW_TO_MAKE_ONE)


def _locked() -> ConfigurationError:
    return ConfigurationError(
        "the personal data are encrypted, and no key was given to read them", todo=_WHERE_IT_IS_SAID
    )


def _another_key(where: str) -> ConfigurationError:
    return ConfigurationError(
        "the personal data were encrypted under another key than the one given",
        where=where,
        todo="Give the key that was in use when they were recorded (contact_key_file or CASE_ROUTER_CONTACT_KEY).",
    )
