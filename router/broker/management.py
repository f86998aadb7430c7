"""RabbitMQ's management API, as little of it as `topology apply` needs."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urlsplit, urlunsplit
from urllib.request import ProxyHandler, Request, build_opener

import msgspec

from router.errors import ConfigurationError, RouterError, UnreachableError

_REFUSED = (401, 403)
_SALT_BYTES = 4


class Management:
    """The management API of one broker.

    Args:
        url: `http[s]://user:password@host:15672`; the user is an administrator.
        timeout_s: for one request.

    Raises:
        ConfigurationError: the URL is no HTTP URL.
    """

    def __init__(self, url: str, *, timeout_s: float = 60.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ConfigurationError(
                "this is no URL of a management API",
                where=f"{parts.scheme}://{parts.hostname or ''}",
                todo="Write http://user:password@host:15672.",
            )
        address = parts.netloc.rpartition("@")[2]
        #: Without secrets.
        self.name = urlunsplit((parts.scheme, address, parts.path.rstrip("/"), "", ""))
        login = f"{unquote(parts.username or 'guest')}:{unquote(parts.password or 'guest')}"
        self._authorization = "Basic " + base64.b64encode(login.encode()).decode()
        self._timeout_s = timeout_s
        # A broker's management is reached directly: it stands in the same house.
        self._opener = build_opener(ProxyHandler({}))

    def definitions(self) -> dict[str, Any]:
        """Everything the broker holds, of all virtual hosts.

        Raises:
            UnreachableError: the API does not answer.
            ConfigurationError: it does not let us.
        """
        found = self._call("GET", "definitions")
        return msgspec.json.decode(found, type=dict[str, Any])

    def import_definitions(self, part: dict[str, Any]) -> None:
        """Make what is missing of some definitions, and set users, rights and policies to what they say.

        Raises:
            UnreachableError: the API does not answer.
            ConfigurationError: it does not let us.
            RouterError: it found fault with them.
        """
        self._call("POST", "definitions", part)

    def put_policy(self, vhost: str, name: str, body: dict[str, Any]) -> None:
        """Make or replace a policy; raises as :meth:`import_definitions`."""
        self._call("PUT", f"policies/{quote(vhost, safe='')}/{quote(name, safe='')}", body)

    def _call(self, method: str, path: str, body: object = None) -> bytes:
        request = Request(  # noqa: S310 - the scheme was looked at
            f"{self.name}/api/{path}",
            data=None if body is None else msgspec.json.encode(body),
            headers={"Authorization": self._authorization, "Content-Type": "application/json"},
            method=method,
        )
        try:
            with self._opener.open(request, timeout=self._timeout_s) as answer:
                return bytes(answer.read())
        except HTTPError as error:
            with error:
                raise self._refused(error, method, path) from error
        except (URLError, OSError) as error:
            raise UnreachableError(
                "the management API does not answer: {reason}",
                where=self.name,
                todo="Enable it (rabbitmq-plugins enable rabbitmq_management) or correct the URL.",
                reason=error,
            ) from error

    def _refused(self, error: HTTPError, method: str, path: str) -> RouterError:
        if error.code in _REFUSED:
            return ConfigurationError(
                "the management API refuses us ({status})",
                where=self.name,
                todo="Use an account with the tag `administrator`.",
                status=error.code,
            )
        reason = error.read().decode(errors="replace")[:500]
        return RouterError(
            "{method} {path} ended with {status}: {reason}",
            where=self.name,
            method=method,
            path=path,
            status=error.code,
            reason=reason,
        )


def password_hash(password: str, salt: bytes | None = None) -> str:
    """A password as RabbitMQ keeps it: salted SHA-256.

    `salt` has four bytes; None draws it at random.
    """
    salt = secrets.token_bytes(_SALT_BYTES) if salt is None else salt
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()
