"""Several offices on one case: a call for help and its answer, desks that assist, its task force, its watchers."""

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


class AssignLeader(Command, frozen=True, kw_only=True, tag="case.assign_leader.v1"):
    """包案: name the leader who answers for the case; naming another replaces the first."""

    #: Official account or title; never a citizen's name.
    leader: str
    #: Name of the leader's tier.
    tier: str


class Instruct(Command, frozen=True, kw_only=True, tag="case.instruct.v1"):
    """批示: put on record what a leader said is to be done."""

    #: Official account or title.
    leader: str
    #: Name of the leader's tier.
    tier: str
    text: str = ""


class FilePlan(Command, frozen=True, kw_only=True, tag="case.file_plan.v1"):
    """方案: the lead says how it will deal with the matter."""

    text: str = ""
    #: References of documents; no personal data.
    evidence: tuple[str, ...] = ()


class Review(Command, frozen=True, kw_only=True, tag="case.review.v1"):
    """审核: whoever the policy names says whether what was done so far will do."""

    passed: bool
    #: The milestone it is for; None: the next one that waits for this reviewer.
    milestone: str | None = None
    text: str = ""


class Mark(Command, frozen=True, kw_only=True, tag="case.mark.v1"):
    """督查记录: a watcher has looked. Each watcher's mark is its own."""

    #: The milestone it is for; None: the next one that waits for this watcher.
    milestone: str | None = None
    #: 现场督办: the watcher was there.
    on_site: bool = False
    text: str = ""


class Mediate(Command, frozen=True, kw_only=True, tag="case.mediate.v1"):
    """转调解: hand the quarrel in a case to a mediation desk. The lead stays, and so do its clocks."""

    #: None: the nearest mediation desk of the case's place.
    desk: str | None = None
    text: str = ""


class EndMediation(Command, frozen=True, kw_only=True, tag="case.end_mediation.v1"):
    """调解结束: settled, which resolves the case; or failed, and the lead goes on."""

    settled: bool
    text: str = ""
    #: References of documents, such as the agreement; no personal data.
    evidence: tuple[str, ...] = ()
