"""What outsiders send: a channel's opening of a case, and any command as a message."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from router.broker.envelope import encode
from router.broker.port import Outgoing
from router.core.commands import Actor, ActorRole, Command, Open
from router.core.territory import address


def opening(number: int | str, **more: Any) -> Open:
    """The hotline opens a case, of the willow street's unless said otherwise."""
    given: dict[str, Any] = {
        "id": f"hotline:{number}",
        "case_id": "",
        "actor": Actor(ActorRole.CHANNEL, more.get("channel", "hotline")),
        "source": more.get("channel", "hotline"),
        "source_id": str(number),
        "channel": "hotline",
        "category": "lamp",
        "division": ("lake", "willow"),
    }
    return Open(**(given | more))


def message(command: Command, exchange: str, key: str, at: datetime, **more: Any) -> Outgoing:
    """A command as a message, sent at an instant."""
    given: dict[str, Any] = {
        "id": command.id,
        "exchange": exchange,
        "key": key,
        "type": str(command.__struct_config__.tag),
        "case_id": command.case_id,
        "case_version": 0,
        "body": encode(command),
        "timestamp": at,
    }
    return Outgoing(**(given | more))


def handed_in(command: Open, at: datetime) -> Outgoing:
    """An opening as its channel's program sends it."""
    return message(command, address.INTAKE, address.intake_key(command.channel, "open"), at)
