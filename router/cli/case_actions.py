"""What can be done to a case from the shell, one command of the core each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from router.cli.acting import about_a_case, act
from router.cli.call import Call
from router.cli.grammar import Spoken, option
from router.cli.times import WHEN
from router.cli.words import said
from router.core import commands as c
from router.core.commands import ActorRole
from router.errors import UsageError

_text = option("--text", default="", metavar="TEXT")
_reason_text = option("--reason", "text", default="", metavar="TEXT")
_to = option("--to", "to", required=True, metavar="CODE", says="case --to")


@click.command("dispatch", cls=Spoken)
@about_a_case
@_to
@option("--assist", multiple=True, metavar="CODE")
@option("--receipt", metavar="REF")
@click.pass_obj
def dispatch(call: Call, /, to: str, assist: Sequence[str], receipt: str | None, **who: Any) -> int:
    """派单."""
    paper: dict[str, Any] = {"in_person": receipt is not None, "receipt": receipt or ""}
    return act(call, c.Dispatch, ActorRole.DISPATCHER, receiver=to, assists=tuple(assist), **paper, **who)


@click.command("accept", cls=Spoken)
@about_a_case
@click.pass_obj
def accept(call: Call, /, **who: Any) -> int:
    """签收."""
    return act(call, c.Accept, ActorRole.DESK, **who)


@click.command("report", cls=Spoken)
@about_a_case
@option("--substantiated/--unsubstantiated", "substantiated", default=None)
@_text
@click.pass_obj
def report(call: Call, /, **who: Any) -> int:
    """办理进展."""
    return act(call, c.ReportProgress, ActorRole.DESK, **who)


@click.command("reply", cls=Spoken)
@about_a_case
@_text
@option("--promise", "promise", type=WHEN, metavar="TIME", says="case reply --promise")
@click.pass_obj
def reply(call: Call, /, promise: datetime | None, **who: Any) -> int:
    """答复."""
    return act(call, c.Reply, ActorRole.DESK, commitment_due_at=promise, **who)


@click.command("mitigate", cls=Spoken)
@about_a_case
@_text
@click.pass_obj
def mitigate(call: Call, /, **who: Any) -> int:
    """临时措施."""
    return act(call, c.Mitigate, ActorRole.DESK, **who)


@click.command("return", cls=Spoken)
@about_a_case
@option("--reason", required=True, metavar="TEXT")
@option("--suggest", "suggested_desk", metavar="CODE")
@_text
@click.pass_obj
def return_(call: Call, /, **who: Any) -> int:
    """退单申请."""
    return act(call, c.RequestReturn, ActorRole.DESK, **who)


@click.command("approve-return", cls=Spoken)
@about_a_case
@option("--to", "to", metavar="CODE", says="case --to")
@click.pass_obj
def approve_return(call: Call, /, to: str | None, **who: Any) -> int:
    """同意退单."""
    return act(call, c.ApproveReturn, ActorRole.DISPATCHER, receiver=to, **who)


@click.command("refuse-return", cls=Spoken)
@about_a_case
@_reason_text
@click.pass_obj
def refuse_return(call: Call, /, **who: Any) -> int:
    """不同意退单."""
    return act(call, c.RefuseReturn, ActorRole.DISPATCHER, **who)


@click.command("designate", cls=Spoken)
@about_a_case
@_to
@click.pass_obj
def designate(call: Call, /, to: str, **who: Any) -> int:
    """指定承办."""
    return act(call, c.Designate, ActorRole.SUPERVISION, receiver=to, **who)


@click.command("resolve", cls=Spoken)
@about_a_case
@option("--outcome", type=click.Choice([one.value for one in c.Outcome]), default=c.Outcome.SOLVED.value)
@_text
@option("--evidence", multiple=True, metavar="REF")
@option("--root-cause", metavar="TEXT")
@click.pass_obj
def resolve(call: Call, /, outcome: str, evidence: Sequence[str], **who: Any) -> int:
    """办结."""
    return act(call, c.Resolve, ActorRole.DESK, outcome=c.Outcome(outcome), evidence=tuple(evidence), **who)


@click.command("follow-up", cls=Spoken)
@about_a_case
@option("--result", required=True, type=click.Choice([one.value for one in c.FollowUpResult]))
@option("--asked", type=click.IntRange(1), default=1, show_default=True)
@option("--accepted", type=click.IntRange(0))
@option("--contacted/--not-contacted", "contacted", default=None)
@option("--solved/--unsolved", "solved", default=None, says="case follow-up --solved")
@option("--satisfaction", type=click.Choice([one.value for one in c.Satisfaction]))
@option("--team", multiple=True, metavar="CODE")
@option("--reprocess", type=click.Choice([one.value for one in c.Reprocess]))
@click.pass_obj
def follow_up(
    call: Call, /, result: str, asked: int, accepted: int | None, reprocess: str | None, **who: Any
) -> int:
    """回访."""
    answers = _answers(who.pop("contacted"), who.pop("solved"), who.pop("satisfaction"))
    found = c.FollowUpResult(result)
    if accepted is None:
        accepted = asked if found is c.FollowUpResult.ACCEPTED else 0
    counts: dict[str, Any] = {"asked": asked, "accepted": accepted, "answers": answers}
    again = c.Reprocess(reprocess) if reprocess is not None else None
    return act(call, c.FollowUp, ActorRole.FOLLOW_UP, result=found, reprocess=again, **counts, **who)


def _answers(contacted: bool | None, solved: bool | None, satisfaction: str | None) -> c.Answers | None:  # noqa: FBT001 - click's flags
    """What the resident said of the unit: all three answers, or none.

    Raises:
        UsageError: some of them are missing.
    """
    if contacted is None and solved is None and satisfaction is None:
        return None
    if contacted is None or solved is None or satisfaction is None:
        raise UsageError(said("answers_missing"), todo=said("answers_missing_todo"))
    return c.Answers(contacted=contacted, solved=solved, satisfaction=c.Satisfaction(satisfaction))


@click.command("close", cls=Spoken)
@about_a_case
@click.pass_obj
def close(call: Call, /, **who: Any) -> int:
    """归档."""
    return act(call, c.Close, ActorRole.FOLLOW_UP, **who)


@click.command("reopen", cls=Spoken)
@about_a_case
@_reason_text
@click.pass_obj
def reopen(call: Call, /, **who: Any) -> int:
    """重办."""
    return act(call, c.Reopen, ActorRole.FOLLOW_UP, **who)


@click.command("escalate", cls=Spoken)
@about_a_case
@_reason_text
@click.pass_obj
def escalate(call: Call, /, **who: Any) -> int:
    """申请提级."""
    return act(call, c.Escalate, ActorRole.DESK, **who)


@click.command("accept-escalation", cls=Spoken)
@about_a_case
@click.pass_obj
def accept_escalation(call: Call, /, **who: Any) -> int:
    """同意提级."""
    return act(call, c.AcceptEscalation, ActorRole.DESK, **who)


@click.command("adopt", cls=Spoken)
@about_a_case
@option("--report", required=True, metavar="ID")
@click.pass_obj
def adopt(call: Call, /, **who: Any) -> int:
    """采纳."""
    return act(call, c.Adopt, ActorRole.DESK, **who)


@click.command("correct", cls=Spoken)
@about_a_case
@option("--category", metavar="CODE")
@option("--division", metavar="CODE/CODE")
@option("--subject-desk", metavar="CODE")
@option("--named-desk", "named_desks", multiple=True, metavar="CODE")
@option("--named-person", "named_persons", multiple=True, metavar="ACCOUNT")
@option("--not-named", "not_named", multiple=True, metavar="CODE|ACCOUNT")
@option("--confidential/--not-confidential", "confidential", default=None)
@option("--affected", type=click.IntRange(1))
@click.pass_obj
def correct(call: Call, /, division: str | None, **who: Any) -> int:
    """更正."""
    path = tuple(code or None for code in division.split("/")) if division else None
    return act(call, c.Correct, ActorRole.DISPATCHER, division=path, **who)


@click.command("withdraw", cls=Spoken)
@about_a_case
@_reason_text
@click.pass_obj
def withdraw(call: Call, /, **who: Any) -> int:
    """撤回: the channel's word, unless somebody else is named."""
    return act(call, c.Withdraw, ActorRole.CHANNEL, **who)
