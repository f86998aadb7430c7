"""Who and what the examples speak of: one case of the demo city and who has to do with it."""

from __future__ import annotations

from datetime import UTC, datetime

from router.core import commands as c

CASE = "VVFD4W3RLEBB5OYU"
OPENED_AT = datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
DUE_AT = datetime(2026, 11, 30, 9, 30, tzinfo=UTC)
DESK = c.Actor(c.ActorRole.DESK, "liuyin")
ABOVE = c.Actor(c.ActorRole.DESK, "hubin")
CALLED = c.Actor(c.ActorRole.DESK, "hubin-power")
WATCHER = c.Actor(c.ActorRole.DESK, "supervision-group")
CHANNEL = c.Actor(c.ActorRole.CHANNEL, "hotline")
FOLLOW_UP = c.Actor(c.ActorRole.FOLLOW_UP, "follow-up")
SUPERVISION = c.Actor(c.ActorRole.SUPERVISION, "supervision")
OTHER = "MB5K2Q7ZTUX3WJRA"
PROJECT = "QH2ZT4KC7RWMV5BN"
ROUTER = c.Actor(c.ActorRole.SYSTEM, "router")
ID = "5f0c3a9be1d27c4460a8b1f2"
