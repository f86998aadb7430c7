"""The gate of a policy's file: read, and checked against what else the file says."""

from __future__ import annotations

from collections.abc import Sequence

from router.core.commands import Reprocess
from router.core.files.toml_table import Table
from router.core.policies.policy import Anchor, Gate, GateKind, MilestoneRule, Satisfies, Watcher
from router.sentences import nearest

_KEYS = ("kind", "ask", "accept_share", "unreachable_after", "report_after", "reprocess", "sample", "joint")


def read_gate(table: Table, milestones: Sequence[MilestoneRule], watchers: Sequence[Watcher]) -> Gate:
    """`[gate]`.

    Raises:
        ConfigurationError: something in it is wrong; the message names file, key and reason.
    """
    read, usual = table.table("gate", _KEYS), Gate()
    report_after = read.flag("report_after")
    gate = Gate(
        kind=read.choice("kind", GateKind, usual.kind),
        ask=read.whole("ask", usual.ask, at_least=1),
        accept_share=read.share("accept_share", usual.accept_share),
        unreachable_after=read.whole("unreachable_after", usual.unreachable_after, at_least=0),
        report_after=usual.report_after if report_after is None else report_after,
        reprocess=read.choice("reprocess", Reprocess, usual.reprocess),
        sample=read.share("sample", usual.sample),
        joint=_joint(read, watchers),
    )
    if gate.joint and gate.kind is not GateKind.FOLLOW_UP:
        raise table.wrong(
            "gate",
            "joint says who must have asked, and nobody is asked here",
            'Write kind = "follow_up", or leave joint out.',
        )
    if gate.sample < 1 and gate.kind is not GateKind.FOLLOW_UP:
        raise table.wrong(
            "gate",
            "sample says how many residents are asked, and nobody is asked here",
            'Write kind = "follow_up", or leave sample out.',
        )
    if gate.kind is GateKind.NONE:
        _check_none(table, gate)
    else:
        _check_clock(table, gate, milestones)
    return gate


def _joint(read: Table, watchers: Sequence[Watcher]) -> tuple[str, ...]:
    names, known = read.texts("joint"), tuple(one.name for one in watchers)
    for name in names:
        if name not in known:
            raise read.wrong(
                "joint",
                "there is no watcher {by}",
                "{nearest}Declare it as a [[watcher]].",
                by=name,
                nearest=nearest(name, known),
            )
    return names


def _check_none(table: Table, gate: Gate) -> None:
    """Without a gate nothing waits for it, and nothing fails."""
    if gate.report_after:
        raise table.wrong(
            "gate",
            "report_after waits for a gate, and there is none",
            'Write kind = "follow_up" or "inspection", or leave report_after out.',
        )
    if gate.reprocess is not Reprocess.SAME_DESK:
        raise table.wrong(
            "gate",
            "reprocess says who works on it when the gate fails, and there is none",
            'Write kind = "follow_up" or "inspection", or leave reprocess out.',
        )


def _check_clock(table: Table, gate: Gate, milestones: Sequence[MilestoneRule]) -> None:
    """A resolution that waits for a gate needs a clock: else the case would stand still with nobody told."""
    replied = next((r.name for r in milestones if r.satisfied_by is Satisfies.REPLIED), None)
    if gate.report_after and replied is not None:
        raise table.wrong(
            "gate",
            "nobody can meet the milestone {name}: a reply waits for the gate",
            "Leave out report_after, or let something else satisfy the milestone.",
            name=replied,
        )
    if any(r.satisfied_by is Satisfies.CLOSED or r.anchor is Anchor.RESOLVED for r in milestones):
        return
    raise table.wrong(
        "gate",
        "no milestone runs while a resolution waits for the gate {kind}",
        'Add a [[milestone]] with anchor = "resolved" and satisfied_by = "followed_up".',
        kind=gate.kind,
    )
