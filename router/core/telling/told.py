"""What is told beside the messages about one case: lists for people, questions to programs. Part of `messages`."""

from __future__ import annotations

from datetime import datetime

import msgspec

from router.core.policies.priority import Priority


class NoticeLine(msgspec.Struct, frozen=True, kw_only=True):
    """One case of a list: the newest of what its people were to be told."""

    case_id: str
    #: `reminder`, `missed`, `repeated`, `supervised`, `level`, `escalated` (it is yours now), `taken` (no more),
    #: `urged` (by the citizen), `unstaffed` (the desk below shows no sign of life).
    kind: str
    #: Name of the milestone or of the level; empty when it is not about one.
    milestone: str = ""
    #: The instant it is about; None: there is none.
    due_at: datetime | None = None
    #: When it came to be told.
    told_at: datetime
    #: How many notices of the case this line stands for.
    count: int = 1
    #: What comes first among cases, as it is when the list is made.
    priority: Priority = Priority.NORMAL


class NoticeList(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="desk.notices.v1"):
    """提醒清单: for the people at a desk: what its cases ask of them since the last list. Nothing to answer."""

    desk: str
    #: A line for each case; emergencies first, then by instant, with the head start that its priority gives.
    lines: tuple[NoticeLine, ...]
    #: Cases beyond the longest list; `notices list` has them all.
    more: int = 0
    made_at: datetime


class ResendWanted(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="program.resend_wanted.v1"):
    """请重发: the ledger was restored from a backup; send again what you have sent, and say when that was."""

    #: Id of the restore, which goes back in the header `resent-for` of all you send again.
    restore: str
    #: Everything you sent from this instant on is wanted, the same bodies under the same ids.
    since: datetime
