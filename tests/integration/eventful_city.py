"""The demo city with more to look at: every night something happens that the demo alone does not have.

Extensions, suspensions, excuses, escalations taken back, cases pulled and designated, follow-ups with answers,
levels of supervision, a hold, the brake. A hand-turned clock; nothing is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from typing import Any

from router.app import Installation, installation
from router.arrivals import direct
from router.calendars import Source
from router.cities import demo_city
from router.core import commands as c, events as e
from router.core.case import Case, State
from router.core.guards import Hold, HoldKind
from router.core.territory.tree import Tree
from router.demo.city_life import CityLife
from router.demo.clockwork import Clockwork, Progress
from router.demo.courier import Courier
from router.demo.desks import Desks
from router.demo.people import People
from router.demo.run import START_AT
from router.flow import Router
from router.ledger.guard_port import Brake
from router.ledger.migrations import upgrade
from router.presets import preset_calendar, preset_text
from router.rulebook import PolicySet, install_policies, install_tree
from router.settings import Settings

#: Nobody changes the rules meanwhile.
RELOAD_S = 1e8
SEED = 7
_SUPERVISION = c.Actor(c.ActorRole.SUPERVISION, "supervision-1")
_OFFICER = c.Actor(c.ActorRole.SUPERVISION, "officer.media")
#: Colours as on a wall chart, and a second list whose second level waits for an officer's word.
_MORE = """
[[colour]]
name = "yellow"
title = "黄牌"
before_due = 1
of = "working"

[[colour]]
name = "red"
title = "红牌"
overdue = true

[[level]]
name = "hotline"
title = "热线督办"
after = "1wd"
audience = ["supervision-1"]

[[level]]
name = "media"
title = "媒体监督"
after = "1wd"
audience = ["supervision-2"]
officer = "officer.media"

[[ladder]]
"""


def policies() -> PolicySet:
    """The demo's emergencies, and its default policy with colours and a second list."""
    emergency = files("router.demo").joinpath("emergency.toml").read_text(encoding="utf-8")
    default = preset_text("policies", "default").replace("[[ladder]]", _MORE.strip(), 1)
    # A short and steep ladder: some cases come to its end in these weeks, and stay there.
    default = default.partition('[[ladder]]\nstep = "supervision-2"')[0].replace(
        'budget = "2wd"', 'budget = "1wd"'
    )
    return PolicySet(policies=(Source("emergency", emergency), Source("default", default)))


def play(folder: Path, weeks: int, per_day: float, nightly: Callable[[Installation, datetime], None]) -> None:
    """Let the city live for some weeks; `nightly` is called at each midnight, after what happens there."""
    settings = Settings(ledger=f"sqlite:///{folder / 'city.db'}", reload_s=RELOAD_S)
    upgrade(settings.ledger)
    tree, end_at = Tree(demo_city()), START_AT + timedelta(weeks=weeks)
    appeals = CityLife(tree, seed=SEED, start_at=START_AT, weeks=weeks, per_day=per_day).appeals()
    belongs_to = {appeal.case_id: appeal.belongs_to for appeal in reversed(appeals)}
    desks = Desks(tree, preset_calendar("cn"), seed=SEED, belongs_to=belongs_to.__getitem__)
    with installation(settings) as opened:
        install_tree(opened.ledger, demo_city(), START_AT)
        install_policies(opened.ledger, policies(), demo_city().tiers, START_AT)
        opened.declare_embedded()
        with closing(Courier(opened.broker, opened.rulebook().tree)) as courier:
            night = Night(opened, courier)

            def midnight(progress: Progress) -> None:
                night.pass_over(progress.day, progress.at)
                nightly(opened, progress.at)

            Clockwork(opened, courier, desks, People(seed=SEED), progress=midnight).run(appeals, START_AT, end_at)


class Night:
    """What happens at midnight, by the cases as they stand."""

    def __init__(self, opened: Installation, courier: Courier) -> None:
        self._on = opened
        self._router = Router(opened.ledger, opened.rulebook, courier.sender())
        self._given = 0

    def pass_over(self, day: int, now: datetime) -> None:
        """All of it; what a case's state does not allow is refused, as anywhere."""
        cases = sorted(self._on.ledger.all_cases(open_only=True), key=lambda case: case.id)
        accepted = [case for case in cases if case.state is State.ACCEPTED and case.policy.startswith("default")]
        parts = [accepted[start::12] for start in range(6)]
        self._ask(parts[0][:2], c.RequestExtension, c.ApproveExtension, now, reason="complex", days=2)
        self._ask(parts[1][:2], c.RequestExtension, c.RefuseExtension, now, reason="complex", days=2)
        self._ask(parts[2][:2], c.RequestSuspension, c.ApproveSuspension, now, reason="road works")
        self._ask(parts[3][:2], c.RequestSuspension, c.RefuseSuspension, now, reason="road works")
        for case in parts[4][:1]:
            self._give(_SUPERVISION, c.Pull, case, now, text="at once")
        for case in parts[5][:1]:
            self._give(_superior(case, self._on), c.Designate, case, now, desk=case.lead)
        self._answer(cases, now)
        self._supervise(cases, now)
        self._take_back(cases, now)
        self._guard(day, now)

    def _ask(
        self,
        cases: Iterable[Case],
        asking: type[c.Command],
        answering: type[c.Command],
        now: datetime,
        **more: Any,
    ) -> None:
        for case in cases:
            self._give(c.Actor(c.ActorRole.DESK, case.lead or ""), asking, case, now, text="in words", **more)
            self._give(_superior(case, self._on), answering, case, now)

    def _answer(self, cases: Iterable[Case], now: datetime) -> None:
        """Residents of resolved cases answer for the three rates."""
        contents = (c.Satisfaction.SATISFIED, c.Satisfaction.BASICALLY, c.Satisfaction.DISSATISFIED)
        for number, case in enumerate(one for one in cases if one.state is State.RESOLVED):
            answers = c.Answers(contacted=True, solved=number % 3 < 2, satisfaction=contents[number % 3])
            result = c.FollowUpResult.ACCEPTED if number % 3 < 2 else c.FollowUpResult.NOT_ACCEPTED
            self._give(
                _SUPERVISION, c.FollowUp, case, now, result=result, accepted=int(number % 3 < 2), answers=answers
            )

    def _supervise(self, cases: Iterable[Case], now: datetime) -> None:
        """Every other level that waits for its officer is confirmed."""
        for case in [one for one in cases if one.proposed_level][::2]:
            self._give(_OFFICER, c.ConfirmLevel, case, now, level="media", text="confirmed")

    def _take_back(self, cases: Iterable[Case], now: datetime) -> None:
        """One miss is excused, one escalation is undone."""
        for case in cases:
            events = [entry.event for entry in self._on.ledger.entries(case.id)]
            up = next((one for one in events if isinstance(one, e.Escalated) and one.milestone), None)
            if up is None or up.due_at is None or up.milestone is None or now - up.due_at > timedelta(days=3):
                continue
            self._give(
                _SUPERVISION, c.Excuse, case, now, milestone=up.milestone, due_at=up.due_at, text="power cut"
            )
            taken = {"desk": up.from_desk, "step": up.from_step, "by": "zhou", "text": "a wrong clock"}
            operator = c.Actor(c.ActorRole.SYSTEM, "shell")
            self._give(operator, c.UndoEscalation, case, now, milestone=up.milestone, due_at=up.due_at, **taken)
            return

    def _guard(self, day: int, now: datetime) -> None:
        """The brake is on in the second week's first night, and a district is held from then on for three days."""
        ledger = self._on.ledger
        if day == 8:
            brake = Brake(cause="storm", braked_at=now, due=900, threshold=200, skew_s=0)
            assert ledger.put_brake_on(brake)
            until = now + timedelta(days=3)
            hold = Hold(id="h", kind=HoldKind.ALL, what="", reason="flood", by="zhou", since=now, until=until)
            assert ledger.put_hold(hold)
        if day == 9:
            assert ledger.take_brake_off("released", by="zhou", reason="looked", now=now)

    def _give(self, who: c.Actor, kind: type[c.Command], case: Case, now: datetime, **more: Any) -> None:
        self._given += 1
        command = kind(id=f"night-{self._given}", case_id=case.id, actor=who, **more)
        self._router.carry_out([direct(command, "shell")], now)


def _superior(case: Case, opened: Installation) -> c.Actor:
    """The desk above whoever leads."""
    desk = opened.rulebook().tree.desks[case.lead or ""]
    return c.Actor(c.ActorRole.DESK, desk.superior or desk.code)
