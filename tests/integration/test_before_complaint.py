"""The truth table of 未诉先办 (docs/behaviour.md, 5), row by row, through the flow to the figures on record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from router.arrivals import direct
from router.core.commands import Accept, Actor, ActorRole, FollowUp, FollowUpResult, Mitigate, Place, Resolve
from router.core.counting.counted import Counted, Series
from router.core.counting.problem_counts import COHORT, FLOW
from router.metrics.counting import Counting
from router.rulebook import install_tree
from tests.town import DAILY, Town, town

#: A fix counts when the resident has said so.
ASKING = DAILY + '\n[gate]\nkind = "follow_up"\n'
LAKE = "lake"


class Places:
    """A town with one pothole, and what the figures say of it."""

    def __init__(self, on: Town) -> None:
        self.town = on
        self.began = on.time
        self._number = 0

    def patrol(self, **more: Any) -> str:
        """A grid worker sees it."""
        return self._open(channel="grid_patrol", raised_by="worker", **more)

    def complaint(self, **more: Any) -> str:
        """A resident complains of it."""
        return self._open(channel="hotline", **more)

    def _open(self, channel: str, at: datetime | None = None, **more: Any) -> str:
        self._number += 1
        named: dict[str, Any] = {"source": channel, "channel": channel, "actor": Actor(ActorRole.CHANNEL, channel)}
        place = Place(address_id="bridge-street-7")
        at = at or self.town.time
        self.town.publish(
            [self.town.appeal(self._number, place=place, at=at, text=str(self._number), **named, **more)]
        )
        self.town.pump()
        found = self.town.on.ledger.case_by_source(channel, str(self._number))
        assert found is not None
        return found.id

    def fix(self, case: str) -> None:
        """The street signs for it and reports it solved."""
        ledger, time = self.town.on.ledger, self.town.time
        lead = ledger.case(case).lead  # type: ignore[union-attr]
        desk = Actor(ActorRole.DESK, lead)
        self.town.say(lead, Accept(id=f"a-{case}", case_id=case, actor=desk, at=time))
        self.town.say(lead, Resolve(id=f"r-{case}", case_id=case, actor=desk, at=time))

    def figures(self, after: timedelta = timedelta(0)) -> dict[str, int]:
        """Problems, and of them resolved, and resolved before complaint, and provisional."""
        Counting(self.town.on.ledger, self.town.on.rulebook).run_through()
        counts = self.town.on.ledger.tallies()
        lately = self.town.on.ledger.before_complaint(self.town.time + after)
        return {
            "problems": counts[Series(Counted.PROBLEMS, (LAKE, COHORT, "all", "total"))],
            "resolved": counts[Series(Counted.PROBLEMS, (LAKE, FLOW, "all", "total"))],
            "before": counts[Series(Counted.BEFORE_COMPLAINT, (LAKE, COHORT, "all", "total"))],
            "provisional": lately[Series(Counted.BEFORE_PROVISIONAL, (LAKE, COHORT, "all", "total"))],
        }


@pytest.fixture
def open_town(tmp_path: Path) -> Iterator[Callable[..., Places]]:
    """Builds a town under a policy, on a ledger."""
    with ExitStack() as stack:

        def build(policy: str, ledger: str = f"sqlite:///{tmp_path}/ledger.db") -> Places:
            return Places(stack.enter_context(town(ledger, policy=policy)))

        yield build


@pytest.fixture
def here(open_town: Callable[..., Places]) -> Places:
    """A town where a closing report is a resolution."""
    return open_town(DAILY)


def says(problems: int, resolved: int, before: int, provisional: int = 0) -> dict[str, int]:
    return {"problems": problems, "resolved": resolved, "before": before, "provisional": provisional}


def test_patrol_finds_and_fixes_and_nobody_complains_counted(here: Places) -> None:
    case = here.patrol()
    assert here.figures() == says(1, 0, 0)
    here.town.wait(hours=2)
    here.fix(case)
    assert here.figures() == says(1, 1, 1, provisional=1)
    assert here.figures(after=timedelta(days=30)) == says(1, 1, 1, provisional=1)
    assert here.figures(after=timedelta(days=30, seconds=1)) == says(1, 1, 1, provisional=0)


def test_a_complaint_before_the_fix_not(here: Places) -> None:
    case = here.patrol()
    here.town.wait(hours=1)
    complaint = here.complaint()
    here.town.wait(hours=1)
    here.fix(case)
    here.fix(complaint)
    assert here.figures() == says(1, 1, 0)


def test_a_complaint_at_ten_ingested_at_twelve_the_fix_at_eleven_not(here: Places) -> None:
    case = here.patrol()
    here.town.wait(hours=1)
    complained_at = here.town.time
    here.town.wait(hours=1)
    here.fix(case)
    assert here.figures() == says(1, 1, 1, provisional=1)
    here.town.wait(hours=1)
    here.fix(here.complaint(at=complained_at))
    assert here.figures() == says(1, 1, 0)


def test_a_complaint_after_the_fix_within_the_window_withdraws_it_again(here: Places) -> None:
    here.fix(here.patrol())
    here.town.wait(days=29)
    assert here.figures() == says(1, 1, 1, provisional=1)
    here.complaint()
    assert here.figures() == says(1, 0, 0)


def test_a_complaint_after_the_window_is_a_new_problem_and_the_first_stays(here: Places) -> None:
    here.fix(here.patrol())
    here.town.wait(days=30, seconds=1)
    here.complaint()
    assert here.figures() == says(2, 1, 1)


def test_a_complaint_first_and_a_patrol_later_not(here: Places) -> None:
    complaint = here.complaint()
    here.town.wait(hours=1)
    patrol = here.patrol()
    here.fix(complaint)
    here.fix(patrol)
    assert here.figures() == says(1, 1, 0)


def test_five_patrol_cases_for_one_pothole_are_one(here: Places) -> None:
    cases = []
    for _ in range(5):
        cases.append(here.patrol())
        here.town.wait(hours=1)
    for case in cases:
        here.fix(case)
    assert here.figures() == says(1, 1, 1, provisional=1)


def test_a_barrier_only_is_not_resolved(here: Places) -> None:
    case = here.patrol()
    desk = Actor(ActorRole.DESK, "willow")
    here.town.say("willow", Accept(id="accept", case_id=case, actor=desk, at=here.town.time))
    here.town.say("willow", Mitigate(id="barrier", case_id=case, actor=desk, at=here.town.time))
    assert here.figures() == says(1, 0, 0)


def test_a_desk_closes_where_the_policy_wants_verification_not(open_town: Callable[..., Places]) -> None:
    here = open_town(ASKING)
    case = here.patrol()
    here.fix(case)
    assert here.figures() == says(1, 0, 0)
    here.town.wait(hours=3)
    li = Actor(ActorRole.FOLLOW_UP, "li")
    asked = FollowUp(
        id="asked", case_id=case, actor=li, at=here.town.time, result=FollowUpResult.ACCEPTED, accepted=1
    )
    here.town.router.carry_out([direct(asked, "shell")], here.town.time)
    assert here.figures() == says(1, 1, 1, provisional=1)
    counts = here.town.on.ledger.tallies()
    independent = (LAKE, COHORT, "all", "independent_only")
    assert counts[Series(Counted.BEFORE_COMPLAINT, independent)] == 1


def test_a_worker_who_files_for_a_resident_brings_a_complaint(here: Places) -> None:
    here.fix(here.patrol(on_behalf=True))
    assert here.figures() == says(1, 1, 0)


@pytest.mark.postgres
def test_counted_after_every_step_or_once_at_the_end_the_figures_are_the_same(
    open_town: Callable[..., Places], database_url: str
) -> None:
    here = open_town(DAILY, database_url)
    case = here.patrol()
    here.figures()
    here.fix(case)
    here.figures()
    here.town.wait(days=3)
    here.fix(here.complaint())
    step_by_step = here.figures(), +here.town.on.ledger.tallies()
    here.town.on.ledger.recount()
    assert (here.figures(), +here.town.on.ledger.tallies()) == step_by_step


def test_another_window_in_the_tree_has_every_problem_swept_again(here: Places) -> None:
    here.fix(here.patrol())
    here.town.wait(days=20)
    here.complaint()
    assert here.figures() == says(1, 0, 0)
    tree = here.town.on.rulebook().tree.file
    short = tuple(msgspec.structs.replace(category, problem_days=10) for category in tree.categories)
    install_tree(here.town.on.ledger, msgspec.structs.replace(tree, categories=short), here.town.time)
    here.town.on.rulebook.reload()
    assert here.figures() == says(2, 1, 1)
