"""Laws of inspections over random histories: hidden until done, never without a day, carried on exactly once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import Phase, find, given, settings, strategies as st
from hypothesis.errors import NoSuchExample

from router import announcing
from router.core import case as case_module, commands as c, lifecycle, step
from router.core.history import advance
from router.core.policies.policy import RecheckRule
from router.core.several.lots import seed_hash
from router.core.telling.kept import keeps_from
from router.core.timing import ladder
from tests.bureau import Bureau
from tests.city import MONDAY, Play, days, policy, rules

SEED = "2026-09-21 lottery 03 08 17 22 25 31 + 09"
DESKS = ("willow", "plane", "bridge", "lake", "cloud", "cloud-transport")
SPEAKERS = (*DESKS, "supervision-1", "supervision-2", "supervision:wang", "dispatcher:li", "citizen:hotline")

_deed = st.fixed_dictionaries(
    {
        "what": st.sampled_from(
            ["Accept", "Record", "Record", "Draw", "Draw", "Sweep", "Withdraw", "Resolve", "wait"]
        ),
        "who": st.sampled_from(("supervision-1", *SPEAKERS)),
        "which": st.integers(0, 6),
        "passed": st.booleans(),
        "hours": st.sampled_from([1, 30, 200, 900]),
    }
)
_STORIES = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["visit", "visit of a case", "draw", "recheck"]),
        "targets": st.lists(st.sampled_from(DESKS), min_size=1, max_size=4, unique=True),
        "count": st.integers(1, 4),
        "deeds": st.lists(_deed, max_size=10),
    }
)
Story = dict[str, Any]
Law = Callable[[Story], None]


def _live(story: Story, each: Callable[[Bureau], None] | None = None) -> Bureau:
    bureau = Bureau(rules(policy(recheck=RecheckRule(every=days(20), times=2, outcomes=("solved",)))))
    _begin(bureau, story)
    for deed in (None, *story["deeds"]):
        if deed is not None:
            _do(bureau, deed)
        if each is not None:
            each(bureau)
    return bureau


def _begin(bureau: Bureau, story: Story) -> None:
    due_at = MONDAY + timedelta(days=3)
    targets = tuple(c.Target(desk=desk) for desk in story["targets"])
    if story["kind"] in ("recheck", "visit of a case"):
        case = bureau.open()
        if story["kind"] == "recheck":
            bureau.say(case, "willow", c.Resolve)
            return
        targets = (c.Target(desk="willow", case=case.case.id),)
    if story["kind"] == "draw":
        count = min(story["count"], len(targets))
        digest = seed_hash(SEED)
        task = c.Task(kind=c.TaskKind.DRAW, targets=targets, due_at=due_at, count=count, seed_hash=digest)
    else:
        task = c.Task(kind=c.TaskKind.VISIT, targets=targets[:1], due_at=due_at)
    bureau.inspect("supervision-1", "1", task)


def _do(bureau: Bureau, deed: dict[str, Any]) -> None:
    if deed["what"] == "wait":
        bureau.wait_until(bureau.now + timedelta(hours=deed["hours"]))
        return
    plays = list(bureau.plays.values())
    if not plays:
        return
    play = plays[deed["which"] % len(plays)]
    match deed["what"]:
        case "Record":
            found = (c.Finding(text="dark"),) if deed["hours"] == 1 else ()
            bureau.say(play, deed["who"], c.RecordInspection, passed=deed["passed"], findings=found)
        case "Draw":
            bureau.say(play, deed["who"], c.DrawInspection, seed=SEED if deed["passed"] else "another seed" * 3)
        case "Sweep":
            bureau.say(play, deed["who"], c.Sweep, checklist=("walk",))
        case other:
            bureau.say(play, deed["who"], getattr(c, other))


def _kept_out(bureau: Bureau, play: Play) -> list[str]:
    """The desks that must not know of an open task."""
    task = play.case.inspections.task
    if task is None or not play.case.is_open:
        return []
    tree = bureau.rules.tree
    return [desk.code for desk in tree if any(keeps_from(tree, one.desk, desk.code) for one in task.targets)]


# -- the laws --------------------------------------------------------------------------------------------------


def nobody_inspected_leads_or_hears_of_a_task_before_it_is_done(story: Story) -> None:
    def check(bureau: Bureau) -> None:
        for play in bureau.tasks():
            hidden = set(_kept_out(bureau, play))
            assert play.case.lead not in hidden
            assert not {message.desk for message in play.messages} & hidden
            before = play.case
            for desk in sorted(hidden)[:3]:
                bureau.say(play, desk, c.RecordInspection, passed=True)
                assert play.refused == "unknown_case"
            assert (play.case.state, play.case.lead) == (before.state, before.lead)

    _live(story, check)


def nothing_of_a_task_is_announced_while_it_is_open(story: Story) -> None:
    for play in _live(story).tasks():
        for taken in play.steps:
            if taken.case.is_open:
                assert announcing.announced(taken.case, taken.entries, "city", MONDAY) == ()


def an_open_task_has_a_deadline_and_a_closed_one_has_none(story: Story) -> None:
    def check(bureau: Bureau) -> None:
        for play in bureau.tasks():
            assert (play.case.next_due_at is not None) == play.case.is_open

    _live(story, check)


def every_case_replays_from_its_entries(story: Story) -> None:
    for play in _live(story).plays.values():
        assert advance(None, play.entries) == play.case


def a_draw_closes_exactly_when_all_that_were_drawn_are_done(story: Story) -> None:
    bureau = _live(story)
    for play in bureau.tasks(c.TaskKind.DRAW):
        drawn = play.case.inspections.drawn
        if drawn is None:
            continue
        visits = [one for one in bureau.tasks(c.TaskKind.VISIT) if one.case.inspections.parent == play.case.id]
        assert len(visits) == len(drawn.targets)
        if play.names().count("Withdrawn") == 0:
            assert play.case.is_open == any(one.case.is_open for one in visits)


LAWS: list[Law] = [
    nobody_inspected_leads_or_hears_of_a_task_before_it_is_done,
    nothing_of_a_task_is_announced_while_it_is_open,
    an_open_task_has_a_deadline_and_a_closed_one_has_none,
    every_case_replays_from_its_entries,
    a_draw_closes_exactly_when_all_that_were_drawn_are_done,
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_law(law: Law) -> None:
    @settings(max_examples=60)
    @given(_STORIES)
    def holds(story: Story) -> None:
        law(story)

    holds()


# -- planted faults --------------------------------------------------------------------------------------------


def _look_away(patch: pytest.MonkeyPatch) -> None:
    for module in (step, ladder):
        patch.setattr(module, "bars", lambda *_: False)
    patch.setattr(lifecycle, "hidden_from", lambda *_: False)


def _announce_everything(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(case_module.Case, "is_open", property(lambda case: case.state in ("dispatched", "closed")))
    patch.setattr(case_module.Case, "is_task", property(lambda _case: False))


def _forget_the_next_budget(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ladder, "next_step", lambda *_args, **_more: None)


def _tell_no_draw(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(step.Draft, "also", lambda *_: None)


def _touch_the_case(patch: pytest.MonkeyPatch) -> None:
    kept = lifecycle._HANDLERS[c.RecordInspection]

    def record(draft: step.Draft, command: Any, in_force: Any) -> Any:
        draft.case.affected = 99
        return kept[1](draft, command, in_force)

    handlers: dict[Any, Any] = lifecycle._HANDLERS
    patch.setitem(handlers, c.RecordInspection, (kept[0], record))


FAULTS: list[tuple[Callable[[pytest.MonkeyPatch], None], Law]] = [
    (_look_away, nobody_inspected_leads_or_hears_of_a_task_before_it_is_done),
    (_announce_everything, nothing_of_a_task_is_announced_while_it_is_open),
    (_forget_the_next_budget, an_open_task_has_a_deadline_and_a_closed_one_has_none),
    (_touch_the_case, every_case_replays_from_its_entries),
    (_tell_no_draw, a_draw_closes_exactly_when_all_that_were_drawn_are_done),
]


def test_every_law_has_a_fault_that_it_must_catch() -> None:
    assert {law for _, law in FAULTS} == set(LAWS)


@pytest.mark.parametrize(("fault", "law"), FAULTS, ids=lambda one: one.__name__.strip("_"))
def test_law_catches(fault: Callable[[pytest.MonkeyPatch], None], law: Law) -> None:
    def breaks(story: Story) -> bool:
        with pytest.MonkeyPatch.context() as patch:
            fault(patch)
            try:
                law(story)
            except (AssertionError, RuntimeError):
                return True
        return False

    try:
        find(_STORIES, breaks, settings=_ONCE)
    except NoSuchExample:
        pytest.fail(f"{law.__name__} does not notice")


#: The first story that shows the fault will do; the same ones are tried every time.
_ONCE = settings(max_examples=2000, phases=[Phase.generate], derandomize=True, database=None)
