"""Random histories of a case: what people, offices and the clock may do to it, in any order and at any time.

A history is data (an opening and a list of deeds), so that hypothesis can shrink it; :func:`live` plays it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import msgspec
from hypothesis import strategies as st

from router.cli.rerouting import follows
from router.core import commands as c, events as e
from router.core.events import ALIVE, MilestoneStatus
from router.core.policies.policy import (
    Anchor,
    DispatchTerms,
    Elapsed,
    ExtensionRule,
    Gate,
    GateKind,
    Given,
    Level,
    LevelStart,
    Match,
    Mode,
    OnPass,
    Policy,
    RecheckRule,
    RepeatRule,
    Required,
    Requirement,
    Satisfies,
    SuspensionRule,
    Track,
    Watcher,
    WorkingTime,
)
from router.core.rules import Rules
from router.core.several.linking import related
from router.core.territory.divisions import merge, redirect
from router.core.territory.tree import DeskKind, Tree
from router.core.timing.deadlines import wake_up
from tests.city import (
    ACCEPT,
    CLOSE,
    DISPATCH,
    MONDAY,
    Play,
    days,
    desk,
    file,
    ladder,
    milestone,
    policy,
    rules,
    working_days,
)

# -- policies: each has something that another has not ---------------------------------------------------------

_ACCEPT_OR_UP = milestone("accept", Elapsed(4 * 3600), Satisfies.ACCEPTED, anchor=Anchor.DISPATCHED)
_FOLLOW_UP = milestone(
    "follow_up", days(2), Satisfies.FOLLOWED_UP, anchor=Anchor.RESOLVED, on_pass=OnPass.SUPERVISE
)
_AIM = milestone("aim", days(2), Satisfies.RESOLVED, track=Track.INTERNAL, on_pass=OnPass.ESCALATE)
_WORD = milestone("word", days(4), Satisfies.RESOLVED)
_SIGNED_LATE = milestone("signed", days(5), Satisfies.ACCEPTED)
_ANSWERED = milestone("answer", days(5), Satisfies.RESOLVED)
_GATE = Gate(kind=GateKind.FOLLOW_UP)
_INSPECTED = Gate(kind=GateKind.INSPECTION)
_RECHECK = RecheckRule(every=days(30), outcomes=("solved",))

_PLAN = milestone("plan", days(1), Satisfies.PLAN_FILED, track=Track.INTERNAL, on_pass=OnPass.SUPERVISE)
_REVIEW = milestone("review", days(2), Satisfies.REVIEWED, by="supervision", on_pass=OnPass.SUPERVISE)
_WATCHERS = (Watcher(name="first", desk="supervision-2"), Watcher(name="second", desk="petitions"))
_MARKS = tuple(
    milestone(f"seen_{by}", days(3), Satisfies.MARKED, by=by, track=Track.INTERNAL) for by in ("first", "second")
)

_POLICIES: dict[str, Policy] = {
    "plain": policy(),
    "unpaused": policy(milestones=(ACCEPT, _AIM, milestone("close", days(5), Satisfies.CLOSED, pauses=False))),
    "signed": policy(milestones=(DISPATCH, _ACCEPT_OR_UP, CLOSE)),
    "gated": policy(milestones=(DISPATCH, ACCEPT, CLOSE, _FOLLOW_UP), gate=_GATE),
    "sampled": policy(milestones=(ACCEPT, CLOSE, _FOLLOW_UP), gate=Gate(kind=GateKind.FOLLOW_UP, sample=0.5)),
    "inspected": policy(milestones=(ACCEPT, CLOSE), gate=_INSPECTED, recheck=_RECHECK),
    "word": policy(milestones=(ACCEPT, _AIM, _WORD, _FOLLOW_UP), gate=_GATE),
    "supervise": policy(milestones=(_ACCEPT_OR_UP, CLOSE), mode=Mode.SUPERVISE),
    "supervise_gated": policy(milestones=(CLOSE, _FOLLOW_UP), mode=Mode.SUPERVISE, gate=_GATE),
    "working_days": policy(
        calendar="cn",
        milestones=(
            DISPATCH,
            milestone("accept", working_days(1), Satisfies.ACCEPTED, anchor=Anchor.DISPATCHED),
            milestone("close", working_days(5), Satisfies.CLOSED),
        ),
        ladder=ladder(budget=working_days(2)),
        return_window=WorkingTime(4 * 3600),
    ),
    "at_one_instant": policy(milestones=(_SIGNED_LATE, _ANSWERED, CLOSE, _FOLLOW_UP), gate=_GATE),
    "from_district": policy(ladder=ladder("district", "city", "supervision-1"), min_in_hand_s=0),
    "to_city": policy(ladder=ladder("street", "district", "city"), return_cap=1),
    "watched": policy(milestones=(DISPATCH, _PLAN, _REVIEW, *_MARKS, CLOSE), watchers=_WATCHERS),
    "named": policy(dispatch=DispatchTerms(requires=(Requirement(what=Required.LEADER),))),
    "joint": policy(dispatch=DispatchTerms(lead="district")),
    "levels": policy(
        levels=(
            Level(name="first", after=days(1), audience=("supervision-1", "lake")),
            Level(name="second", after=days(1), audience=("supervision-2",), officer="li"),
            Level(name="third", after=days(2), audience=("supervision-1",)),
        ),
    ),
    "levels_at_once": policy(
        levels_start=LevelStart.RECEIVED, levels=(Level(name="only", after=days(2), audience=("petitions",)),)
    ),
    "given": policy(milestones=(DISPATCH, milestone("close", Given(), Satisfies.CLOSED))),
}
#: Any of them lets cases be extended and suspended.
POLICIES = {
    name: msgspec.structs.replace(
        one,
        extension=ExtensionRule(longest=working_days(8), cap=2),
        suspension=SuspensionRule(longest=days(20), recheck=days(7), cap=2),
        repeat=RepeatRule(escalate_at=2),
    )
    for name, one in _POLICIES.items()
}

_FILE = file(
    desk("petitions", "cloud", DeskKind.FUNCTIONAL, line="petitions"),
    desk("lake-peace", "lake", DeskKind.MEDIATION),
    desk("cloud-peace", "cloud", DeskKind.MEDIATION),
)

TREES: dict[str, Tree] = {
    "plain": Tree(_FILE),
    "merged": Tree(merge(_FILE, "plane", "willow")[0]),
    "one_supervision": Tree(
        msgspec.structs.replace(
            _FILE,
            desks=tuple(
                msgspec.structs.replace(d, superior=None) if d.code == "supervision-1" else d
                for d in _FILE.desks
                if not d.code.startswith("supervision-") or d.code == "supervision-1"
            ),
        )
    ),
}

# -- deeds -----------------------------------------------------------------------------------------------------


class Deed(msgspec.Struct, frozen=True):
    """One thing that happens: `what` names it, the rest says how."""

    what: str
    who: str = ""
    fields: dict[str, Any] = {}
    #: Minutes between its happening and our hearing of it; None: the source does not say.
    minutes_ago: int | None = None


class History(msgspec.Struct, frozen=True):
    """How a case came, and what became of it."""

    policy: str
    tree: str
    opening: dict[str, Any]
    deeds: tuple[Deed, ...]

    def rules(self, **changes: Any) -> Rules:
        """What is in force; `changes` are changes of the policy."""
        return rules(msgspec.structs.replace(POLICIES[self.policy], **changes), tree=TREES[self.tree])


DESKS = ["willow", "plane", "bridge", "mine", "lake", "canal", "cloud", "lake-water", "lake:triage", "dispatch"]
_desk = st.sampled_from([*DESKS, "supervision-1", "supervision-2", "nobody"])
_division = st.sampled_from(
    [("lake", "willow"), ("lake", "plane"), ("canal", "bridge"), ("canal", "mine"), ("?",), ()]
)

_named_desks = st.lists(
    st.sampled_from(["plane", "willow", "canal", "cloud-water", "supervision-1", "petitions", "?"]),
    min_size=1,
    max_size=2,
).map(tuple)

_PROJECT = {"project": "PROJECT", "by": "lake"}

#: Command → who usually gives it, and what it says.
_SAID: dict[str, tuple[str, Any]] = {
    "Accept": ("lead", st.just({})),
    "ReportProgress": (
        "lead",
        st.sampled_from([None, None, True, False]).map(lambda found: {"text": "正在办理", "substantiated": found}),
    ),
    "Reply": ("lead", st.fixed_dictionaries({"hours": st.sampled_from([None, 5, 50])})),
    "Mitigate": ("lead", st.just({})),
    "Whistle": (
        "lead",
        st.fixed_dictionaries(
            {"desks": st.lists(_desk, min_size=1, max_size=2).map(tuple), "text": st.sampled_from(["help", ""])}
        ),
    ),
    "ReportIn": ("assist", st.just({})),
    "AddAssist": ("superior", st.fixed_dictionaries({"desk": _desk})),
    "RemoveAssist": ("superior", st.fixed_dictionaries({"desk": _desk})),
    "AssignLeader": ("dispatcher:li", st.just({"leader": "mayor", "tier": "city"})),
    "Instruct": ("superior", st.just({"leader": "mayor", "tier": "city", "text": "at once"})),
    "FilePlan": ("lead", st.just({"text": "by Friday"})),
    "Review": (
        "supervision-1",
        st.fixed_dictionaries({"passed": st.booleans(), "text": st.just("as it is")}),
    ),
    "Mark": ("petitions", st.fixed_dictionaries({"on_site": st.booleans()})),
    "Mediate": ("lead", st.sampled_from([{}, {"desk": "cloud-peace"}, {"desk": "plane"}])),
    "EndMediation": ("peace", st.fixed_dictionaries({"settled": st.booleans(), "text": st.just("as it is")})),
    "RequestReturn": (
        "lead",
        st.fixed_dictionaries(
            {"reason": st.sampled_from(["not_our_matter", "?"]), "suggested_desk": st.none() | _desk}
        ),
    ),
    "ApproveReturn": ("dispatcher:li", st.fixed_dictionaries({"desk": st.none() | _desk})),
    "RefuseReturn": ("dispatcher:li", st.just({})),
    "Designate": ("superior", st.fixed_dictionaries({"desk": _desk})),
    "Dispatch": (
        "dispatcher:li",
        st.fixed_dictionaries(
            {"desk": _desk},
            optional={
                "assists": st.lists(_desk, max_size=2).map(tuple),
                "in_person": st.booleans(),
                "receipt": st.sampled_from(["", "paper-1"]),
            },
        ),
    ),
    "RequestExtension": (
        "lead",
        st.fixed_dictionaries(
            {"reason": st.just("parts")},
            optional={"days": st.sampled_from([1, 3, 9]), "until_hours": st.sampled_from([130, 200])},
        ),
    ),
    "ApproveExtension": ("superior", st.just({})),
    "RefuseExtension": ("superior", st.just({})),
    "RequestSuspension": (
        "lead",
        st.fixed_dictionaries(
            {"reason": st.just("road works")}, optional={"recheck_hours": st.sampled_from([30, 200, 2000])}
        ),
    ),
    "ApproveSuspension": ("superior", st.just({})),
    "RefuseSuspension": ("superior", st.just({})),
    "Recheck": ("superior", st.just({})),
    "Resume": ("lead", st.just({})),
    "Excuse": ("supervision-2", st.fixed_dictionaries({"which": st.integers(0, 5), "text": st.just("power cut")})),
    "ConfirmLevel": ("supervision:li", st.builds(dict, level=st.sampled_from(["first", "second"]))),
    "Star": ("dispatcher:li", st.just({})),
    "Unstar": ("supervision-1", st.just({})),
    "Replan": ("system:policy", st.just({})),
    "UndoEscalation": (
        "system:undo",
        st.fixed_dictionaries(
            {"up": st.sampled_from([-1, -1, 0, 1]), "by": st.just("li"), "text": st.just("error")}
        ),
    ),
    "NoteUnstaffed": ("system:staffing", st.just({})),
    "Resolve": ("lead", st.just({})),
    "FollowUp": (
        "follow_up:anna",
        st.fixed_dictionaries(
            {"result": st.sampled_from(c.FollowUpResult)},
            optional={
                "reprocess": st.sampled_from(c.Reprocess),
                "answers": st.builds(
                    c.Answers,
                    contacted=st.booleans(),
                    solved=st.booleans(),
                    satisfaction=st.sampled_from(c.Satisfaction),
                ),
            },
        ),
    ),
    "RecordInspection": (
        "supervision-2",
        st.fixed_dictionaries(
            {"passed": st.booleans()},
            optional={
                "findings": st.sampled_from([(c.Finding(text="dark"),), (c.Finding(text="x", desk="moon"),)])
            },
        ),
    ),
    "NoteInspection": (
        "system:router",
        st.fixed_dictionaries(
            {"task": st.just("T"), "by": st.just("supervision-1"), "passed": st.sampled_from([True, False, None])}
        ),
    ),
    "Sweep": ("supervision-2", st.fixed_dictionaries({"checklist": st.sampled_from([("walk",), ()])})),
    "IssueRequirements": (
        "supervision-2",
        st.fixed_dictionaries(
            {"requirements": st.sampled_from([("renew it",), ("renew it", "walk the street"), ()])},
            optional={"due_hours": st.sampled_from([-1, 30, 200])},
        ),
    ),
    "Tick": ("supervision-2", st.fixed_dictionaries({"requirement": st.sampled_from([1, 2, 3])})),
    "Pull": ("cloud", st.fixed_dictionaries({}, optional={"desk": _desk})),
    "Close": ("follow_up:anna", st.just({})),
    "Reopen": ("citizen:hotline", st.just({})),
    "Escalate": ("lead", st.sampled_from([{"text": "needs the district"}, {}])),
    "AcceptEscalation": ("superior", st.just({})),
    "Adopt": ("lead", st.just({"report": "late"})),
    "Correct": (
        "dispatcher:li",
        st.fixed_dictionaries(
            {"division": st.none() | _division, "category": st.sampled_from([None, "lamp", "pipe", "bus", "?"])},
            optional={
                "subject_desk": st.sampled_from(["willow", "lake", "?"]),
                "named_desks": _named_desks,
                "named_persons": st.sampled_from([("li",), ("anna",)]),
                "not_named": st.sampled_from([("li",), ("plane", "willow"), ("?",)]),
                "confidential": st.booleans(),
            },
        ),
    ),
    "Enrol": ("system:router", st.sampled_from([{"days": 3}, {"days": 30}]).map(lambda one: {**one, **_PROJECT})),
    "Leave": ("superior", st.just({"text": "another lamp"})),
    "ResolveWith": (
        "system:router",
        st.fixed_dictionaries(
            {
                "other": st.just("PROJECT"),
                "outcome": st.just(c.Outcome.SOLVED),
                "project": st.booleans(),
                "asked": st.sampled_from([None, True, False]),
            }
        ),
    ),
    "CloseBySample": ("system:router", st.just({"project": "PROJECT"})),
    "Cluster": ("superior", st.just({"cases": ("OTHER1",), "days": 9})),
    "Urge": ("citizen:hotline", st.just({"text": "?"})),
    "Redact": ("supervision-1", st.fixed_dictionaries({"entry": st.integers(0, 9), "text": st.just("a name")})),
    "Link": ("dispatcher:li", st.fixed_dictionaries({"number": st.integers(1, 5)})),
    "Unlink": ("supervision-1", st.fixed_dictionaries({"number": st.integers(1, 5)})),
    "Withdraw": ("channel:hotline", st.just({})),
}
_ANYBODY = [
    "lead",
    "assist",
    "superior",
    "former",
    "willow",
    "plane",
    "cloud",
    "supervision-1",
    "citizen:hotline",
    "system:",
]


@st.composite
def _command(draw: st.DrawFn) -> Deed:
    # Closing words are rare, so that histories grow.
    what = draw(
        st.sampled_from([*_SAID, "Accept", "Reply", "RequestReturn", "ApproveReturn", "Escalate", "Resolve"])
    )
    usual, fields = _SAID[what]
    who = draw(st.sampled_from([usual, usual, usual, *_ANYBODY])) if draw(st.booleans()) else usual
    return Deed(what, who, draw(fields), draw(st.sampled_from([None, None, 0, 5, 15, 500])))


_RELATED = st.fixed_dictionaries(
    {"number": st.integers(1, 5), "version": st.integers(1, 9), "who": st.sampled_from(["anna", "bao", "chen"])}
)
#: What other cases have to say, in any order; more than one of them is a repeat.
_said_there = st.builds(
    Deed, what=st.sampled_from(["Link", "Link", "Unlink"]), who=st.just("system:router"), fields=_RELATED
)

_time = st.builds(
    Deed,
    what=st.sampled_from(["wait", "wait", "outage", "notice"]),
    fields=st.fixed_dictionaries({"hours": st.sampled_from([0.25, 1, 5, 24, 49, 130, 400])}),
)
_wake_up = st.builds(
    Deed,
    what=st.just("wake_up"),
    fields=st.fixed_dictionaries({"which": st.integers(0, 20), "seconds": st.sampled_from([0, 0, -1, 1])}),
)
_again = st.just(Deed("again"))
_new_policy = st.builds(
    Deed,
    what=st.just("new_policy"),
    fields=st.fixed_dictionaries(
        {"policy": st.sampled_from(sorted(POLICIES)), "starred": st.sampled_from(sorted(POLICIES))}
    ),
)
_REPLAN = Deed("Replan", "system:policy")
_EXTEND = [Deed("RequestExtension", "lead", {"reason": "parts", "days": 3}), Deed("ApproveExtension", "superior")]
_SUSPEND = [
    Deed("RequestSuspension", "lead", {"reason": "road works"}),
    Deed("ApproveSuspension", "superior"),
]

_REQUIRE = [Deed("IssueRequirements", "supervision-2", {"requirements": ("renew it",)})]
_TICK = Deed("Tick", "supervision-2", {"requirement": 1})

_OPENING = st.fixed_dictionaries(
    {"division": _division, "category": st.sampled_from(["lamp", "lamp", "pipe", "bus", "?", None])},
    optional={
        "subject_desk": st.sampled_from(
            ["willow", "lake", "plane", "cloud", "lake-water", "dispatch", "supervision-1", "?"]
        ),
        "named_desks": _named_desks,
        "named_persons": st.sampled_from([("li",), ("anna",), ("wang",)]),
        "confidential": st.booleans(),
        "desk": _desk,
        "hours_ago": st.sampled_from([0, 1, 100]),
        "due_in_hours": st.sampled_from([-5, 30, 200]),
    },
)

_GOOD_RETURN = {"reason": "not_our_matter", "suggested_desk": None}
_NO = {"result": c.FollowUpResult.NOT_ACCEPTED}
_YES = {"result": c.FollowUpResult.ACCEPTED}
_NOBODY = {"result": c.FollowUpResult.UNREACHABLE}
_hours = st.sampled_from([0, 1, 26, 60]).map(lambda hours: Deed("wait", fields={"hours": hours}))
_long = st.sampled_from([1, 60, 200, 600]).map(lambda hours: Deed("wait", fields={"hours": hours}))

#: Names in a correction that stand for desks by their part in the case.
_NAMING = frozenset({"subject_desk", "named_desks"})
_SAID_OF: list[dict[str, Any]] = [
    {"subject_desk": "lead"},
    {"named_desks": ("lead",)},
    {"named_desks": ("assist",)},
    {"named_desks": ("holder",)},
    {"subject_desk": "former"},
    {"named_persons": ("anna",)},
    {"confidential": True},
]
_names_somebody = st.sampled_from(_SAID_OF).map(lambda fields: Deed("Correct", "supervision:wang", fields))

_UNDO = Deed("UndoEscalation", "system:undo", {"up": -1, "by": "li", "text": "error"})

#: What belongs together and would rarely meet by chance; somebody or something may come between.
_CHAPTERS: list[list[Any]] = [
    [
        Deed("RequestReturn", "lead", _GOOD_RETURN),
        _hours,
        _desk.map(lambda d: Deed("ApproveReturn", "dispatcher:li", {"desk": d})),
    ],
    [
        st.sampled_from(["lake-water", "plane", "bridge"]).map(
            lambda d: Deed("Whistle", "lead", {"desks": (d,), "text": "help"})
        ),
        _hours,
        st.sampled_from(
            [
                Deed("ReportIn", "assist"),
                Deed("ReportProgress", "assist"),
                Deed("Resolve", "lead"),
            ]
        ),
    ],
    [
        Deed("Whistle", "lead", {"desks": ("plane",), "text": "help"}),
        Deed("Dispatch", "dispatcher:li", {"desk": "plane"}),
    ],
    [*_EXTEND, Deed("wait", fields={"hours": 130})],
    [_EXTEND[0], Deed("just_past"), _EXTEND[1]],
    [*_SUSPEND, _long, Deed("Resume", "lead"), _hours],
    [*_SUSPEND, _long, st.sampled_from([Deed("Recheck", "superior"), Deed("Withdraw", "channel:hotline")]), _long],
    [_EXTEND[0], *_SUSPEND, _hours, _EXTEND[1], _new_policy, _REPLAN, _hours, Deed("Resume", "superior")],
    [_new_policy, _REPLAN, _hours],
    [*_REQUIRE, _hours, Deed("Resolve", "lead"), _hours, _TICK, _hours, Deed("FollowUp", "follow_up:anna", _YES)],
    [
        *_REQUIRE,
        Deed("Resolve", "lead"),
        _long,
        _TICK,
        Deed("RecordInspection", "supervision-2", {"passed": False}),
    ],
    [Deed("wait", fields={"hours": 130}), Deed("Dispatch", "dispatcher:li", {"desk": "plane"}), _long],
    [Deed("Pull", "cloud"), _hours, Deed("Resolve", "lead")],
    [*_SUSPEND, _hours, Deed("Pull", "supervision:wang")],
    [
        Deed("Enrol", "system:router", {**_PROJECT, "days": 9}),
        _long,
        Deed("ResolveWith", "system:router", {"other": "PROJECT", "outcome": c.Outcome.SOLVED, "project": True}),
        _hours,
        st.sampled_from(
            [
                Deed("FollowUp", "follow_up:anna", _NO),
                Deed("CloseBySample", "system:router", {"project": "PROJECT"}),
                Deed("Leave", "superior", {"text": "another lamp"}),
            ]
        ),
    ],
    [_said_there, _hours, _said_there, Deed("Reply", "lead", {"hours": None}), _said_there],
    [
        _SAID["Correct"][1].map(lambda said: Deed("Correct", "supervision:wang", said)),
        _hours,
        Deed("ReportProgress", "former"),
    ],
    [
        Deed("AddAssist", "superior", {"desk": "plane"}),
        Deed("Correct", "channel:hotline", {"named_desks": ("plane",)}),
        _hours,
    ],
    [Deed("AddAssist", "superior", {"desk": "plane"}), Deed("Resolve", "lead"), _hours, _names_somebody, _long],
    [*_SUSPEND, _hours, _names_somebody, _long, Deed("Resume", "superior"), _hours],
    [Deed("Resolve", "lead"), _names_somebody, _hours, Deed("FollowUp", "follow_up:bo", _NO), _hours],
    [
        Deed("AddAssist", "superior", {"desk": "plane"}),
        Deed("Resolve", "lead"),
        Deed("FollowUp", "follow_up:bo", _YES),
        Deed("RecordInspection", "supervision-2", {"passed": True}),
        _names_somebody,
        _hours,
        st.sampled_from(
            [Deed("Reopen", "citizen:hotline"), Deed("RecordInspection", "supervision:wang", {"passed": False})]
        ),
        _hours,
    ],
    [
        Deed("wait", fields={"hours": 130}),
        Deed("Correct", "supervision:wang", {"subject_desk": "former"}),
        _UNDO,
        _long,
    ],
    [Deed("wait", fields={"hours": 130}), _UNDO, _long],
    [Deed("wait", fields={"hours": 200}), _UNDO, _hours, _UNDO, _long, _UNDO],
    [_new_policy, Deed("Star", "cloud"), _hours, Deed("Unstar", "dispatcher:li")],
    [Deed("wait", fields={"hours": 130}), Deed("Excuse", "supervision-2", {"which": 0, "text": "power cut"})],
    [Deed("Mediate", "lead"), _hours, Deed("RemoveAssist", "superior", {"desk": "lake-peace"})],
    [
        Deed("Mediate", "lead"),
        _hours,
        st.sampled_from(
            [
                Deed("EndMediation", "peace", {"settled": True, "text": ""}),
                Deed("EndMediation", "peace", {"settled": False, "text": "as it is"}),
                Deed("RemoveAssist", "superior", {"desk": "lake-peace"}),
            ]
        ),
    ],
    [
        Deed("FilePlan", "lead", {"text": "by Friday"}),
        _hours,
        st.booleans().map(lambda p: Deed("Review", "supervision-1", {"passed": p, "text": "as it is"})),
    ],
    [Deed("Resolve", "lead"), _hours, Deed("FollowUp", "follow_up:anna", _NO)],
    [
        Deed("wait", fields={"hours": 130}),
        Deed("Resolve", "lead"),
        Deed("FollowUp", "follow_up:anna", _NO),
        Deed("wait", fields={"hours": 26}),
    ],
    [
        Deed("Resolve", "lead"),
        _hours,
        Deed("FollowUp", "follow_up:anna", _YES),
        _hours,
        Deed("Reopen", "citizen:hotline"),
    ],
    [
        Deed("Resolve", "lead"),
        *[Deed("wait", fields={"hours": 25}), Deed("FollowUp", "follow_up:anna", _NOBODY)] * 3,
    ],
    [
        Deed("wait", fields={"hours": 130}),
        Deed("Resolve", "former"),
        _hours,
        Deed("Adopt", "lead", {"report": "late"}),
    ],
    [Deed("just_past"), st.sampled_from(["Resolve", "Accept"]).map(lambda w: Deed(w, "former", {}, 10))],
    [
        Deed("just_past"),
        st.sampled_from(["Resolve", "Accept"]).map(lambda w: Deed(w, "lead", {}, 10)),
        Deed("Reopen", "citizen:hotline"),
    ],
    [
        Deed("Escalate", "lead", {"text": "needs the district"}),
        st.sampled_from([Deed("AcceptEscalation", "superior"), Deed("wait", fields={"hours": 30})]),
    ],
]


@st.composite
def _chapter(draw: st.DrawFn) -> list[Deed]:
    written = draw(st.sampled_from(_CHAPTERS))
    deeds = [part if isinstance(part, Deed) else draw(part) for part in written]
    if draw(st.integers(0, 3)) == 0:
        deeds.insert(draw(st.integers(0, len(deeds))), draw(_command()))
    return deeds


_one = st.one_of(_command(), _time, _wake_up, _again, _new_policy, _said_there).map(lambda deed: [deed])

HISTORIES: st.SearchStrategy[History] = st.builds(
    History,
    policy=st.sampled_from(sorted(POLICIES)),
    tree=st.sampled_from(sorted(TREES)),
    opening=_OPENING,
    deeds=st.lists(st.one_of(_one, _chapter()), max_size=10).map(
        lambda parts: tuple(d for part in parts for d in part)
    ),
)


# -- living through one ----------------------------------------------------------------------------------------


def live(history: History, *, each: Callable[[Play], None] | None = None, **changes: Any) -> Play:
    """Play a history.

    Args:
        history: what happens.
        each: called after the opening and after each deed.
        changes: of the policy.
    """
    play = Play(history.rules(**changes).seeded_by(_seed_of))
    opening = dict(history.opening)
    hours_ago, due_in = opening.pop("hours_ago", 0), opening.pop("due_in_hours", None)
    if due_in is not None:
        opening["due_at"] = MONDAY + timedelta(hours=due_in)
    if history.tree == "one_supervision" and "named_desks" in opening:  # or nobody is left, and nothing is opened
        opening["named_desks"] = tuple(one for one in opening["named_desks"] if one != "supervision-1")
    play.open(at=MONDAY - timedelta(hours=hours_ago), **opening)
    for deed in (None, *history.deeds):
        if deed is not None:
            _do(play, deed)
        if each is not None:
            each(play)
    return play


def _seed_of(day: date) -> str:
    return f"a seed for {day.isoformat()}"


def _do(play: Play, deed: Deed) -> None:
    match deed.what:
        case "wait":
            play.wait(**deed.fields)
        case "outage":
            play.outage(**deed.fields)
        case "just_past":
            if play.case.next_due_at is not None:
                play.wait_until(max(play.now, play.case.next_due_at + timedelta(minutes=5)))
        case "notice":
            play.notice()
        case "new_tree":
            _change_the_tree(play, **deed.fields)
        case "wake_up":
            _wake(play, deed)
        case "new_policy":
            _put_in_force(play, **deed.fields)
        case "again":
            if play.last is not None:
                play.give(play.last)
        case _:
            _say(play, deed)


def _put_in_force(play: Play, policy: str, starred: str) -> None:
    """Other policies from now on: one for starred cases, one for the rest; running cases keep theirs."""
    old = play.rules.policy(play.case.policy)
    for_starred = msgspec.structs.replace(POLICIES[starred], name="starred", match=Match(starred=True))
    # What a law says of every policy (`min_in_hand_s`) holds of those that come later too.
    kept = {"min_in_hand_s": old.min_in_hand_s} if old.min_in_hand_s == 0 else {}
    chosen = [msgspec.structs.replace(one, **kept) for one in (for_starred, POLICIES[policy])]
    # Other cases that a command may name keep the policies they came under, as this one does.
    earlier = [play.rules.policy(case.policy) for case in (play.case, *play.beside.values())]
    play.rules = rules(*chosen, tree=play.rules.tree, earlier=earlier, seed_of=_seed_of)


def _change_the_tree(play: Play, gone: str, into: str) -> None:
    """One desk goes into another; what that leaves behind follows at once, as from the shell."""
    play.notice()
    known = play.rules.tree
    if not all(known.standing(code) is known.desks[code] for code in (gone, into)):
        return
    tree = Tree(redirect(play.rules.tree.file, gone, into)[0])
    play.rules = with_tree(play, tree)
    if play.case.is_open:
        for command in follows(tree, play.case):
            play.give(command)


def with_tree(play: Play, tree: Tree) -> Rules:
    """The rules of a play with another tree."""
    earlier = [play.rules.policy(case.policy) for case in (play.case, *play.beside.values())]
    return rules(*play.rules.policies, tree=tree, earlier=earlier, seed_of=_seed_of)


def _say(play: Play, deed: Deed) -> None:
    fields = dict(deed.fields)
    for key, field in (("until_hours", "until"), ("recheck_hours", "recheck_at"), ("due_hours", "due_at")):
        if key in fields:
            fields[field] = play.now + timedelta(hours=fields.pop(key))
    if "which" in fields:
        which, missed = (
            fields.pop("which"),
            [m for m in play.case.milestones if m.status is MilestoneStatus.MISSED],
        )
        chosen = missed[which % len(missed)] if missed else None
        fields["milestone"] = chosen.name if chosen is not None else "nothing"
        fields["due_at"] = chosen.due_at if chosen is not None else play.now
    if "hours" in fields:
        hours = fields.pop("hours")
        fields["commitment_due_at"] = play.now + timedelta(hours=hours) if hours is not None else None
    if deed.what == "Correct":
        fields = _name_desks(play, fields)
    if deed.what == "UndoEscalation":
        _name_an_escalation(play, fields)
    if deed.what == "NoteUnstaffed":
        fields |= {"desk": play.case.lead, "since": play.now}
    if deed.what in ("Enrol", "Cluster"):
        fields["due_at"] = play.now + timedelta(days=fields.pop("days"))
    if "number" in fields:
        _name_another(play, fields)
    if fields.get("report") == "late":
        fields["report"] = play.case.late_reports[-1].command if play.case.late_reports else "none"
    at = play.now - timedelta(minutes=deed.minutes_ago) if deed.minutes_ago is not None else None
    play.say(_who(play, deed.who), getattr(c, deed.what), at=at, **fields)


def _name_desks(play: Play, fields: dict[str, Any]) -> dict[str, Any]:
    """Whom a correction names by its part in the case: `lead`, `former`, `assist`, `holder`."""
    held = [one.holder for one in play.case.milestones if one.status in ALIVE and one.holder is not None]
    known = {who: _who(play, who) for who in ("lead", "former", "assist")} | {"holder": (held or ["plane"])[-1]}

    def named(value: Any) -> Any:
        return tuple(map(named, value)) if isinstance(value, tuple) else known.get(value, value)

    return {key: named(value) if key in _NAMING else value for key, value in fields.items()}


def _name_an_escalation(play: Play, fields: dict[str, Any]) -> None:
    """One of those there were by a deadline, the last or another; or one that never was."""
    up, found = fields.pop("up"), [x for x in play.events(e.Escalated) if x.cause is e.Cause.DEADLINE]
    if found:
        chosen = found[up % len(found)]
        named = {"milestone": chosen.milestone, "due_at": chosen.due_at, "desk": chosen.from_desk}
        fields |= {**named, "step": chosen.from_step}
    else:
        fields |= {"milestone": "close", "due_at": play.now, "desk": "willow", "step": 0}


def _name_another(play: Play, fields: dict[str, Any]) -> None:
    """Another case of the town: one that stands beside, or what it says of itself."""
    number = fields.pop("number")
    other = copy.copy(play.case)
    other.complainant = f"p{number}"
    other.id = fields["other"] = f"OTHER{number}"
    other.opened_at = play.now + timedelta(minutes=number)
    play.beside = {other.id: other} if number < 4 else {}
    if "who" in fields:
        other.complainant, other.version = fields.pop("who"), fields.pop("version")
        fields["about"] = related(other)


def _who(play: Play, who: str) -> str:
    case, tree = play.case, play.rules.tree
    if who == "lead":
        return case.lead
    if who == "assist":
        return case.assists[-1] if case.assists else "plane"
    if who == "peace":
        return case.together.mediation.desk if case.together.mediation is not None else "lake-peace"
    if who == "former":
        return case.taken[-1].desk if case.taken else "plane"
    if who == "superior":
        above = tree.above(case.lead)
        return above.code if above is not None else "supervision-1"
    return who


def _wake(play: Play, deed: Deed) -> None:
    """A wake-up for any milestone there ever was, running or not, at its instant or a second beside it."""
    known = play.case.milestones
    if known:
        chosen = known[deed.fields["which"] % len(known)]
        play.give(wake_up(play.case.id, chosen.name, chosen.due_at + timedelta(seconds=deed.fields["seconds"])))
