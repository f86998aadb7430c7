"""The office: what a desk can say of a case."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from router.core import commands as c
from router.core.telling.messages import Payload
from router.tiers.looking import Looking


class Office(Looking):
    """Says things of cases in a desk's name. Every method returns the command's id, by which a refusal names it.

    A case is given as the message that brought it or as its id. `at` is when it happened, an aware instant; None
    means when it reaches the router, which is what counts unless the two are minutes apart.
    """

    # -- the lead ----------------------------------------------------------------------------------------------

    def accept(self, case: Payload | str, *, at: datetime | None = None) -> str:
        """签收: sign for the case; starts no clock."""
        return self.say(c.Accept, case, at=at)

    def progress(
        self,
        case: Payload | str,
        *,
        text: str = "",
        substantiated: bool | None = None,
        at: datetime | None = None,
    ) -> str:
        """办理进展: report how far it is, and whether the matter was found to be as reported (核实)."""
        return self.say(c.ReportProgress, case, text=text, substantiated=substantiated, at=at)

    def reply(
        self,
        case: Payload | str,
        *,
        text: str = "",
        commitment_due_at: datetime | None = None,
        at: datetime | None = None,
    ) -> str:
        """答复: answer the citizen; stops no clock. A promise in it has a date."""
        return self.say(c.Reply, case, text=text, commitment_due_at=commitment_due_at, at=at)

    def mitigate(self, case: Payload | str, *, text: str = "", at: datetime | None = None) -> str:
        """临时措施: a barrier was put up; no resolution."""
        return self.say(c.Mitigate, case, text=text, at=at)

    def request_return(
        self,
        case: Payload | str,
        *,
        reason: str,
        suggested_desk: str | None = None,
        text: str = "",
        at: datetime | None = None,
    ) -> str:
        """退单申请: ask to give the case back. It stays yours, and its clock runs, until that is approved."""
        return self.say(c.RequestReturn, case, reason=reason, suggested_desk=suggested_desk, text=text, at=at)

    def request_extension(
        self,
        case: Payload | str,
        *,
        reason: str,
        days: int | None = None,
        until: datetime | None = None,
        text: str = "",
        at: datetime | None = None,
    ) -> str:
        """延期申请: ask for so many days more, or until a day. Your clock runs on until that is approved."""
        return self.say(c.RequestExtension, case, reason=reason, days=days, until=until, text=text, at=at)

    def request_suspension(
        self,
        case: Payload | str,
        *,
        reason: str,
        recheck_at: datetime | None = None,
        text: str = "",
        at: datetime | None = None,
    ) -> str:
        """挂账申请: ask to suspend the case on record. Your clock runs on until that is approved."""
        return self.say(c.RequestSuspension, case, reason=reason, recheck_at=recheck_at, text=text, at=at)

    def resume(self, case: Payload | str, *, text: str = "", at: datetime | None = None) -> str:
        """恢复办理: the suspended case can be worked on again."""
        return self.say(c.Resume, case, text=text, at=at)

    def resolve(
        self,
        case: Payload | str,
        *,
        outcome: c.Outcome | str = c.Outcome.SOLVED,
        text: str = "",
        evidence: tuple[str, ...] = (),
        root_cause: str | None = None,
        at: datetime | None = None,
    ) -> str:
        """办结: the problem is dealt with; `outcome` is one of `commands.Outcome`, by value.

        Raises:
            ValueError: there is no such outcome.
        """
        outcome = c.Outcome(outcome)
        return self.say(
            c.Resolve, case, outcome=outcome, text=text, evidence=evidence, root_cause=root_cause, at=at
        )

    def escalate(self, case: Payload | str, *, text: str = "", at: datetime | None = None) -> str:
        """申请提级: ask the tier above to take over."""
        return self.say(c.Escalate, case, text=text, at=at)

    def adopt(self, case: Payload | str, *, report: str, at: datetime | None = None) -> str:
        """采纳: take a late report of the desk that had the case before as the resolution."""
        return self.say(c.Adopt, case, report=report, at=at)

    # -- several offices on one case ----------------------------------------------------------------------------

    def whistle(self, case: Payload | str, *, desks: Sequence[str], text: str, at: datetime | None = None) -> str:
        """吹哨: call departments to help; `text` says with what. Each must report in, the case stays yours."""
        return self.say(c.Whistle, case, desks=tuple(desks), text=text, at=at)

    def report_in(self, case: Payload | str, *, text: str = "", at: datetime | None = None) -> str:
        """报到: you were called to help and are there."""
        return self.say(c.ReportIn, case, text=text, at=at)

    def file_plan(
        self, case: Payload | str, *, text: str = "", evidence: Sequence[str] = (), at: datetime | None = None
    ) -> str:
        """方案: say how you will deal with the matter."""
        return self.say(c.FilePlan, case, text=text, evidence=tuple(evidence), at=at)

    def review(
        self,
        case: Payload | str,
        *,
        passed: bool,
        milestone: str | None = None,
        text: str = "",
        at: datetime | None = None,
    ) -> str:
        """审核: what was done passes or fails; a failed one needs a reason."""
        return self.say(c.Review, case, passed=passed, milestone=milestone, text=text, at=at)

    def mark(
        self,
        case: Payload | str,
        *,
        milestone: str | None = None,
        on_site: bool = False,
        text: str = "",
        at: datetime | None = None,
    ) -> str:
        """督查记录: your desk watches this case and has looked."""
        return self.say(c.Mark, case, milestone=milestone, on_site=on_site, text=text, at=at)

    def mediate(
        self, case: Payload | str, *, desk: str | None = None, text: str = "", at: datetime | None = None
    ) -> str:
        """转调解: refer your case to a mediation desk, the nearest if none is named. It stays yours."""
        return self.say(c.Mediate, case, desk=desk, text=text, at=at)

    def end_mediation(
        self,
        case: Payload | str,
        *,
        settled: bool,
        text: str = "",
        evidence: Sequence[str] = (),
        at: datetime | None = None,
    ) -> str:
        """调解结束: your mediation is settled, or failed, which needs a reason."""
        return self.say(c.EndMediation, case, settled=settled, text=text, evidence=tuple(evidence), at=at)

    # -- those above -------------------------------------------------------------------------------------------

    def dispatch(
        self,
        case: Payload | str,
        *,
        desk: str,
        assists: Sequence[str] = (),
        receipt: str = "",
        at: datetime | None = None,
    ) -> str:
        """派单: hand the case to a desk, and to others to assist; with a receipt, in person (当面交办)."""
        by_hand = bool(receipt)
        return self.say(
            c.Dispatch, case, desk=desk, assists=tuple(assists), in_person=by_hand, receipt=receipt, at=at
        )

    def approve_return(self, case: Payload | str, *, desk: str | None = None, at: datetime | None = None) -> str:
        """同意退单: to `desk`; None: to the one that was suggested."""
        return self.say(c.ApproveReturn, case, desk=desk, at=at)

    def refuse_return(self, case: Payload | str, *, text: str = "", at: datetime | None = None) -> str:
        """不同意退单: the case stays where it is."""
        return self.say(c.RefuseReturn, case, text=text, at=at)

    def approve_extension(self, case: Payload | str, *, text: str = "", at: datetime | None = None) -> str:
        """同意延期: as it was asked for."""
        return self.say(c.ApproveExtension, case, text=text, at=at)

    def refuse_extension(self, case: Payload | str, *, text: str = "", at: datetime | None = None) -> str:
        """不同意延期."""
        return self.say(c.RefuseExtension, case, text=text, at=at)

    def approve_suspension(self, case: Payload | str, *, text: str = "", at: datetime | None = None) -> str:
        """同意挂账: you answer for looking at it again."""
        return self.say(c.ApproveSuspension, case, text=text, at=at)

    def refuse_suspension(self, case: Payload | str, *, text: str = "", at: datetime | None = None) -> str:
        """不同意挂账."""
        return self.say(c.RefuseSuspension, case, text=text, at=at)

    def recheck(
        self,
        case: Payload | str,
        *,
        recheck_at: datetime | None = None,
        text: str = "",
        at: datetime | None = None,
    ) -> str:
        """挂账复核: you looked at a suspended case, and it stays suspended."""
        return self.say(c.Recheck, case, recheck_at=recheck_at, text=text, at=at)

    def designate(self, case: Payload | str, *, desk: str, at: datetime | None = None) -> str:
        """指定承办: name the desk that must take it."""
        return self.say(c.Designate, case, desk=desk, at=at)

    def assign_leader(self, case: Payload | str, *, leader: str, tier: str, at: datetime | None = None) -> str:
        """包案: name the leader who answers for the case, by official account or title."""
        return self.say(c.AssignLeader, case, leader=leader, tier=tier, at=at)

    def instruct(
        self, case: Payload | str, *, leader: str, tier: str, text: str, at: datetime | None = None
    ) -> str:
        """批示: put on record what a leader said is to be done."""
        return self.say(c.Instruct, case, leader=leader, tier=tier, text=text, at=at)

    def add_assist(self, case: Payload | str, *, desk: str, text: str = "", at: datetime | None = None) -> str:
        """增加协办: tell a desk to help."""
        return self.say(c.AddAssist, case, desk=desk, text=text, at=at)

    def remove_assist(self, case: Payload | str, *, desk: str, text: str = "", at: datetime | None = None) -> str:
        """取消协办: a desk need not help any more."""
        return self.say(c.RemoveAssist, case, desk=desk, text=text, at=at)

    def pull(
        self, case: Payload | str, *, desk: str | None = None, text: str = "", at: datetime | None = None
    ) -> str:
        """提办: the top tier takes the case at once; None: your own desk."""
        return self.say(c.Pull, case, desk=desk, text=text, at=at)

    def accept_escalation(self, case: Payload | str, *, at: datetime | None = None) -> str:
        """同意提级: take over a case that was handed up."""
        return self.say(c.AcceptEscalation, case, at=at)
