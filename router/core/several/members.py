"""What a case says to those it belongs with: to its project, to its members, to the same appeal elsewhere."""

from __future__ import annotations

from router.core.commands import NoteMember, Outcome, ResolveWith
from router.core.events import Left, SampleDrawn
from router.core.policies.policy import GateKind
from router.core.rules import Rules
from router.core.step import ROUTER, Draft
from router.core.timing import awaiting


def closed(draft: Draft, gate: str) -> None:
    """A member closes: the project hears of it when it was asked for others and accepts."""
    member = draft.case.member
    if member is not None and member.asked and gate == GateKind.FOLLOW_UP:
        _note(draft, member.project, left=False)


def leave(draft: Draft, rules: Rules, reason: str, text: str = "") -> None:
    """A member is a case of its own again; one that belongs to nothing stays as it is."""
    member = draft.case.member
    if member is not None:
        draft.add(awaiting.left(draft, rules, member.project, reason), text=text)
        _note(draft, member.project, left=True, reason=reason)


def decline(draft: Draft, project: str, reason: str) -> None:
    """A case that was to be a member of a project cannot be."""
    draft.add(Left(project=project, reason=reason))
    _note(draft, project, left=True, reason=reason)


def _note(draft: Draft, project: str, *, left: bool, reason: str = "") -> None:
    draft.also(
        lambda case: NoteMember(
            id="", case_id=project, actor=ROUTER, member=case.id, version=case.version, left=left, reason=reason
        )
    )


def resolve_too(draft: Draft, outcome: Outcome, evidence: tuple[str, ...], text: str) -> None:
    """What was done here was done for others: the members of a project, the same appeal by another channel."""
    project = draft.case.project
    if project is not None:
        asked = project.draw(draft.case.id)
        if asked:
            draft.add(SampleDrawn(asked=asked))
        for one in project.standing():
            chosen = one.case_id in asked if project.sample else None
            _resolve(draft, one.case_id, outcome, evidence, text, project=True, asked=chosen)
    for linked in draft.case.links.standing():
        if linked.same_appeal:
            _resolve(draft, linked.other.case_id, outcome, evidence, text)


def _resolve(
    draft: Draft,
    other: str,
    outcome: Outcome,
    evidence: tuple[str, ...],
    text: str,
    *,
    project: bool = False,
    asked: bool | None = None,
) -> None:
    draft.also(
        lambda case: ResolveWith(
            id="",
            case_id=other,
            actor=ROUTER,
            at=draft.at,
            other=case.id,
            outcome=outcome,
            evidence=evidence,
            text=text,
            project=project,
            asked=asked,
        )
    )
