"""What operators do about deadlines that were, or would be, judged wrongly; always by the router's own hand."""

from __future__ import annotations

from datetime import datetime

from router.core.commands.base import Command
from router.core.commands.life import Open


class TakeOver(Open, frozen=True, kw_only=True, tag="case.take_over.v1"):
    """接管在办工单: a case that runs elsewhere is kept here from now on; `at` is when it was received there."""


class CancelDeadlines(Command, frozen=True, kw_only=True, tag="case.cancel_deadlines.v1"):
    """时限作废: what has passed and was held counts as not missed; each deadline gets an instant ahead."""

    #: Who decided that.
    by: str
    text: str


class UndoEscalation(Command, frozen=True, kw_only=True, tag="case.undo_escalation.v1"):
    """撤销提级: a deadline took the case up wrongly. The miss is withdrawn, and the case goes back."""

    milestone: str
    #: The instant that was taken for missed.
    due_at: datetime
    #: The desk that lost it by that, and the step it stood on.
    desk: str
    step: int
    #: Who decided that.
    by: str
    text: str


class Rearm(Command, frozen=True, kw_only=True, tag="case.rearm.v1"):
    """补设时限: an open case has no next deadline though its policy sets one; it gets one ahead."""


class NoteUnstaffed(Command, frozen=True, kw_only=True, tag="case.note_unstaffed.v1"):
    """无人值守: the lead's program has shown no sign of life; its superior is told, the case stays."""

    desk: str
    #: When it was last seen or heard of.
    since: datetime
