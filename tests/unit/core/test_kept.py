"""From whom a case is kept: whom a report names, by desk or by account; who has no part in a confidential one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from router.core import commands as c, events as e
from router.core.counting.hands import HolderKind
from router.core.counting.holding import holding
from router.core.plausible import fault_of
from router.core.policies.policy import Anchor, Gate, GateKind, Level, OnPass, Satisfies, Watcher
from router.core.telling.hiding import has_part, hidden_from, hides
from router.core.telling.kept import KeptFrom, is_code, is_kept
from router.core.telling.seeing import Sight, sight
from router.core.territory.divisions import redirect
from router.core.territory.tree import DeskKind, Tree
from tests.city import ACCEPT, CLOSE, Play, actor, city, days, desk, file, ladder, milestone, policy, rules
from tests.unit.core.calendars import china

TREE = city()


def _report(*policies: Any, **fields: Any) -> Play:
    play = Play(rules(*policies))
    play.open(matter_type="report", **({"subject_desk": "plane"} | fields))
    return play


def _standing(play: Play) -> tuple[str, tuple[str, ...]]:
    return play.case.lead, play.case.assists


# -- desks that a report names beside its subject


def test_a_named_desk_is_kept_out_with_those_below_it_and_its_territory() -> None:
    kept = KeptFrom(subject_desk="willow", named_desks=("canal", "cloud-water"))
    out = {one.code for one in TREE if is_kept(TREE, kept, one.code)}
    assert {"willow", "canal", "bridge", "mine", "canal:triage", "cloud-water", "lake-water"} <= out
    assert not out & {"lake", "plane", "cloud", "dispatch", "supervision-1"}


@pytest.mark.parametrize(
    ("who", "kind", "fields"),
    [
        ("dispatcher:li", c.Dispatch, {"desk": "canal"}),
        ("dispatcher:li", c.Dispatch, {"desk": "cloud", "assists": ("bridge",)}),
        ("supervision:wang", c.Designate, {"desk": "bridge"}),
        ("lake", c.Whistle, {"desks": ("canal",), "text": "help"}),
        ("supervision:wang", c.AddAssist, {"desk": "bridge"}),
    ],
)
def test_nobody_hands_a_report_to_a_desk_that_it_names(who: str, kind: type[c.Command], fields: Any) -> None:
    play = _report(named_desks=("canal",))
    before = _standing(play)
    play.say(who, kind, **fields)
    assert play.refused == "subject_desk"
    assert _standing(play) == before == ("lake", ())
    assert play.told("canal") == play.told("bridge") == []


def test_a_returned_report_does_not_go_to_a_desk_that_it_names() -> None:
    play = _report(named_desks=("canal",))
    play.say("lake", c.RequestReturn, reason="not_our_matter", suggested_desk="canal")
    play.say("dispatcher:li", c.ApproveReturn)
    assert (play.refused, play.case.lead) == ("subject_desk", "lake")


def test_an_escalation_does_not_reach_a_desk_that_the_report_names() -> None:
    play = _report(named_desks=("supervision-5",))
    play.wait(days=30)
    assert play.case.lead == "supervision-4"
    assert play.events(e.NoticeRepeated)[-1].to == "supervision-4"
    assert play.told("supervision-5") == []


def test_for_a_named_desk_the_case_does_not_exist() -> None:
    play = _report(named_desks=("canal",))
    for code in ("canal", "bridge", "plane"):
        play.say(code, c.ReportProgress)
        assert play.refused == "unknown_case"
        assert play.told(code) == []
        assert sight(TREE, code, play.case) is Sight.HIDDEN
    assert sight(TREE, "cloud", play.case) is Sight.COUNTED


# -- persons


@pytest.mark.parametrize(
    ("who", "kind", "fields"),
    [
        ("dispatcher:li", c.Dispatch, {"desk": "cloud"}),
        ("supervision:li", c.Designate, {"desk": "cloud"}),
        ("supervision:li", c.Redact, {"entry": 1, "text": "a name"}),
        ("supervision:li", c.Withdraw, {"text": "nothing in it"}),
        ("supervision:li", c.Correct, {"not_named": ("li",)}),
        ("follow_up:li", c.FollowUp, {"result": c.FollowUpResult.ACCEPTED}),
    ],
)
def test_a_named_person_finds_no_such_case_in_any_office(who: str, kind: type[c.Command], fields: Any) -> None:
    play = _report(named_persons=("li",))
    before = play.case
    play.say(who, kind, **fields)
    assert play.refused == "unknown_case"
    assert play.case == before
    assert hidden_from(play.rules, play.case, actor(who))
    assert not hidden_from(play.rules, play.case, actor(who.replace(":li", ":anna")))


def test_a_report_on_a_person_alone_goes_to_supervision() -> None:
    play = _report(subject_desk=None, named_persons=("li",))
    assert _standing(play) == ("supervision-1", ())
    assert play.events(e.Dispatched)[0].reason == "named_person"


@pytest.mark.parametrize("kept", [{"confidential": True}, {"named_persons": ("li",)}])
def test_the_time_of_what_goes_to_supervision_at_once_is_supervisions(kept: Any) -> None:
    play = _report(subject_desk=None, **kept)
    play.wait(days=1)
    (span,) = holding(play.entries, play.now)
    assert (span.kind, span.holder) == (HolderKind.SUPERVISION, "supervision-1")


def test_a_named_person_neither_answers_for_the_case_nor_instructs() -> None:
    play = _report(named_persons=("mayor",))
    play.say("dispatcher:li", c.AssignLeader, leader="mayor", tier="city")
    assert play.refused == "named_person"
    play.say("dispatcher:li", c.Instruct, leader="mayor", tier="city", text="at once")
    assert play.refused == "named_person"
    play.say("dispatcher:li", c.AssignLeader, leader="deputy", tier="city")
    assert play.refused is None


def test_a_level_whose_officer_is_named_is_confirmed_by_anybody_else_of_supervision() -> None:
    level = Level(name="inspection", after=days(1), audience=("supervision-2",), officer="li")
    play = _report(policy(levels=(level,)), named_persons=("li",))
    play.wait(days=7)
    assert play.events(e.LevelProposed)[-1].officer == ""
    play.say("supervision:li", c.ConfirmLevel, level="inspection")
    assert play.refused == "unknown_case"
    play.say("supervision:anna", c.ConfirmLevel, level="inspection")
    assert play.refusal is None
    assert play.case.level == 1


# -- what may stand on record


def test_a_person_is_named_by_account_and_not_by_name() -> None:
    opening: dict[str, Any] = {"id": "1", "case_id": "", "actor": actor("channel:hotline")}
    said = c.Open(**opening, source="hotline", source_id="1", channel="hotline", named_persons=("王局长",))
    fault = fault_of(said)
    assert fault is not None
    assert (fault.code, fault.field) == ("bad_id", "named_persons")
    assert "王局长" not in fault.zh + fault.en
    assert fault_of(msgspec.structs.replace(said, named_persons=("wang.5021",))) is None
    many = tuple(f"d{number}" for number in range(51))
    fault = fault_of(c.Correct(id="2", case_id="A", actor=actor("dispatcher:li"), named_desks=many))
    assert fault is not None
    assert (fault.code, fault.field) == ("out_of_range", "named_desks")


@pytest.mark.parametrize("text", ["王局长", "the head of it", "", "-x", "a" * 65, "13800000000 li"])
def test_what_reads_like_a_name_is_no_code(text: str) -> None:
    assert not is_code(text)


def test_prose_in_the_place_of_a_code_is_sorted_by_supervision_and_repeated_nowhere() -> None:
    play = _report(subject_desk="平江路王局长", named_desks=("his cousin", "plane"))
    assert _standing(play) == ("supervision-1", ())
    assert play.case.kept.desks == ("?", "?", "plane")
    written = msgspec.json.encode(play.entries).decode()
    assert "王" not in written
    assert "cousin" not in written


def test_a_report_that_names_everybody_is_refused() -> None:
    play = Play()
    command = c.Open(
        id="1",
        case_id="",
        actor=actor("channel:hotline"),
        source="hotline",
        source_id="1",
        channel="hotline",
        named_desks=tuple(one.code for one in TREE),
    )
    play.give(command)
    assert play.refused == "nobody_may_see"
    assert play.steps == []


# -- corrections


def test_a_correction_takes_the_case_from_a_lead_that_it_names() -> None:
    play = Play()
    play.open()
    assert play.case.lead == "willow"
    told = len(play.told("willow"))
    play.say("channel:hotline", c.Correct, subject_desk="willow")
    assert _standing(play) == ("lake", ())
    assert play.names()[-2:] == ["Restricted", "Dispatched"]
    # Not even that it is gone.
    assert len(play.told("willow")) == told
    play.say("willow", c.Resolve)
    assert play.refused == "unknown_case"


def test_a_correction_that_makes_a_case_a_report_leads_it_away() -> None:
    play = Play()
    play.open()
    play.say("dispatcher:li", c.Correct, named_persons=("wang",))
    assert play.case.lead == "supervision-1"
    assert "taken" in play.told("willow"), "it is not named, and hears that the case is gone"


def test_a_correction_leaves_a_report_where_it_is_when_its_lead_may_have_it() -> None:
    play = _report()
    play.say("supervision:wang", c.Designate, desk="canal")
    play.say("dispatcher:li", c.Correct, named_desks=("willow",))
    assert (play.refused, play.case.lead) == (None, "canal")
    assert play.case.kept.desks == ("plane", "willow")


def test_a_desk_that_assists_and_is_named_is_taken_off_in_silence() -> None:
    play = _report(subject_desk="willow")
    play.say("lake", c.Whistle, desks=("plane",), text="help")
    told = play.told("plane")
    play.say("dispatcher:li", c.Correct, named_desks=("plane",))
    assert _standing(play) == ("lake", ())
    assert play.told("plane") == told == ["assigned", "whistled"]
    assert not [name for name in play.running() if name.startswith("report_in:")]


def test_a_report_that_comes_to_name_its_lead_goes_past_it() -> None:
    play = _report()
    play.say("supervision:wang", c.Designate, desk="canal")
    play.say("dispatcher:li", c.Correct, named_desks=("canal",))
    assert play.case.lead == "lake"


def test_at_the_top_of_its_ladder_it_goes_to_whoever_is_left() -> None:
    play = Play(rules(policy(ladder=ladder("street", "district", "city"))))
    play.open()
    play.wait(days=8)
    assert (play.case.lead, play.case.step) == ("cloud", 2)
    play.say("dispatcher:li", c.Correct, named_desks=("cloud",))
    assert play.case.lead == "supervision-1"


def test_whoever_a_report_is_about_does_not_ask_the_residents_and_answers_for_no_asking() -> None:
    asked = milestone(
        "follow_up", days(2), Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED, on_pass=OnPass.SUPERVISE
    )
    gated = policy(milestones=(CLOSE, asked), gate=Gate(kind=GateKind.FOLLOW_UP))
    for subject, holder in (("plane", "dispatch"), ("dispatch", "supervision-2")):  # supervision-1 handles it
        play = _report(gated, subject_desk=subject)
        play.say(play.case.lead, c.Resolve)
        found = play.case.milestone("follow_up")
        assert found is not None
        assert found.holder == holder


def test_nobody_inspects_what_is_about_itself() -> None:
    task = c.Task(kind=c.TaskKind.VISIT, targets=(c.Target(desk="plane"),), due_at=china(2026, 9, 24, 18))
    play = Play()
    command = c.Open(
        id="1",
        case_id="",
        actor=actor("supervision-1"),
        source=c.INSPECTION,
        source_id="1",
        channel=c.INSPECTION,
        task=task,
        named_desks=("supervision-1",),
    )
    play.give(command)
    assert play.refused == "subject_desk"


def test_a_plan_about_a_reviewer_goes_to_whoever_stands_above() -> None:
    review = milestone("review", days(2), Satisfies.REVIEWED, by="dispatcher", on_pass=OnPass.SUPERVISE)
    play = _report(policy(milestones=(review, CLOSE)), subject_desk="dispatch")
    assert play.case.lead == "supervision-1"
    play.say("supervision-1", c.FilePlan, text="as follows")
    assert "plan_filed" in play.told("supervision-2")
    assert play.told("dispatch") == []


def test_who_does_the_work_of_a_superior_has_a_part_in_a_confidential_case() -> None:
    play = Play()
    play.open(confidential=True)
    play.say("supervision:wang", c.Designate, desk="willow")
    done_by = Tree(redirect(play.rules.tree.file, "lake", "canal")[0])
    assert has_part(done_by, play.case, "canal")
    assert not has_part(done_by, play.case, "bridge")


def test_above_a_lead_that_is_gone_stands_whoever_governs_the_place() -> None:
    play = Play()
    play.open(confidential=True)
    play.say("supervision:wang", c.Designate, desk="willow")
    whole = file()
    left = tuple(one for one in whole.desks if one.code != "willow")
    gone = Tree(msgspec.structs.replace(whole, desks=left))
    asked = ("lake", "cloud", "plane", "canal")
    assert [code for code in asked if has_part(gone, play.case, code)] == ["lake", "cloud"]


def test_a_case_that_has_climbed_and_names_its_lead_goes_on_on_its_step() -> None:
    play = Play()
    play.open()
    play.wait(days=5, seconds=2)
    assert play.case.lead == "lake"
    play.say("dispatcher:li", c.Correct, named_desks=("lake",))
    assert play.case.lead == "cloud"
    assert play.case.step == 2


@pytest.mark.parametrize(
    ("opened", "fields"),
    [
        ({"named_desks": ("canal",)}, {"not_named": ("canal",)}),
        ({}, {"not_named": ("plane",)}),
        ({}, {"subject_desk": "willow"}),
        ({"named_persons": ("anna",)}, {"not_named": ("anna",)}),
        ({"confidential": True}, {"confidential": False}),
    ],
)
def test_only_supervision_takes_somebody_off_or_lifts_confidentiality(opened: Any, fields: Any) -> None:
    play = _report(**opened)
    play.say("dispatcher:li", c.Correct, **fields)
    assert play.refused == "names_stay"
    play.say("supervision:wang", c.Correct, **fields)
    assert play.refused is None
    changed = play.case.kept
    assert changed != _report(**opened).case.kept


def test_a_watcher_that_the_report_comes_to_name_waits_for_nothing_any_more() -> None:
    mark = milestone("seen", days(3), Satisfies.MARKED, by="group")
    watched = policy(milestones=(ACCEPT, mark, CLOSE), watchers=(Watcher(name="group", desk="petitions"),))
    play = Play(rules(watched, tree=city(desk("petitions", "cloud", DeskKind.FUNCTIONAL, line="petitions"))))
    play.open()
    assert "seen" in play.running()
    play.say("dispatcher:li", c.Correct, named_desks=("petitions",))
    assert "seen" not in play.running()
    assert play.events(e.Restricted)[0].ended == ("seen",)


def test_a_mistyped_desk_in_a_correction_is_refused_for_it_would_keep_the_case_from_nobody() -> None:
    play = _report()
    for fields in ({"named_desks": ("canall",)}, {"subject_desk": "planes"}):
        play.say("dispatcher:li", c.Correct, **fields)
        assert play.refused == "unknown_desk"
    assert play.case.kept == KeptFrom(subject_desk="plane")


# -- confidential cases


def test_a_confidential_case_exists_for_those_who_have_a_part_in_it_and_for_nobody_else() -> None:
    play = Play()
    play.open(confidential=True)
    assert play.case.lead == "supervision-1"
    play.say("supervision:wang", c.Designate, desk="lake")
    assert _standing(play) == ("lake", ())
    part = {one.code for one in TREE if has_part(TREE, play.case, one.code)}
    supervision = {f"supervision-{n}" for n in range(1, 6)}
    assert part == {"lake", "cloud", "dispatch"} | supervision
    for below in ("willow", "plane", "lake-water", "lake:triage", "canal"):
        assert hides(TREE, play.case, below)
        play.say(below, c.ReportProgress)
        assert play.refused == "unknown_case"
        assert play.told(below) == []
        assert sight(TREE, below, play.case) is Sight.HIDDEN
    assert sight(TREE, "cloud", play.case) is Sight.COUNTED


def test_whoever_is_called_by_name_has_a_part_and_hears_when_it_is_over() -> None:
    play = Play()
    play.open(confidential=True)
    play.say("supervision-1", c.Whistle, desks=("willow",), text="help")
    assert play.told("willow") == ["assigned", "whistled"]
    play.say("supervision:wang", c.RemoveAssist, desk="willow")
    assert play.told("willow")[-1] == "taken"
    assert hides(TREE, play.case, "willow")


def test_a_returned_confidential_case_goes_back_to_supervision() -> None:
    play = Play()
    play.open(confidential=True)
    play.say("supervision:wang", c.Designate, desk="lake")
    play.say("dispatcher:li", c.Dispatch, desk="canal")
    play.say("canal", c.RequestReturn, reason="not_our_matter")
    play.say("dispatcher:li", c.ApproveReturn)
    assert (play.refused, play.case.lead) == (None, "supervision-1")


def test_a_level_of_a_confidential_case_is_told_to_none_of_its_audience_that_has_no_part_in_it() -> None:
    levels = (
        Level(name="media", after=days(1), audience=("canal", "supervision-3")),
        Level(name="hotline", after=days(1), audience=("canal", "willow")),
    )
    play = Play(rules(policy(levels=levels)))
    play.open(confidential=True)
    play.wait(days=7, hours=1)
    raised = [one.audience for one in play.events(e.LevelRaised)]
    assert raised == [("supervision-3",), ("supervision-1",)]
    assert play.told("canal") == play.told("willow") == []


def test_a_level_of_an_ordinary_case_is_told_to_its_whole_audience() -> None:
    levels = (Level(name="media", after=days(1), audience=("canal", "supervision-3")),)
    play = Play(rules(policy(levels=levels)))
    play.open()
    play.wait_until(china(2026, 9, 27, 10))
    assert play.events(e.LevelRaised)[0].audience == ("canal", "supervision-3")
