"""What every command carries, and who gives it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec


class ActorRole(StrEnum):
    """In which office somebody speaks; what they may do also depends on the case (`lifecycle.PERMISSIONS`)."""

    CHANNEL = "channel"  # the source that brought the case
    DESK = "desk"  # a desk, by its code
    DISPATCHER = "dispatcher"  # 派单席
    FOLLOW_UP = "follow_up"  # 回访
    SUPERVISION = "supervision"  # 督查
    CITIZEN = "citizen"  # the resident, by case id and code
    SYSTEM = "system"  # the router itself
    SOURCE = "source"  # history being replayed: speaks for whoever leads then


class Actor(msgspec.Struct, frozen=True):
    """Who gives a command."""

    role: ActorRole
    #: Desk code for desks, channel for channels; an operator's account for people. Never a citizen's name.
    id: str = ""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a problem is, as far as known; no exact address (that is personal data, see `Contact`)."""

    asset_id: str | None = None
    address_id: str | None = None
    longitude: float | None = None
    latitude: float | None = None
    #: Coordinate system of the point: WGS-84, GCJ-02 or BD-09.
    crs: str = "WGS-84"


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """Personal data of a complainant. Kept encrypted in `contacts` and nowhere else; the core never sees it."""

    name: str = ""
    phone: str = ""
    identity_number: str = ""
    address: str = ""


class Reprocess(StrEnum):
    """Who works on a case again whose gate has failed (重办)."""

    SAME_DESK = "same_desk"  # 原单位
    ONE_UP = "one_up"  # 提级一层


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    """What every command carries."""

    #: Unique id of the command (the AMQP message id).
    id: str
    case_id: str
    actor: Actor
    #: When it happened at the source; None: when it reached us.
    at: datetime | None = None
