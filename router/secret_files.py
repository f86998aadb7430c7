"""Secrets: the key of the personal data and the broker's password, each from a file of its own, so that they stand
in no settings, no process list and no log."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path
from urllib.parse import quote

from router.errors import ConfigurationError
from router.ledger.contacts import KEY_BYTES, read_key
from router.settings import Settings

#: Environment variable with the key of the personal data.
CONTACT_KEY = "CASE_ROUTER_CONTACT_KEY"


def contact_key(settings: Settings) -> bytes | None:
    """The 32-byte key of the personal data; None when there is none.

    From `contact_key_file`, from the environment (`CASE_ROUTER_CONTACT_KEY`), or, beside an SQLite file, from a
    file that is made at first use and readable by its owner alone.

    Raises:
        ConfigurationError: the file is missing or holds no key.
    """
    if settings.contact_key_file is not None:
        return _key_from(Path(settings.contact_key_file))
    given = os.environ.get(CONTACT_KEY)
    if given:
        return read_key(given.encode())
    database = settings.ledger_file
    if database is None:
        return None
    path = Path(f"{database}.key")
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(base64.b64encode(secrets.token_bytes(KEY_BYTES)))
    return _key_from(path)


def _key_from(path: Path) -> bytes:
    try:
        return read_key(path.read_bytes())
    except FileNotFoundError as error:
        raise ConfigurationError(
            "the key file is not there", where=str(path), todo="Make one: head -c 32 /dev/urandom | base64 > FILE"
        ) from error


def broker_url(settings: Settings) -> str:
    """The broker's URL with its password filled in from `broker_password_file`, for every node that it names.

    Raises:
        ConfigurationError: the file is missing.
    """
    if settings.broker_password_file is None:
        return settings.broker
    path = Path(settings.broker_password_file)
    try:
        password = path.read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise ConfigurationError("the password file is not there", where=str(path)) from error
    return ";".join(_with_password(node, password) for node in settings.broker.split(";"))


def _with_password(url: str, password: str) -> str:
    scheme, _, rest = url.partition("://")
    user, _, host = rest.rpartition("@")
    # One that stands in the URL was written there on purpose: the administrator's, for `topology apply`.
    if ":" in user:
        return url
    # A password made by a machine is rarely fit for a URL: base64 alone has `/` and `+`.
    return f"{scheme}://{user}:{quote(password, safe='')}@{host}"
