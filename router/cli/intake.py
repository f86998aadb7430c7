"""The HTTP door of `up` and `run intake`: the intake, the health answers beside it, and who may post there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from starlette.types import ASGIApp

from router.app import Installation
from router.cli.health import Health
from router.core.files.toml_table import parse_toml
from router.errors import ConfigurationError
from router.tiers import intake
from router.tiers.batching import UnhurriedSender


def tokens_of(file: str | None) -> dict[str, str]:
    """Token → channel, from a file of `channel = "token"` lines; empty without a file.

    Raises:
        ConfigurationError: the file is missing or wrong.
    """
    if file is None:
        return {}
    try:
        found = parse_toml(Path(file).read_text(encoding="utf-8"), file)
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError("the file of tokens cannot be read", where=file) from error
    for channel, token in found.items():
        if not isinstance(token, str) or not token:
            raise ConfigurationError(
                "a token is a text", where=f"{file}, {channel}", todo='Write {channel} = "…".', channel=channel
            )
    return {token: channel for channel, token in found.items()}


def intake_app(
    installation: Installation, tokens: Mapping[str, str], health: Health, *, ledger_only: bool = False
) -> ASGIApp:
    """The application that is served, with a router of its own: nobody who posts waits for the broker.

    Args:
        installation: what it works on.
        tokens: token → channel.
        health: answers beside it.
        ledger_only: leave all that is to be sent to a relay, and need no broker.
    """
    if ledger_only:
        router = installation.leaving_router()
    else:
        router = installation.router(sender=UnhurriedSender(installation.broker.publisher))
    return intake.app(router, installation.ledger, tokens, installation.now, health=health.routes())
