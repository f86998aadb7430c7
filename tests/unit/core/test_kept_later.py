"""Whom a case comes to name when it is resolved, rests or is closed, and when the tree changes under it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from router.cli.rerouting import follows
from router.core import commands as c, events as e
from router.core.case import State
from router.core.counting.hands import HolderKind
from router.core.counting.holding import holding
from router.core.history import advance
from router.core.policies.policy import (
    Anchor,
    Gate,
    GateKind,
    Mode,
    OnPass,
    Policy,
    Satisfies,
    SuspensionRule,
)
from router.core.telling.hiding import hides, not_yet_out, silenced
from router.core.telling.seeing import Sight, sight
from router.core.territory.divisions import merge, redirect
from router.core.territory.tree import DeskKind, Tree, TreeFile
from tests.city import ACCEPT, CLOSE, DISPATCH, Play, city, days, file, milestone, policy, rules
from tests.unit.core.calendars import china

TREE = city()
FOLLOW_UP = milestone(
    "follow_up", days(2), Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED, on_pass=OnPass.SUPERVISE
)
GATED = policy(
    milestones=(DISPATCH, ACCEPT, CLOSE, FOLLOW_UP),
    gate=Gate(kind=GateKind.FOLLOW_UP),
    suspension=SuspensionRule(longest=days(60), recheck=days(30), cap=2),
)
YES = {"result": c.FollowUpResult.ACCEPTED}
WANG = "supervision:wang"


def _resolved(*policies: Policy) -> Play:
    play = Play(rules(*(policies or (GATED,))))
    play.open()
    play.say("willow", c.Accept)
    play.say("willow", c.Resolve)
    return play


def _suspended() -> Play:
    play = Play(rules(GATED))
    play.open()
    play.say("willow", c.Accept)
    play.say("willow", c.RequestSuspension, reason="road works")
    play.say("lake", c.ApproveSuspension)
    return play


def _closed() -> Play:
    play = _resolved()
    play.say("follow_up:anna", c.FollowUp, **YES)
    return play


BEFORE = {State.RESOLVED: _resolved, State.SUSPENDED: _suspended, State.CLOSED: _closed}
#: A desk's part in the report, and where a report that names `willow` so is led.
NAMES_THE_LEAD = [
    {"subject_desk": "willow"},
    {"named_desks": ("willow",)},
    {"named_desks": ("willow", "canal"), "named_persons": ("zhao",)},
]


def _standing(play: Play) -> tuple[State, str]:
    return play.case.state, play.case.lead


def _replays(play: Play) -> bool:
    return advance(None, play.entries) == play.case


# -- what can be corrected


@pytest.mark.parametrize("state", BEFORE)
@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ({"category": "pipe"}, "category"),
        ({"division": ("lake", "plane"), "category": "pipe"}, "category, division"),
        ({"place": c.Place(address_id="A1"), "subject_desk": "willow"}, "place"),
        ({"affected": 40, "named_persons": ("zhao",)}, "affected"),
    ],
)
def test_where_nothing_is_routed_the_part_that_would_is_refused_by_name(
    state: State, fields: dict[str, Any], part: str
) -> None:
    play = BEFORE[state]()
    before = play.case
    play.say("dispatcher:li", c.Correct, **fields)
    assert play.refusal is not None
    assert (play.refused, play.refusal.data) == ("names_alone", {"state": state, "part": part})
    assert part in play.refusal.zh
    assert part in play.refusal.en
    assert play.case == before


@pytest.mark.parametrize("state", BEFORE)
def test_nothing_new_is_nothing_to_correct(state: State) -> None:
    play = BEFORE[state]()
    play.say("dispatcher:li", c.Correct)
    assert play.refused == "nothing_to_correct"


@pytest.mark.parametrize("state", BEFORE)
@pytest.mark.parametrize("who", ["dispatcher:li", "lake", "channel:hotline", WANG])
def test_whoever_may_correct_names_somebody_in_every_state(state: State, who: str) -> None:
    play = BEFORE[state]()
    play.say(who, c.Correct, named_persons=("zhao",))
    assert play.refused is None
    assert play.case.named_persons == ("zhao",)
    assert hides(TREE, play.case, "willow") is False


@pytest.mark.parametrize("state", BEFORE)
@pytest.mark.parametrize("who", ["willow", "plane", "citizen:hotline", "follow_up:anna"])
def test_nobody_else_does(state: State, who: str) -> None:
    play = BEFORE[state]()
    before = play.case.kept
    play.say(who, c.Correct, named_persons=("zhao",))
    assert play.refused in ("not_permitted", "not_in_state", "closed")
    assert play.case.kept == before


@pytest.mark.parametrize("state", BEFORE)
def test_only_supervision_takes_somebody_off_in_every_state(state: State) -> None:
    play = BEFORE[state]()
    play.say("dispatcher:li", c.Correct, named_desks=("canal",), named_persons=("zhao",))
    play.say("dispatcher:li", c.Correct, not_named=("canal",))
    assert play.refused == "names_stay"
    play.say(WANG, c.Correct, not_named=("canal", "zhao"))
    assert play.refused is None
    assert not play.case.is_restricted
    assert _replays(play)


@pytest.mark.parametrize("state", BEFORE)
def test_nobody_comes_to_name_a_desk_that_nobody_knows_or_everybody(state: State) -> None:
    play = BEFORE[state]()
    play.say("dispatcher:li", c.Correct, named_desks=("wilow",))
    assert play.refused == "unknown_desk"
    play.say("dispatcher:li", c.Correct, named_desks=tuple(desk.code for desk in TREE))
    assert play.refused == "nobody_may_see"
    assert not play.case.is_restricted


# -- the lead is named


@pytest.mark.parametrize("state", [State.RESOLVED, State.SUSPENDED])
@pytest.mark.parametrize("fields", NAMES_THE_LEAD)
def test_nobody_judges_his_own_case(state: State, fields: dict[str, Any]) -> None:
    play = BEFORE[state]()
    told = play.told("willow")
    play.say("dispatcher:li", c.Correct, **fields)
    assert play.refused is None
    assert _standing(play) == (State.DISPATCHED, "lake")
    assert play.told("willow") == told, "not even that it is gone"
    assert "willow" not in play.case.assists
    assert sight(TREE, "willow", play.case) is Sight.HIDDEN
    assert play.case.accepted_at is None
    assert _replays(play)


def test_a_resolution_by_a_desk_that_is_kept_out_closes_nothing_and_stays_on_record() -> None:
    play = _resolved()
    play.say("dispatcher:li", c.Correct, subject_desk="willow")
    assert play.names()[-3:] == ["Restricted", "Reopened", "Dispatched"]
    (back,) = play.events(e.Reopened)
    assert (back.reason, back.desk) == ("restricted", "lake")
    assert (play.case.reprocesses, play.case.outcome, play.case.resolved_at) == (0, None, None)
    assert len(play.events(e.Resolved)) == 1
    play.say("follow_up:anna", c.FollowUp, **YES)
    assert play.refused == "not_in_state"
    play.say("lake", c.Accept)
    play.say("lake", c.Resolve)
    play.say("follow_up:anna", c.FollowUp, **YES)
    assert _standing(play) == (State.CLOSED, "lake")
    assert _replays(play)


def test_what_the_resolution_had_met_runs_on_and_nobody_is_late_by_another_ones_days() -> None:
    play = _resolved()
    assert play.running() == ["follow_up", "close"]
    play.wait(days=1)
    play.say("dispatcher:li", c.Correct, subject_desk="willow")
    # Its day to close by is that of the opening, Monday 21 September 09:00, plus five days.
    assert [(m.name, m.due_at) for m in play.case.milestones if m.status == "running" and m.name == "close"] == [
        ("close", china(2026, 9, 26, 9))
    ]
    assert "follow_up" not in play.running()
    late = _resolved(
        policy(milestones=(milestone("done", days(5), Satisfies.RESOLVED), FOLLOW_UP), gate=GATED.gate)
    )
    late.wait_until(china(2026, 9, 26, 10))
    late.say("dispatcher:li", c.Correct, subject_desk="willow")
    # It had passed an hour before: the new desk has until the end of the next day that its calendar works.
    assert late.case.next_due_at == china(2026, 9, 28, 0)
    late.notice()
    assert late.events(e.DeadlineMissed)[-1].milestone == "follow_up"
    assert "done" in late.running()


def test_a_suspension_ends_with_the_desk_that_is_kept_out() -> None:
    play = _suspended()
    play.wait(days=3)
    play.say("dispatcher:li", c.Correct, subject_desk="willow")
    (resumed,) = play.events(e.Resumed)
    assert (resumed.reason, resumed.by) == ("restricted", "li")
    assert play.names()[-3:] == ["Restricted", "Resumed", "Dispatched"]
    assert not {"recheck", "suspension_end"} & set(play.running())
    # Five days from Monday 09:00, and three more that the case rested.
    close = play.case.milestone("close")
    assert close is not None
    assert (close.status, close.due_at) == ("running", china(2026, 9, 29, 9))


def test_a_confidential_case_is_led_away_also_when_it_is_done_or_rests() -> None:
    for state in (State.RESOLVED, State.SUSPENDED):
        play = BEFORE[state]()
        play.say("dispatcher:li", c.Correct, confidential=True)
        assert _standing(play) == (State.DISPATCHED, "supervision-1")
        assert play.told("willow")[-1] == "taken", "it had a part in it, and hears that the case is gone"


def test_the_account_of_time_says_who_has_it_now() -> None:
    play = _resolved()
    play.say("dispatcher:li", c.Correct, subject_desk="willow")
    play.wait(hours=1)
    assert (holding(play.entries, play.now)[-1].kind, holding(play.entries, play.now)[-1].holder) == (
        HolderKind.DESK,
        "lake",
    )


def test_a_case_that_has_climbed_stays_on_its_step_when_it_comes_back() -> None:
    play = Play(rules(GATED))
    play.open()
    play.wait(days=5, hours=1)
    assert play.case.lead == "lake"
    play.say("lake", c.Resolve)
    play.say("dispatcher:li", c.Correct, named_desks=("lake",))
    assert (play.case.lead, play.case.step, play.case.assists) == ("cloud", 2, ())


# -- the lead is not named


@pytest.mark.parametrize("state", [State.RESOLVED, State.SUSPENDED])
@pytest.mark.parametrize(
    "fields", [{"subject_desk": "canal"}, {"named_desks": ("plane",)}, {"named_persons": ("zhao",)}]
)
def test_where_the_lead_may_have_it_only_the_entry_is_made(state: State, fields: dict[str, Any]) -> None:
    play = BEFORE[state]()
    before = play.case.milestones
    play.say("dispatcher:li", c.Correct, **fields)
    assert play.names()[-1] == "Restricted"
    assert _standing(play) == (state, "willow")
    assert play.case.milestones == before


def test_the_follow_up_of_a_desk_that_is_named_waits_for_supervision() -> None:
    play = _resolved()
    play.say(WANG, c.Correct, named_desks=("dispatch",))
    found = play.case.milestone("follow_up")
    assert found is not None
    assert (found.holder, found.due_at) == ("supervision-1", china(2026, 9, 23, 9))
    assert "reminded" in play.told("supervision-1")
    assert holding(play.entries, china(2026, 9, 21, 10))[-1].holder == "supervision-1"
    play.wait(days=2, hours=1)
    assert play.events(e.DeadlineMissed)[-1].charged_to == "supervision-1"
    play.say("supervision:sun", c.FollowUp, **YES)
    assert play.case.state is State.CLOSED
    assert _replays(play)


def test_a_suspension_that_whoever_is_named_approved_is_looked_at_by_another() -> None:
    play = Play(rules(GATED))
    play.open()
    play.say(WANG, c.Designate, desk="supervision-4")
    play.say("supervision-4", c.RequestSuspension, reason="road works")
    play.say("supervision-5", c.ApproveSuspension)
    # Everybody answers to the highest desk of all: of a report on that one only itself is kept out.
    play.say(WANG, c.Correct, named_desks=("supervision-5",))
    assert _standing(play) == (State.SUSPENDED, "supervision-4")
    alive = {one.name: one.holder for one in play.case.milestones if one.status == "running"}
    assert (alive["recheck"], alive["suspension_end"]) == ("supervision-1", "supervision-1")
    assert holding(play.entries, china(2026, 9, 21, 10))[-1].holder == "supervision-1"
    play.wait(days=30, hours=1)
    assert play.events(e.DeadlineMissed)[-1].charged_to == "supervision-1"
    assert _replays(play)


def test_a_supervising_superior_that_is_named_hands_its_clock_to_the_one_above_with_a_day_for_it() -> None:
    supervised = policy(milestones=(CLOSE, FOLLOW_UP), mode=Mode.SUPERVISE, gate=GATED.gate)
    play = Play(rules(supervised))
    play.open()
    play.say(WANG, c.Designate, desk="cloud-water")
    play.wait(days=5, hours=1)
    held = [one for one in play.case.milestones if one.status == "running" and one.holder is not None]
    assert held, "somebody supervises with a clock of its own"
    holder = held[0].holder
    assert holder is not None
    play.say("dispatcher:li" if holder != "dispatch" else WANG, c.Correct, named_desks=(holder,))
    assert play.refused is None
    again = [one for one in play.case.milestones if one.status == "running" and one.holder is not None]
    assert [one.name for one in again] == [one.name for one in held]
    assert again[0].holder != holder
    assert "supervised" in play.told(again[0].holder or "")
    assert _replays(play)


# -- closed, and opened again


@pytest.mark.parametrize("fields", NAMES_THE_LEAD)
def test_of_a_closed_case_only_the_entry_is_made_and_it_is_hidden(fields: dict[str, Any]) -> None:
    play = _closed()
    before, messages = play.case, len(play.messages)
    play.say("dispatcher:li", c.Correct, **fields)
    assert play.names()[-1] == "Restricted"
    assert _standing(play) == (State.CLOSED, "willow")
    assert play.case.milestones == before.milestones
    assert len(play.messages) == messages
    assert sight(TREE, "willow", play.case) is Sight.HIDDEN
    assert "willow" in silenced(TREE, play.case, play.steps[-1].entries)
    for kind in (c.Accept, c.Resolve, c.Reply):
        play.say("willow", kind)
        assert play.refused == "unknown_case"


def _reopened(play: Play, how: str) -> None:
    if how == "asked":
        play.say("citizen:hotline", c.Reopen)
    elif how == "inspected":
        play.say(WANG, c.RecordInspection, passed=False, text="dark again")
    else:
        play.say("system:router", c.NoteInspection, task="T", by="supervision-1", passed=False)


@pytest.mark.parametrize("how", ["asked", "inspected", "rechecked"])
@pytest.mark.parametrize("fields", NAMES_THE_LEAD)
def test_a_closed_case_is_never_opened_again_at_a_desk_that_it_names(how: str, fields: dict[str, Any]) -> None:
    play = _closed()
    play.say("dispatcher:li", c.Correct, **fields)
    told = play.told("willow")
    _reopened(play, how)
    assert play.refused is None
    assert _standing(play) == (State.DISPATCHED, "lake")
    assert play.told("willow") == told
    assert play.case.next_due_at is not None
    assert _replays(play)


def test_whoever_helped_and_was_named_later_does_not_help_again() -> None:
    play = Play(rules(GATED))
    play.open()
    play.say("lake", c.AddAssist, desk="plane")
    play.say("willow", c.Resolve)
    play.say("follow_up:anna", c.FollowUp, **YES)
    play.say("dispatcher:li", c.Correct, named_desks=("plane",))
    assert "plane" in play.case.assists, "who helped is a fact on record"
    told = play.told("plane")
    play.say("citizen:hotline", c.Reopen)
    assert play.case.lead == "willow"
    assert not play.case.assists
    assert play.told("plane") == told


def test_what_was_restricted_before_it_closed_is_not_opened_again_at_who_became_part_of_the_subject() -> None:
    play = Play(rules(GATED))
    play.open(subject_desk="plane")
    play.say("lake", c.Resolve)
    play.say("follow_up:anna", c.FollowUp, **YES)
    _change(play, merge(play.rules.tree.file, "plane", "lake")[0])
    assert sight(play.rules.tree, "lake", play.case) is Sight.HIDDEN, "closed cases hide by the tree"
    assert not_yet_out(play.rules.tree, play.case) == ()
    play.say("citizen:hotline", c.Reopen)
    assert _standing(play) == (State.DISPATCHED, "cloud")


def test_a_late_report_of_a_desk_that_is_kept_out_ends_nothing() -> None:
    play = Play(rules(GATED))
    play.open()
    play.wait(days=5, hours=1)
    play.say("willow", c.Resolve, id="late")
    assert [one.command for one in play.case.late_reports] == ["late"]
    play.say("dispatcher:li", c.Correct, subject_desk="willow")
    play.say("lake", c.Adopt, report="late")
    assert play.refused == "subject_desk"


def test_an_escalation_is_not_undone_to_a_desk_that_is_kept_out() -> None:
    play = Play(rules(GATED))
    play.open()
    play.wait(days=5, hours=1)
    (up,) = play.events(e.Escalated)
    play.say("dispatcher:li", c.Correct, subject_desk="willow")
    told = play.told("willow")
    undone = {"milestone": up.milestone, "due_at": up.due_at, "desk": "willow", "step": up.from_step}
    play.say("system:undo", c.UndoEscalation, **undone, by="li", text="error")
    assert play.refused is None
    assert play.case.lead == "lake"
    assert play.told("willow") == told


# -- the tree changes


def _change(play: Play, file: TreeFile) -> None:
    """Another tree comes into force, and what follows from that is done at once."""
    tree = Tree(file)
    play.rules = rules(*play.rules.policies, tree=tree)
    for command in follows(tree, play.case):
        play.give(command)
        assert play.refused is None


@pytest.mark.parametrize("state", [State.ACCEPTED, State.RESOLVED, State.SUSPENDED])
def test_a_lead_that_does_the_work_of_the_subject_loses_the_case(state: State) -> None:
    play = Play(rules(GATED))
    play.open(subject_desk="plane")
    play.say("lake", c.Accept)
    if state is State.RESOLVED:
        play.say("lake", c.Resolve)
    elif state is State.SUSPENDED:
        play.say("lake", c.RequestSuspension, reason="road works")
        play.say("cloud", c.ApproveSuspension)
    told = play.told("lake")
    _change(play, redirect(play.rules.tree.file, "plane", "lake")[0])
    assert _standing(play) == (State.DISPATCHED, "cloud")
    assert play.told("lake") == told
    assert "lake" in silenced(play.rules.tree, play.case, play.steps[-1].entries)
    assert not_yet_out(play.rules.tree, play.case) == ()
    assert list(follows(play.rules.tree, play.case)) == [], "and that once"
    assert _replays(play)


def test_an_assist_that_does_the_work_of_a_named_desk_is_taken_off_in_silence() -> None:
    play = Play(rules(GATED))
    play.open(subject_desk="plane")
    play.say("lake", c.Whistle, desks=("willow",), text="help")
    told = play.told("willow")
    _change(play, merge(play.rules.tree.file, "plane", "willow")[0])
    assert _standing(play) == (State.DISPATCHED, "lake")
    assert play.case.assists == ()
    assert play.told("willow") == told == ["assigned", "whistled"]
    assert "willow" in silenced(play.rules.tree, play.case, play.steps[-1].entries)
    assert not [name for name in play.running() if name.startswith("report_in:")]


def test_a_case_that_rests_goes_on_at_nobody_that_it_names() -> None:
    play = Play(rules(GATED))
    play.open(subject_desk="plane")
    play.say("lake", c.RequestSuspension, reason="road works")
    play.say("cloud", c.ApproveSuspension)
    # The tree has changed, and nothing has followed yet.
    play.rules = rules(GATED, tree=Tree(redirect(play.rules.tree.file, "plane", "lake")[0]))
    play.say(WANG, c.Resume)
    assert _standing(play) == (State.DISPATCHED, "cloud")


def test_nobody_but_the_router_says_that_the_tree_has_changed() -> None:
    play = Play()
    play.open(subject_desk="plane")
    play.say(WANG, c.KeepOut)
    assert play.refused == "not_permitted"
    play.say("system:divisions", c.KeepOut)
    assert play.refused == "nothing_to_correct"


# -- a report on everybody who asks


def _one_office_of_each() -> Tree:
    """The small city with a dispatcher and one supervision, to which everybody answers."""
    left = tuple(
        msgspec.structs.replace(one, superior=None) if one.code == "supervision-1" else one
        for one in file().desks
        if one.kind is not DeskKind.SUPERVISION or one.code == "supervision-1"
    )
    return Tree(msgspec.structs.replace(file(), desks=left))


def _about_all_who_ask(subject: str) -> Play:
    """A report on a desk, which names both offices beside it; whoever got it has resolved it."""
    play = Play(rules(GATED, tree=_one_office_of_each()))
    play.open(subject_desk=subject, named_desks=("dispatch", "supervision-1"))
    play.say(play.case.lead, c.Resolve)
    assert play.refused is None
    return play


def test_a_report_on_every_office_that_asks_is_asked_about_by_the_desk_above_its_lead() -> None:
    play = _about_all_who_ask("willow")
    assert play.case.lead == "lake"
    assert play.case.milestone("follow_up").holder == "cloud"  # type: ignore[union-attr]
    for who, code in (
        ("lake", "not_permitted"),
        ("channel:hotline", "not_permitted"),
        ("canal", "unknown_case"),
        ("dispatch", "unknown_case"),
        ("supervision-1", "unknown_case"),
    ):
        play.say(who, c.FollowUp, **YES)
        assert (who, play.refused) == (who, code)
    play.say("cloud", c.FollowUp, **YES)
    assert (play.refused, play.case.state) == (None, State.CLOSED)
    assert _replays(play)


def test_where_nobody_is_above_either_the_channel_that_brought_it_confirms() -> None:
    play = _about_all_who_ask("lake")
    assert play.case.lead == "cloud"
    for who in ("cloud", "citizen:hotline"):
        play.say(who, c.FollowUp, **YES)
        assert (who, play.refused) == (who, "not_permitted")
    play.say("channel:hotline", c.FollowUp, **YES)
    assert (play.refused, play.case.state) == (None, State.CLOSED)


def test_who_is_named_when_it_is_resolved_leaves_the_asking_to_the_desk_above_not_to_the_lead() -> None:
    play = Play(rules(GATED, tree=_one_office_of_each()))
    play.open()
    play.say("willow", c.Accept)
    play.say("willow", c.Resolve)
    play.say("dispatcher:li", c.Correct, named_desks=("dispatch", "supervision-1"))
    assert play.case.milestone("follow_up").holder == "lake"  # type: ignore[union-attr]
    play.say("lake", c.FollowUp, **YES)
    assert (play.refused, play.case.state) == (None, State.CLOSED)
