"""Secrets: the key of the personal data, the passwords of ledger and broker. Each comes from a file of its own, so
that it stands in no settings, no process list and no log."""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path
from urllib.parse import quote, unquote

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


def ledger_url(settings: Settings) -> str:
    """The ledger's URL with its password filled in from `ledger_password_file`.

    Not by libpq's own password file: it refuses one that a group may read, as mounted secrets are.

    Raises:
        ConfigurationError: the file is missing.
    """
    return _completed(settings.ledger, settings.ledger_password_file)


def broker_url(settings: Settings) -> str:
    """The broker's URL with its password filled in from `broker_password_file`, for every node that it names.

    Raises:
        ConfigurationError: the file is missing.
    """
    return ";".join(_completed(node, settings.broker_password_file) for node in settings.broker.split(";"))


def management_url(settings: Settings, url: str | None) -> str | None:
    """The URL of the broker's management API, with the password of `broker_password_file` when it names none.

    That password is sent in the name of the user whose it is, and of nobody else.

    Raises:
        ConfigurationError: the file is missing, or the URL names another user and no password.
    """
    if url is None or settings.broker_password_file is None:
        return url
    user = _without_password(url)
    owners = {_without_password(node) for node in settings.broker.split(";")} - {None}
    if user is not None and user not in owners:
        raise ConfigurationError(
            "the URL of the management API names {user} and no password",
            where="--management",
            todo="Write http://{user}:PASSWORD@host:15672; {file} has the password of the user in `broker`.",
            user=user,
            file=settings.broker_password_file,
        )
    return _completed(url, settings.broker_password_file)


def _without_password(url: str) -> str | None:
    """The user of a URL that names one and no password; None: any other URL."""
    user = url.partition("://")[2].partition("/")[0].rpartition("@")[0]
    return unquote(user) if user and ":" not in user else None


def _completed(url: str, file: str | None) -> str:
    """A URL that names a user and no password, with the password of that file; any other one as it is."""
    if file is None:
        return url
    try:
        password = Path(file).read_text(encoding="utf-8").strip()
    except FileNotFoundError as error:
        raise ConfigurationError("the password file is not there", where=file) from error
    scheme, _, rest = url.partition("://")
    authority, slash, path = rest.partition("/")
    user, _, host = authority.rpartition("@")
    # One that stands in the URL was written there on purpose: the administrator's, for `topology apply`.
    if not user or ":" in user:
        return url
    # A password made by a machine is rarely fit for a URL: base64 alone has `/` and `+`.
    return f"{scheme}://{user}:{quote(password, safe='')}@{host}{slash}{path}"
