"""`case-router health`: asks a process of this machine for its health answer, for whatever runs a command
rather than ask over HTTP: a container's health check, a supervisor."""

from __future__ import annotations

from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

import click
import msgspec

from router.cli.call import Call
from router.cli.grammar import Spoken, option
from router.cli.output import emit, emit_json
from router.cli.words import said, word
from router.errors import CheckFailedError, UnreachableError, UsageError
from router.settings import Settings

#: Longer than any check of `/readyz` takes to give up on a database (5 s), shorter than a health check may take.
_TIMEOUT_S = 8.0
#: Where one asks a process that listens everywhere.
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - nothing listens here


@click.command("health", cls=Spoken)
@option("--http-host", metavar="HOST", says="health --http-host")
@option("--http-port", type=click.IntRange(0, 65535), metavar="PORT", says="health --http-port")
@option("--live", is_flag=True)
@click.pass_obj
def health(call: Call, /, http_host: str | None, http_port: int | None, live: bool) -> int:  # noqa: FBT001 - click
    """Ask whether a process could do its work now; 7 when it could not, 6 when nobody answers."""
    settings = call.settings(http_host=http_host, http_port=http_port)
    if settings.http_port == 0:
        raise UsageError(said("health_which_port"), where="http_port")
    passed, answer = _asked(f"{_origin(settings)}/{'livez' if live else 'readyz'}")
    if call.as_json:
        emit_json(answer)
    else:
        # Of `/readyz` one line a check; of `/livez` whether it lives and which loops are stuck.
        emit("\n".join(f"{name}  {_shown(value)}" for name, value in answer.get("checks", answer).items()))
    return 0 if passed else CheckFailedError.exit_code


def _origin(settings: Settings) -> str:
    host = _EVERYWHERE.get(settings.http_host, settings.http_host)
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.http_port}"


def _asked(url: str) -> tuple[bool, dict[str, Any]]:
    """Whether the answer is 200, and its document.

    Raises:
        UnreachableError: nobody answers there, or somebody else.
    """
    # It stands on this machine: no proxy is asked, whatever the environment says.
    opener = build_opener(ProxyHandler({}))
    try:
        try:
            with opener.open(url, timeout=_TIMEOUT_S) as answer:
                return True, msgspec.json.decode(answer.read(), type=dict[str, Any])
        except HTTPError as error:
            with error:
                if error.code != 503:
                    raise UnreachableError(said("health_somebody_else", status=error.code), where=url) from error
                return False, msgspec.json.decode(error.read(), type=dict[str, Any])
    except (OSError, HTTPException, msgspec.DecodeError) as error:
        raise UnreachableError(
            said("health_nobody"), where=url, todo=said("health_nobody_todo", reason=error)
        ) from error


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return word("yes" if value else "no")
    return ", ".join(map(str, value)) or "-" if isinstance(value, list) else str(value)
