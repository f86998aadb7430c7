"""Several offices on one case: a call for help and its answer, desks that assist."""

from __future__ import annotations

from router.core.commands.base import Command


class Whistle(Command, frozen=True, kw_only=True, tag="case.whistle.v1"):
    """吹哨: the lead calls named departments to help; each must report in. The lead stays."""

    desks: tuple[str, ...]
    #: What is needed of them.
    text: str = ""


class ReportIn(Command, frozen=True, kw_only=True, tag="case.report_in.v1"):
    """报到: a called department is there."""

    text: str = ""


class AddAssist(Command, frozen=True, kw_only=True, tag="case.add_assist.v1"):
    """增加协办: from above, a desk is told to help. A lead that needs help whistles."""

    desk: str
    text: str = ""


class RemoveAssist(Command, frozen=True, kw_only=True, tag="case.remove_assist.v1"):
    """取消协办: a desk need not help any more; a call it has not answered is taken back."""

    desk: str
    text: str = ""
