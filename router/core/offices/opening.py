"""Opening a case: classify it, choose its policy and arm its clock, route it, dispatch it.

The clock starts when the case is received; being dispatched late or to the wrong desk moves nothing.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from router.core.case import Case
from router.core.commands import ActorRole, Open, Outcome, TakeOver
from router.core.events import NothingRaised, Received
from router.core.offices import task_force
from router.core.offices.placing import dispatch_to
from router.core.offices.routing import Route, Wanted, group_of, route_or_none
from router.core.offices.whistles import assist
from router.core.offices.working import resolved
from router.core.policies.matching import AppealFacts, choose
from router.core.policies.policy import Anchor, LevelStart
from router.core.refusals import Refusal, refuse
from router.core.rules import Rules
from router.core.several.requirements import require
from router.core.step import Draft, Step
from router.core.telling import notices
from router.core.telling.kept import KeptFrom, kept_from, on_record
from router.core.territory.place import place_key
from router.core.timing import levels, taking_over
from router.core.timing.arming import arm, statutory_due

#: The channel of visits (走访).
VISIT = "visit"


def content_hash(command: Open) -> str:
    """Hash of what the source said: the same id with other content is a conflict, not a repeat."""
    said = msgspec.structs.replace(command, id="", case_id="", contact_ref=None, complainant=None, contact=None)
    return hashlib.sha256(msgspec.msgpack.encode(said)).hexdigest()


def open_case(case: Case | None, command: Open, rules: Rules, at: datetime, now: datetime) -> Step | Refusal:
    """Receive a case and hand it to the desk that must act.

    Returns:
        The step; for a source id that is on record with the same content a step without entries; a refusal
        (`content_conflict`) for one with other content.
    """
    if isinstance(command, TakeOver) and command.actor.role is not ActorRole.SYSTEM:
        return refuse("not_permitted", actor=f"{command.actor.role}:{command.actor.id}", command="take_over")
    digest = content_hash(command)
    if (command.parent is not None or command.checklist) and command.actor.role is not ActorRole.SYSTEM:
        return refuse("not_permitted", actor=f"{command.actor.role}:{command.actor.id}", command="open")
    if case is not None:
        return repeat(case, command, digest)
    tree = rules.tree
    meant = tree.category_code(command.category)
    kept = on_record(tree, kept_from(command))
    wanted = Wanted(division=command.division, desk=command.desk, category=meant, kept=kept)
    found = route_or_none(tree, wanted)
    if found is None:
        return refuse("nobody_may_see")
    draft = Draft(None, command, at=at, now=now, tree=tree)
    classified = _classified(command, meant, rules, found, digest, at, kept)
    if command.nothing_raised:
        return _visited(draft, command, rules, classified, found)
    draft.add(classified, text=command.text)
    found, beside = task_force.jointly(draft.case, rules, found)
    waiting = task_force.waits(draft, rules, found)
    solved = command.solved_on_the_spot and bool(command.evidence)
    dispatch_to(draft, rules, waiting or found, told=not solved)
    if beside is not None and waiting is None and not solved:
        assist(draft, rules, beside.code, draft.case.lead)
    _tell_watchers(draft, rules)
    levels.start(draft, rules, LevelStart.RECEIVED)
    if not rules.replay:  # history is told as it was
        taking_over.past_at_receipt(draft, rules)
    if isinstance(command, TakeOver):  # whoever brought it was told long ago
        taking_over.take_over(draft, rules)
        return draft.step()
    if command.checklist:
        require(draft, rules, command.checklist, command.actor.id, None)
    notices.answer(draft, "received")
    if solved:
        done = Outcome.SOLVED
        resolved(draft, rules, draft.case.lead, done, command.evidence, None, "", on_the_spot=True)
    return draft.step()


def _visited(draft: Draft, command: Open, rules: Rules, received: Received, found: Route) -> Step | Refusal:
    """走访无诉求: the visit is on record, without a clock and without anybody who has something to do."""
    if command.channel != VISIT or command.solved_on_the_spot:
        return refuse("no_visit")
    draft.add(msgspec.structs.replace(received, milestones=(), due_at=None, triaged=False), text=command.text)
    here = None if draft.case.is_restricted else rules.tree.territorial(found.division_path[-1])
    draft.add(NothingRaised(desk=(here or found.desk).code))
    notices.answer(draft, "received")
    return draft.step()


def _classified(
    command: Open, meant: str | None, rules: Rules, found: Route, digest: str, at: datetime, kept: KeptFrom
) -> Received:
    """As :func:`received`; what came under a code of another taxonomy keeps that code beside what it means."""
    if meant == command.category:
        return received(command, rules, found, digest, at, kept)
    told = received(msgspec.structs.replace(command, category=meant), rules, found, digest, at, kept)
    return msgspec.structs.replace(told, category_given=command.category)


def _tell_watchers(draft: Draft, rules: Rules) -> None:
    """Each watcher hears of the case for itself, whatever the others do; of a confidential one nobody does."""
    if draft.case.confidential:
        return
    for watcher in rules.policy(draft.case.policy).watchers:
        desk = rules.watches(watcher)
        if desk is not None and desk != draft.case.lead:
            draft.tell_desk(desk, notices.ASSIGNED, notices.assigned(rules, watcher.name, role="watcher"))


def repeat(case: Case, command: Open, digest: str) -> Step | Refusal:
    """The same id again: the same case without a new entry, or a conflict with what it stands for."""
    if case.content_hash in (digest, ""):  # a redacted one tells nobody what was said
        return Step(case=case, decided_on=case.version, entries=(), messages=())
    return refuse("content_conflict", source_id=command.source_id, case=case.id)


def received(command: Open, rules: Rules, found: Route, digest: str, at: datetime, kept: KeptFrom) -> Received:
    """What is put on record of a case that goes to `found`: its class, its policy, the clocks that start now."""
    tree = rules.tree
    origin = rules.origin(command.channel, command.raised_by, on_behalf=command.on_behalf)
    group = group_of(tree, command.category)
    facts = AppealFacts(
        matter_type=command.matter_type,
        category=command.category or "",
        category_group=group,
        channel=command.channel,
        origin=origin,
        tier=tree.tiers[tree.tier_of(found.desk)],
        starred=command.starred,
        vulnerable=command.vulnerable,
    )
    chosen = choose(rules.policies, facts, at, rules.calendars)
    milestones = arm(
        rules,
        chosen.policy,
        Anchor.RECEIVED,
        at,
        command.due_at,
        command.category,
        kept=kept,
        lead=found.desk.code,
    )
    return Received(
        source=command.source,
        source_id=command.source_id,
        content_hash=digest,
        channel=command.channel,
        origin=origin,
        matter_type=command.matter_type,
        category=command.category,
        category_group=group,
        division_path=found.division_path,
        place_key=place_key(command.place),
        place=command.place,
        triaged=found.triaged,
        policy=chosen.policy.version,
        policy_reason=chosen.reason,
        due_at=statutory_due(milestones),
        given_due_at=command.due_at,
        milestones=milestones,
        raised_by=command.raised_by,
        starred=command.starred,
        vulnerable=command.vulnerable,
        affected=command.affected,
        confidential=kept.confidential,
        subject_desk=kept.subject_desk,
        named_desks=kept.named_desks,
        named_persons=kept.named_persons,
        contact_ref=command.contact_ref,
        complainant=command.complainant,
        appeal=command.appeal,
        task=command.task,
        parent=command.parent,
    )
