"""The second list of a policy: levels of supervision that rise while a case is not solved."""

from __future__ import annotations

from router.core.commands.base import Command


class ConfirmLevel(Command, frozen=True, kw_only=True, tag="case.confirm_level.v1"):
    """确认督办升级: the named officer confirms that a case is put before a higher level."""

    #: Name of the level that was proposed.
    level: str
    text: str = ""
