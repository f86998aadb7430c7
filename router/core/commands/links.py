"""Cases that belong together, and what is said of a case later: linked, urged, blanked."""

from __future__ import annotations

from datetime import datetime

import msgspec

from router.core.commands.base import Command


class Related(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one case may know of another one that belongs to it: no text, no person."""

    case_id: str
    #: Of that case, when it was said: what is older than what was heard of it already changes nothing.
    version: int
    origin: str
    opened_at: datetime
    category: str | None = None
    #: Code of its division.
    division: str = ""
    #: Keyed hash, as in the case itself; None: nobody knows who complained.
    complainant: str | None = None
    #: Somebody works on it, or has yet to.
    is_open: bool = True
    #: When its citizen last got a reply or a resolution.
    answered_at: datetime | None = None


class Link(Command, frozen=True, kw_only=True, tag="case.link.v1"):
    """关联: two cases are about one matter. Never the handling desk's word."""

    #: Id of the other case.
    other: str
    #: Why.
    text: str = ""
    #: The same words of the same person through two channels. The router finds that by itself.
    same_appeal: bool = False
    #: The other case, when it is the router that says so; a person's word finds it in the ledger.
    about: Related | None = None


class Unlink(Command, frozen=True, kw_only=True, tag="case.unlink.v1"):
    """取消关联: two cases are two matters after all. Never the handling desk's word."""

    other: str
    text: str = ""
    #: As in `case.link.v1`.
    about: Related | None = None
    #: The other case is kept from most since: the router's own word, of which nobody is told.
    quiet: bool = False


class Urge(Command, frozen=True, kw_only=True, tag="case.urge.v1"):
    """催单: the citizen asks what becomes of it, once a day at most. No second case."""

    text: str = ""


class Redact(Command, frozen=True, kw_only=True, tag="case.redact.v1"):
    """删改: blank the text of one entry, wherever it stands; who did that and why stays on record."""

    #: Version of the entry, as `case show` numbers them; the first one's text is the case's own.
    entry: int
    #: Why.
    text: str = ""
