"""The clocks of a case: extensions, suspensions, excuses, stars, and the move to another policy."""

from __future__ import annotations

from datetime import datetime

from router.core.commands.base import Command


class RequestExtension(Command, frozen=True, kw_only=True, tag="case.request_extension.v1"):
    """延期申请: ask for more time, before the case is due. Nothing stops until that is approved."""

    reason: str
    #: Days more, of the kind that the policy's longest extension counts. Give these or `until`.
    days: int | None = None
    until: datetime | None = None
    text: str = ""


class ApproveExtension(Command, frozen=True, kw_only=True, tag="case.approve_extension.v1"):
    """同意延期: as it was asked for. A deadline that was missed meanwhile stays missed."""

    text: str = ""


class RefuseExtension(Command, frozen=True, kw_only=True, tag="case.refuse_extension.v1"):
    """不同意延期."""

    text: str = ""


class RequestSuspension(Command, frozen=True, kw_only=True, tag="case.request_suspension.v1"):
    """挂账申请: ask to suspend a case on record, before it is due. Nothing stops until that is approved."""

    reason: str
    #: When the tier above looks at it again; None: after the policy's usual time.
    recheck_at: datetime | None = None
    text: str = ""


class ApproveSuspension(Command, frozen=True, kw_only=True, tag="case.approve_suspension.v1"):
    """同意挂账: the clocks stand still, but for those that never pause."""

    text: str = ""


class RefuseSuspension(Command, frozen=True, kw_only=True, tag="case.refuse_suspension.v1"):
    """不同意挂账."""

    text: str = ""


class Recheck(Command, frozen=True, kw_only=True, tag="case.recheck.v1"):
    """挂账复核: a suspended case was looked at and stays suspended."""

    #: When it is looked at next; None: after the policy's usual time.
    recheck_at: datetime | None = None
    text: str = ""


class Resume(Command, frozen=True, kw_only=True, tag="case.resume.v1"):
    """恢复办理: the suspension ends, the clocks run again."""

    text: str = ""


class Excuse(Command, frozen=True, kw_only=True, tag="case.excuse.v1"):
    """申诉剔除: a recorded miss is taken out of a desk's figures, by supervision; it stays on record."""

    milestone: str
    #: The instant that was missed.
    due_at: datetime
    text: str = ""


class Star(Command, frozen=True, kw_only=True, tag="case.star.v1"):
    """加星: a key case; it gets the policy that matches now."""

    text: str = ""


class Unstar(Command, frozen=True, kw_only=True, tag="case.unstar.v1"):
    """取消加星: never by the handling desk."""

    text: str = ""


class Replan(Command, frozen=True, kw_only=True, tag="case.replan.v1"):
    """重排时限: a running case moves to the version of its policy that is in force."""
