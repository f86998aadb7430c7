"""Laws of the life of a case, held over random histories; each is shown to catch a planted fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis.errors import NoSuchExample

from router.core import events as e, lifecycle, step
from router.core.case import Case, State
from router.core.commands import Accept, Actor, ActorRole, Command, PassDeadline
from router.core.counting.hands import HolderKind
from router.core.counting.holding import charged, holding
from router.core.events import ALIVE
from router.core.folds import FOLDS, together
from router.core.history import advance, evolve
from router.core.offices import correcting, dispatching, gate, returns, task_force, working
from router.core.permissions import Kind
from router.core.policies.instants import end_of_next_working_day
from router.core.policies.own_clocks import LEVEL
from router.core.policies.policy import Mode, OnPass, Policy, Satisfies
from router.core.refusals import Refusal
from router.core.rules import Rules
from router.core.step import Draft
from router.core.telling import notices
from router.core.telling.kept import KeptFrom, is_kept
from router.core.territory.tree import Desk
from router.core.timing import arming, awaiting, changes, charging, clocks, deadlines, ladder, levels, overtaking
from router.core.timing.recomputing import recomputed
from tests.city import Play
from tests.unit.core.histories import HISTORIES, History, live

Law = Callable[[History], None]


# -- the laws --------------------------------------------------------------------------------------------------


def any_history_replays_to_the_case_it_made(told: History) -> None:
    play = live(told)
    assert advance(None, play.entries) == play.case
    written = msgspec.json.encode(play.entries)
    assert advance(None, msgspec.json.decode(written, type=list[e.Entry])) == play.case


def entries_are_numbered_without_gaps_and_no_cause_writes_twice(told: History) -> None:
    play = live(told)
    version = 0
    for entry in play.entries:
        version += not isinstance(entry.event, e.Refused)
        assert entry.version == version
    assert not [key for key, n in Counter((x.cause, x.ordinal) for x in play.entries).items() if n > 1]


def an_open_case_has_a_deadline_unless_its_policy_says_so(told: History) -> None:
    def check(play: Play) -> None:
        case = play.case
        if case.is_open and not _policy_sets_none(play.rules, case):
            assert case.next_due_at is not None
        if not case.is_open:
            assert case.next_due_at is None

    live(told, each=check)


def _policy_sets_none(rules: Rules, case: Case) -> bool:
    """The policies that leave an open case without a deadline: those that set no clock for closing it.

    A `given` due date that nobody gave; and a case that was resolved to a policy whose clocks stop at the desk's
    word, while the follow-up it arms has passed (it supervises, and once).
    """
    policy = rules.policy(case.policy)
    if policy.rule("close") is None:
        return case.state is State.RESOLVED
    return case.given_due_at is None and policy.rule("close").instant.__class__.__name__ == "Given"  # type: ignore[union-attr]


def a_stale_or_early_wake_up_changes_nothing(told: History) -> None:
    def check(play: Play) -> None:
        known = [(m.name, m.due_at) for m in play.case.milestones]
        for name, due_at in [*known, *((n, d + timedelta(seconds=1)) for n, d in known), ("nothing", play.now)]:
            running = play.case.running(name, due_at) is not None
            if running and due_at < play.now:
                continue
            wake_up = deadlines.wake_up(play.case.id, name, due_at)
            refusal = lifecycle.decide(play.case, wake_up, play.rules, play.now)
            assert isinstance(refusal, Refusal)
            noted = lifecycle.note(play.case, wake_up, refusal, play.rules, play.now)
            assert (noted.case, noted.entries, noted.messages) == (play.case, (), ())

    live(told, each=check)


def an_escalation_goes_to_the_superior_and_strictly_up_one_step_but_for_skips(told: History) -> None:
    known: dict[str, Policy] = {}

    def note(play: Play) -> None:
        known[play.case.policy] = play.rules.policy(play.case.policy)

    play = live(told, each=note)
    tree, policy = play.rules.tree, known[play.events(e.Received)[0].policy]
    skipped: list[int] = []
    for entry in play.entries:
        event = entry.event
        if isinstance(event, e.Replanned):
            policy = known[event.policy]
        if isinstance(event, e.Skipped):
            skipped.append(event.step)
        elif isinstance(event, e.Escalated):
            assert skipped == list(range(event.from_step + 1, event.to_step))
            assert event.to_step > event.from_step
            assert policy.ladder[event.to_step].name == event.to_name
            if event.to_name in tree.tiers:
                above = [tree.standing(desk.code) for desk in tree.chain(event.from_desk)[1:]]
                assert event.to_desk in [desk.code for desk in above if desk is not None]
                tiers = [tree.tier_of(tree.desks[code]) for code in (event.to_desk, event.from_desk)]
                assert tiers[0] < tiers[1]
            else:
                supervision = tree.supervision(int(event.to_name.removeprefix("supervision-")))
                assert supervision is not None
                assert supervision.code == event.to_desk
            skipped = []
        else:
            skipped = []


def the_step_falls_only_with_the_case(told: History) -> None:
    """Whom somebody hands a case to stands on its own step, so that its superior is next. Else the step never
    falls, but for an escalation that is taken back, and on another policy's ladder.
    """
    known: dict[str, Policy] = {}

    def note(play: Play) -> None:
        known[play.case.policy] = play.rules.policy(play.case.policy)

    play = live(told, each=note)
    before = None
    for taken in play.steps:
        case, policy = taken.case, known[taken.case.policy]
        events = [entry.event for entry in taken.entries]
        by_hand = [x for x in events if isinstance(x, _HAND_OVERS) and not getattr(x, "last_resort", False)]
        moved = [x for x in events if isinstance(x, e.Replanned | e.EscalationUndone | e.Resumed)]
        said = any(entry.actor.role in _BY_HAND for entry in taken.entries)
        if by_hand and said and policy.mode is Mode.TRANSFER and not case.is_restricted and not moved:
            lead = play.rules.tree.desks.get(case.lead)
            assert lead is None or case.step == play.rules.step_of(policy, lead)
            names = [m.name for m in case.milestones if m.status in ALIVE and m.holder is None]
            assert {name.partition("@")[2] for name in names} <= {
                "",
                play.rules.step_name(policy, case.step, case.lead),
            }
        elif before is not None and not moved:
            assert case.step >= before.step
        before = case


_HAND_OVERS = (e.Dispatched, e.ReturnApproved, e.Designated)
#: Whose hand-overs are a person's word; the router moves what has lost its desk.
_BY_HAND = (ActorRole.DESK, ActorRole.DISPATCHER, ActorRole.SUPERVISION)


def a_missed_deadline_has_one_consequence(told: History) -> None:
    """Those of one instant have it together: the case goes one tier up at an instant, and not two."""
    play = live(told)
    missed = Counter(
        (x.milestone, x.due_at) for x in play.events(e.DeadlineMissed) if x.on_pass is OnPass.ESCALATE
    )
    by_deadline = [x for x in play.events(e.Escalated) if x.cause is e.Cause.DEADLINE]
    followed = [*by_deadline, *play.events(e.NoticeRepeated)]
    assert Counter((name, x.due_at) for x in followed for name in (x.milestone, *x.beside)) == missed
    assert all(count == 1 for count in missed.values())
    assert all(count == 1 for count in Counter(x.due_at for x in by_deadline).values())
    up = [(x.milestone, x.due_at) for x in by_deadline]
    undone = [(x.milestone, x.due_at) for x in play.events(e.EscalationUndone)]
    assert len(set(undone)) == len(undone)
    assert play.case.escalations == len(up) - len(set(undone) & set(up))


def a_miss_is_charged_to_whose_time_it_was(told: History) -> None:
    """By the account of holding time: what was a desk's time is that desk's, who had it up to the very instant."""
    play = live(told)
    spans = holding(play.entries, play.now)
    for missed, own in _misses(play):
        span = charged(spans, missed.due_at)
        if not own and span is not None and span.kind is HolderKind.DESK and span.begin < missed.due_at:
            assert missed.charged_to == span.holder


def _misses(play: Play) -> Iterator[tuple[e.DeadlineMissed, bool]]:
    """Each miss, and whether it was a duty of somebody's own, whoever had the case."""
    case: Case | None = None
    for entry in play.entries:
        event = entry.event
        if isinstance(event, e.DeadlineMissed) and case is not None:
            known = case.running(event.milestone, event.due_at)
            assert known is not None
            yield event, known.holder is not None or known.satisfied_by is Satisfies.REVIEWED
        case = evolve(case, entry)


def what_counts_as_in_time_meets_its_deadline_whichever_came_first(told: History) -> None:
    """A miss that is on record when such an event is put there is none from then on."""
    play = live(told)
    case: Case | None = None
    for entry in play.entries:
        if case is not None and not entry.cause.startswith(deadlines.WAKE_UP):
            met = overtaking.meets(case, entry.event)
            late = [
                m
                for m in case.milestones
                if m.status is e.MilestoneStatus.MISSED and m.due_at >= entry.event_at and m.satisfied_by in met
            ]
            assert not late, "the entry before this one says so"
        case = evolve(case, entry)


def a_miss_is_dated_by_its_deadline(told: History) -> None:
    for entry in live(told).entries:
        if isinstance(entry.event, e.DeadlineMissed | e.NoticeRepeated | e.SystemDelayed):
            assert entry.event_at == entry.event.due_at
        if isinstance(entry.event, e.Escalated) and entry.event.cause is e.Cause.DEADLINE:
            assert entry.event_at == entry.event.due_at
            assert entry.event.next is not None
            assert entry.event.next.due_at > entry.event_at


def a_report_never_reaches_the_office_it_is_about(told: History) -> None:
    """Nor whom it names beside; as it stands after each step, for it may come to name somebody later."""
    play = live(told)
    before = KeptFrom()
    for taken in play.steps:
        kept = taken.case.kept

        def kept_from(code: str | None, kept: KeptFrom = kept) -> bool:
            return code is not None and is_kept(play.rules.tree, kept, code)

        if taken.case.is_open:  # of a closed one it is a fact on record who had it last
            assert not kept_from(taken.case.lead)
            assert not any(map(kept_from, taken.case.assists))
        assert not [message for message in taken.messages if kept_from(message.desk)]
        for entry in taken.entries:
            named = entry.actor.role in _PERSONS and entry.actor.id in before.named_persons
            if named or (entry.actor.role is ActorRole.DESK and is_kept(play.rules.tree, before, entry.actor.id)):
                assert isinstance(entry.event, e.Refused)
                assert not taken.messages
        before = kept


_PERSONS = (ActorRole.DISPATCHER, ActorRole.FOLLOW_UP, ActorRole.SUPERVISION)


def the_date_promised_to_the_citizen_never_moves(told: History) -> None:
    """But for a decision that it was none."""
    promised: dict[int, set[datetime | None]] = {}

    def note(play: Play) -> None:
        undone = len(play.events(e.EscalationUndone)) + len(play.events(e.DeadlineCancelled))
        promised.setdefault(undone, set()).add(play.case.due_at)

    live(told, each=note)
    assert all(len(dates) == 1 for dates in promised.values())


def whoever_loses_a_case_is_told(told: History) -> None:
    lead = ""
    play = live(told)
    for taken in play.steps:
        if lead and taken.case.lead != lead and not is_kept(play.rules.tree, taken.case.kept, lead):
            assert "taken" in [message.kind for message in taken.messages if message.desk == lead]
            assert "assigned" in [message.kind for message in taken.messages if message.desk == taken.case.lead]
        lead = taken.case.lead


def no_request_outlives_the_lead_that_made_it(told: History) -> None:
    def check(play: Play) -> None:
        asked = {m.satisfied_by for m in play.case.milestones if m.status is e.MilestoneStatus.RUNNING}
        if play.case.return_request is None:
            assert Satisfies.RETURN_DECIDED not in asked
        assert (Satisfies.ESCALATION_DECIDED in asked) == (play.case.escalation_request is not None)
        asked_of = play.case.changes
        assert (Satisfies.RESUMED in asked) == (play.case.state is State.SUSPENDED)
        if asked_of.extension_asked is None:
            assert Satisfies.EXTENSION_DECIDED not in asked
        if asked_of.suspension_asked is None:
            assert Satisfies.SUSPENSION_DECIDED not in asked
        for request in (play.case.return_request, asked_of.suspension_asked):
            assert request is None or request.desk == play.case.lead
        wanted = asked_of.extension_asked  # a missed deadline alone leaves it to the tier above the new lead
        if wanted is not None and wanted.desk != play.case.lead:
            assert any(one.desk == wanted.desk and one.milestone is not None for one in play.case.taken)
            deciding = [m.holder for m in play.case.milestones if m.satisfied_by is Satisfies.EXTENSION_DECIDED]
            assert deciding[-1] != play.case.lead

    live(told, each=check)


def what_stands_still_is_suspended_and_all_else_runs(told: History) -> None:
    def check(play: Play) -> None:
        suspended = play.case.state is State.SUSPENDED
        assert play.case.changes.is_paused == suspended
        for one in play.case.milestones:
            if one.status is e.MilestoneStatus.PAUSED:
                assert suspended
                assert one.pauses
            if suspended and one.status is e.MilestoneStatus.RUNNING:
                assert not one.pauses

    live(told, each=check)


def no_changed_deadline_lies_less_than_a_working_day_ahead(told: History) -> None:
    play = live(told)
    for entry in play.entries:
        moved: tuple[Any, ...] = ()
        if isinstance(entry.event, e.ExtensionApproved | e.Resumed):
            moved = tuple(one.moved_to for one in entry.event.moved)
        calendar = play.rules.calendars["cn"]
        soonest = end_of_next_working_day(entry.event_at, calendar)
        if play.rules.policy(play.case.policy).calendar == "natural":
            soonest = end_of_next_working_day(entry.event_at, play.rules.calendars["natural"])
        assert all(at >= soonest for at in moved)


def a_called_desk_has_a_clock_of_its_own_until_it_comes(told: History) -> None:
    """Nobody else is charged with its silence, it never leads the case, and its clock ends with its call."""

    def check(play: Play) -> None:
        called = {one.desk for one in play.case.together.whistles if one.reported_at is None}
        assert called <= set(play.case.assists)
        clocks_of = [m for m in play.case.milestones if m.satisfied_by is Satisfies.REPORTED_IN]
        running = [m.holder for m in clocks_of if m.status is e.MilestoneStatus.RUNNING]
        missed = [m.holder for m in clocks_of if m.status is e.MilestoneStatus.MISSED]
        if play.case.is_open:
            assert set(running) <= called <= {*running, *missed}
        assert len(running) == len(set(running))

    play = live(told, each=check)
    for missed in play.events(e.DeadlineMissed):
        if missed.milestone.startswith("report_in:"):
            assert missed.milestone == f"report_in:{missed.charged_to}"


def somebody_elses_duty_is_never_charged_to_the_lead(told: History) -> None:
    """Whoever mediates, reviews or watches answers for it, and by it no case is taken from anybody."""
    others = (Satisfies.MEDIATED, Satisfies.REVIEWED, Satisfies.MARKED)

    def check(play: Play) -> None:
        known = {(m.name, m.due_at): m for m in play.case.milestones if m.satisfied_by in others}
        for entry in play.entries:
            event = entry.event
            if isinstance(event, e.DeadlineMissed) and (event.milestone, event.due_at) in known:
                assert event.charged_to == known[event.milestone, event.due_at].holder
                assert event.on_pass is not OnPass.ESCALATE
        mediation = play.case.together.mediation
        clocks_of = [m for m in known.values() if m.satisfied_by is Satisfies.MEDIATED]
        assert (mediation is not None) or not [m for m in clocks_of if m.status is e.MilestoneStatus.RUNNING]
        assert mediation is None or mediation.desk in play.case.assists

    live(told, each=check)


def no_case_is_placed_without_the_names_it_needs(told: History) -> None:
    """By the policy it was placed under; one that comes later finds it placed. A restricted case does not wait."""
    received_under: list[Policy] = []
    play = live(told, each=lambda play: received_under.append(play.rules.policy(play.case.policy)))
    requires = received_under[0].dispatch.requires
    open_to_all = not play.case.triaged
    case: Case | None = None
    for entry in play.entries:
        if isinstance(entry.event, e.Replanned):
            break
        case = evolve(case, entry)
        open_to_all = open_to_all and not case.is_restricted
        if requires and open_to_all and case.lead:
            assert case.unplaced or case.together.leader is not None


def nothing_closes_before_what_is_required_is_ticked(told: History) -> None:
    """But by a withdrawal; and what nobody has ticked has a clock of its own while the case is open."""

    def check(play: Play) -> None:
        if play.case.is_open and play.case.inspections.open:
            alive = [m for m in play.case.milestones if m.status in ALIVE]
            assert Satisfies.TICKED in [m.satisfied_by for m in alive]

    play = live(told, each=check)
    case: Case | None = None
    for entry in play.entries:
        case = evolve(case, entry)
        if isinstance(entry.event, e.Closed) and entry.event.gate != "withdrawn":
            assert not case.inspections.open


def the_outcome_does_not_depend_on_when_the_clock_looked(told: History) -> None:
    at_once = live(told, min_in_hand_s=0)
    in_steps = live(told, min_in_hand_s=0)
    assert at_once.entries == in_steps.entries
    end = at_once.now + timedelta(days=40)
    at_once.outage(days=40).notice()
    while in_steps.now < end:
        in_steps.now = min(in_steps.now + timedelta(hours=37), end)
        in_steps.notice()
    assert [(x.event_at, x.event) for x in in_steps.entries] == [(x.event_at, x.event) for x in at_once.entries]
    noticed = {"assigned_at": None, "order_recorded_at": None}
    assert msgspec.structs.replace(in_steps.case, **noticed) == msgspec.structs.replace(at_once.case, **noticed)


def counting_again_by_the_same_calendar_changes_nothing(told: History) -> None:
    def check(play: Play) -> None:
        assert recomputed(play.case, play.rules, play.now) == []

    live(told, each=check)


def the_level_of_supervision_rises_one_by_one_and_never_ends(told: History) -> None:
    reached = 0

    def check(play: Play) -> None:
        nonlocal reached
        case = play.case
        assert case.level >= reached
        reached = case.level
        assert [event.number for event in play.events(e.LevelRaised)] == list(range(1, case.level + 1))
        if case.is_open and case.level and play.rules.policy(case.policy).levels:
            assert [m for m in case.milestones if m.on_pass is OnPass.RAISE and m.status in ALIVE]
        assert not [m for m in play.events(e.DeadlineMissed) if m.milestone.startswith(LEVEL)]

    live(told, each=check)


def a_member_is_not_late_where_its_project_has_the_matter(told: History) -> None:
    case: Case | None = None
    for entry in live(told).entries:
        event = entry.event
        if case is not None and case.member is not None and case.state in (State.DISPATCHED, State.ACCEPTED):
            if isinstance(event, e.DeadlineMissed):
                running = case.running(event.milestone, event.due_at)
                assert running is not None
                assert not clocks.is_of_lead(running)
            assert not (isinstance(event, e.Escalated) and event.cause is e.Cause.DEADLINE)
        case = evolve(case, entry)


LAWS: list[Law] = [
    any_history_replays_to_the_case_it_made,
    entries_are_numbered_without_gaps_and_no_cause_writes_twice,
    an_open_case_has_a_deadline_unless_its_policy_says_so,
    a_stale_or_early_wake_up_changes_nothing,
    an_escalation_goes_to_the_superior_and_strictly_up_one_step_but_for_skips,
    the_step_falls_only_with_the_case,
    a_missed_deadline_has_one_consequence,
    a_miss_is_charged_to_whose_time_it_was,
    what_counts_as_in_time_meets_its_deadline_whichever_came_first,
    a_miss_is_dated_by_its_deadline,
    a_report_never_reaches_the_office_it_is_about,
    the_date_promised_to_the_citizen_never_moves,
    whoever_loses_a_case_is_told,
    no_request_outlives_the_lead_that_made_it,
    what_stands_still_is_suspended_and_all_else_runs,
    no_changed_deadline_lies_less_than_a_working_day_ahead,
    a_called_desk_has_a_clock_of_its_own_until_it_comes,
    somebody_elses_duty_is_never_charged_to_the_lead,
    no_case_is_placed_without_the_names_it_needs,
    nothing_closes_before_what_is_required_is_ticked,
    the_outcome_does_not_depend_on_when_the_clock_looked,
    counting_again_by_the_same_calendar_changes_nothing,
    the_level_of_supervision_rises_one_by_one_and_never_ends,
    a_member_is_not_late_where_its_project_has_the_matter,
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_law(law: Law) -> None:
    @settings(max_examples=40)
    @given(HISTORIES)
    def holds(told: History) -> None:
        law(told)

    holds()


# -- planted faults: what each law is there to catch -----------------------------------------------------------


def _accept_beside_the_record(patch: pytest.MonkeyPatch) -> None:
    def accept(draft: Draft, command: Accept, rules: Rules) -> None:
        working.accept(draft, command, rules)
        draft.case.affected = 99

    handlers: dict[Any, Any] = lifecycle._HANDLERS
    patch.setitem(handlers, Accept, (Kind.ACCEPT, accept))


def _pass_under_one_id_again(patch: pytest.MonkeyPatch) -> None:
    def revived(m: e.Milestone) -> e.Milestone:
        return msgspec.structs.replace(m, status=e.MilestoneStatus.RUNNING, met_at=None)

    patch.setattr(clocks, "_revived", revived)


def _forget_the_next_budget(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ladder, "next_step", lambda *_args, **_more: None)


def _take_any_wake_up_of_that_name(patch: pytest.MonkeyPatch) -> None:
    def running(case: Case, name: str, _due_at: datetime) -> e.Milestone | None:
        runs = (m for m in case.milestones if m.name == name and m.status is e.MilestoneStatus.RUNNING)
        return next(runs, None)

    patch.setattr(Case, "running", running)


def _climb_two_steps(patch: pytest.MonkeyPatch) -> None:
    def climb(case: Case, rules: Rules) -> ladder.Target:
        first = ladder.climb(case, rules)
        second = ladder.climb(msgspec.structs.replace(case, step=first.step), rules)
        return second if second.desk is not None else first

    patch.setattr(deadlines, "climb", climb)


def _keep_the_step_of_who_had_it(patch: pytest.MonkeyPatch) -> None:
    def stand(case: Case, rules: Rules, desk: Desk, _by: Actor) -> tuple[int, None]:
        return max(case.step, rules.step_of(rules.policy(case.policy), desk)), None

    patch.setattr(dispatching, "stand", stand)


def _leave_clocks_the_name_of_another_step(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(clocks, "of_step", lambda *_: None)


def _sink_under_supervision(patch: pytest.MonkeyPatch) -> None:
    def stand(case: Case, rules: Rules, desk: Desk, _by: Actor) -> tuple[int, None]:
        return rules.step_of(rules.policy(case.policy), desk), None

    patch.setattr(dispatching, "stand", stand)


def _escalate_twice(patch: pytest.MonkeyPatch) -> None:
    def twice(draft: Draft, rules: Rules, target: ladder.Target, **more: Any) -> None:
        ladder.hand_up(draft, rules, target, **more)
        ladder.hand_up(draft, rules, target, **more)

    patch.setattr(deadlines, "hand_up", twice)


def _pass_one_by_one(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(deadlines, "_at_once", lambda _case, milestone: [milestone])
    patch.setattr(deadlines, "_has_gone_up", lambda *_: False)


def _judge_by_the_clock_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(step, "overtaken", lambda *_: ())


def _charge_whoever_leads(patch: pytest.MonkeyPatch) -> None:
    _pass_one_by_one(patch)
    patch.setattr(charging, "lead_at", lambda case, _at: case.lead)


def _date_a_miss_by_its_notice(patch: pytest.MonkeyPatch) -> None:
    def event_time(command: Command, now: datetime, rules: Rules, case: Case | None = None) -> datetime:
        return now if isinstance(command, PassDeadline) else _true_event_time(command, now, rules)

    patch.setattr(lifecycle, "event_time", event_time)


def _look_away(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(returns, "is_kept", lambda *_: False)


def _tell_everybody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(step, "bars", lambda *_: False)
    patch.setattr(step, "has_part", lambda *_: True)
    patch.setattr(deadlines, "hides", lambda *_: False)
    patch.setattr(returns, "is_kept", lambda *_: False)


def _let_persons_speak(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(lifecycle, "hidden_from", lambda *_: False)


def _leave_it_where_it_is(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(correcting, "send_away", lambda *_: None)


def _move_the_promise(patch: pytest.MonkeyPatch) -> None:
    def moved(case: Case, event: e.SystemDelayed, _entry: e.Entry) -> None:
        clocks.move(case, event.milestone, event.due_at, event.moved_to)
        case.due_at = event.moved_to

    table: dict[Any, Any] = FOLDS
    patch.setitem(table, e.SystemDelayed, moved)


def _take_in_silence(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(notices, "taken", lambda *_: None)


def _leave_requests_open(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(clocks, "void_requests", lambda _case: None)


def _let_the_clocks_run(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(clocks, "pause", lambda _case: None)


def _move_without_looking(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(changes, "end_of_next_working_day", lambda at, _calendar: at)


def _count_from_when_it_was_noticed(patch: pytest.MonkeyPatch) -> None:
    def next_step(*args: Any, **more: Any) -> e.Milestone | None:
        armed = _true_next_step(*args, **more)
        return msgspec.structs.replace(armed, since=armed.due_at) if armed is not None else None

    patch.setattr(ladder, "next_step", next_step)


_true_next_step = arming.next_step


def _keep_mediating(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(together, "_leaves", lambda *_: None)


def _dispatch_without_names(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(task_force, "lacks", lambda *_: "")


def _close_at_the_gate(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gate, "pass_gate", gate.close_case)
    patch.setattr(working, "pass_gate", gate.close_case)


def _forget_who_was_called(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(together, "leads", lambda *_: None)


def _let_members_be_late(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(awaiting, "waits", lambda *_: False)


def _skip_a_level(patch: pytest.MonkeyPatch) -> None:
    true_raise = levels._raise

    def higher(draft: Draft, rules: Rules, index: int, *more: Any) -> None:
        true_raise(draft, rules, min(index + 1, len(rules.policy(draft.case.policy).levels) - 1), *more)

    patch.setattr(levels, "_raise", higher)


def _end_with_the_last_level(patch: pytest.MonkeyPatch) -> None:
    def ended(case: Case, _event: e.LevelRepeated, _entry: e.Entry) -> None:
        case.milestones = tuple(m for m in case.milestones if m.on_pass is not OnPass.RAISE)

    table: dict[Any, Any] = FOLDS
    patch.setitem(table, e.LevelRepeated, ended)


_true_event_time = lifecycle.event_time

FAULTS: list[tuple[Callable[[pytest.MonkeyPatch], None], Law]] = [
    (_accept_beside_the_record, any_history_replays_to_the_case_it_made),
    (_pass_under_one_id_again, entries_are_numbered_without_gaps_and_no_cause_writes_twice),
    (_forget_the_next_budget, an_open_case_has_a_deadline_unless_its_policy_says_so),
    (_take_any_wake_up_of_that_name, a_stale_or_early_wake_up_changes_nothing),
    (_climb_two_steps, an_escalation_goes_to_the_superior_and_strictly_up_one_step_but_for_skips),
    (_keep_the_step_of_who_had_it, the_step_falls_only_with_the_case),
    (_leave_clocks_the_name_of_another_step, the_step_falls_only_with_the_case),
    (_sink_under_supervision, the_step_falls_only_with_the_case),
    (_escalate_twice, a_missed_deadline_has_one_consequence),
    (_pass_one_by_one, a_missed_deadline_has_one_consequence),
    (_judge_by_the_clock_alone, what_counts_as_in_time_meets_its_deadline_whichever_came_first),
    (_charge_whoever_leads, a_miss_is_charged_to_whose_time_it_was),
    (_date_a_miss_by_its_notice, a_miss_is_dated_by_its_deadline),
    (_look_away, a_report_never_reaches_the_office_it_is_about),
    (_tell_everybody, a_report_never_reaches_the_office_it_is_about),
    (_let_persons_speak, a_report_never_reaches_the_office_it_is_about),
    (_leave_it_where_it_is, a_report_never_reaches_the_office_it_is_about),
    (_move_the_promise, the_date_promised_to_the_citizen_never_moves),
    (_take_in_silence, whoever_loses_a_case_is_told),
    (_leave_requests_open, no_request_outlives_the_lead_that_made_it),
    (_let_the_clocks_run, what_stands_still_is_suspended_and_all_else_runs),
    (_move_without_looking, no_changed_deadline_lies_less_than_a_working_day_ahead),
    (_forget_who_was_called, a_called_desk_has_a_clock_of_its_own_until_it_comes),
    (_keep_mediating, somebody_elses_duty_is_never_charged_to_the_lead),
    (_dispatch_without_names, no_case_is_placed_without_the_names_it_needs),
    (_close_at_the_gate, nothing_closes_before_what_is_required_is_ticked),
    (_date_a_miss_by_its_notice, the_outcome_does_not_depend_on_when_the_clock_looked),
    (_count_from_when_it_was_noticed, counting_again_by_the_same_calendar_changes_nothing),
    (_let_members_be_late, a_member_is_not_late_where_its_project_has_the_matter),
    (_skip_a_level, the_level_of_supervision_rises_one_by_one_and_never_ends),
    (_end_with_the_last_level, the_level_of_supervision_rises_one_by_one_and_never_ends),
]


def test_every_law_has_a_fault_that_it_must_catch() -> None:
    assert {law for _, law in FAULTS} == set(LAWS)


@pytest.mark.parametrize(("fault", "law"), FAULTS, ids=lambda one: one.__name__.strip("_"))
def test_law_catches(fault: Callable[[pytest.MonkeyPatch], None], law: Law) -> None:
    def breaks(told: History) -> bool:
        with pytest.MonkeyPatch.context() as patch:
            fault(patch)
            try:
                law(told)
            except (AssertionError, RuntimeError):
                return True
        return False

    try:
        find(HISTORIES, breaks, settings=_ONCE)
    except NoSuchExample:
        pytest.fail(f"{law.__name__} does not notice")


#: The first history that shows the fault will do; the same ones are tried every time.
_ONCE = settings(max_examples=8000, phases=[Phase.generate], derandomize=True, database=None)
