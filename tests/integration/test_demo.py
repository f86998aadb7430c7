"""The demo at a small scale: what must hold of every case, and that one seed tells one story everywhere."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from router.app import installation
from router.broker.apply import apply
from router.broker.rabbitmq import RabbitBroker
from router.broker.topology import topology
from router.cities import demo_city
from router.core.case import Case, State
from router.core.commands import Actor, ActorRole, Withdraw
from router.core.counting.counted import Counted
from router.core.counting.figures import EscalationFact, figures
from router.core.counting.problem_counts import ALL, COHORT, TOTAL, case_by_gate
from router.core.events import Cause, Escalated, ExtensionRefused, LevelRaised
from router.core.policies.colours import colour_of
from router.core.territory.tree import Tree
from router.demo import run_demo
from router.demo.city_life import CityLife
from router.demo.clockwork import Progress
from router.demo.courier import Courier
from router.demo.history import History
from router.demo.run import START_AT
from router.demo.summary import encode
from router.errors import ConflictError
from router.ledger.sql import SqlLedger
from router.metrics.counting import Counting
from router.rulebook import TREE
from router.settings import Settings

WEEKS, PER_DAY, SEED = 3, 40, 11


class Shown:
    """A demo that has been run, with its ledger still there."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(ledger=f"sqlite:///{folder / 'demo.db'}")
        self.days: list[Progress] = []
        self.summary = run_demo(self.settings, weeks=WEEKS, per_day=PER_DAY, seed=SEED, progress=self.days.append)
        self.ledger = SqlLedger(self.settings.ledger, key=None)
        self.cases: list[Case] = list(self.ledger.all_cases())


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """One run that the tests look at."""
    run = Shown(tmp_path_factory.mktemp("demo"))
    yield run
    run.ledger.close()


def test_every_case_is_closed_or_has_a_next_deadline_that_has_not_passed(shown: Shown) -> None:
    running = [case.next_due_at for case in shown.cases if case.is_open]
    assert all(due_at is not None and due_at >= shown.summary.as_of for due_at in running)


def test_no_appeal_is_lost_and_none_counts_twice(shown: Shown) -> None:
    life = CityLife(Tree(demo_city()), seed=SEED, start_at=START_AT, weeks=WEEKS, per_day=PER_DAY)
    appeals = life.appeals()
    needed = {appeal.case_id for appeal in appeals if appeal.after is None}
    possible = {appeal.case_id for appeal in appeals}
    found = {case.id for case in shown.cases}
    assert needed <= found <= possible
    assert len(found) == shown.days[-1].opened
    assert not shown.ledger.parked()
    assert shown.ledger.counts(shown.summary.as_of)["outbox"] == 0


def test_tiers_add_up_to_the_total(shown: Shown) -> None:
    tiers, total = shown.summary.tiers.values(), shown.summary.total
    for name in (
        "opened",
        "resolved",
        "open",
        "due",
        "met",
        "returns",
        "problems",
        "before_complaint",
        "provisional",
    ):
        assert sum(getattr(line, name) for line in tiers) == getattr(total, name), name
    assert total.opened == len(shown.cases) == total.resolved + total.open


def test_an_escalation_goes_up_and_never_more_than_to_the_next_desk_there_is(shown: Shown) -> None:
    names = ["street", "district", "city", *(f"supervision-{level}" for level in range(1, 6))]
    escalations = [entry.event for entry in shown.ledger.all_entries() if isinstance(entry.event, Escalated)]
    assert escalations
    for event in escalations:
        assert names.index(event.to_name) == names.index(event.from_name) + 1
        assert event.to_step > event.from_step


def test_what_a_silent_street_office_leaves_lying_reaches_the_city(shown: Shown) -> None:
    tree = Tree(demo_city())
    reached = [
        entry.case_id
        for entry in shown.ledger.all_entries()
        if isinstance(entry.event, Escalated)
        and entry.event.cause is Cause.DEADLINE
        and entry.event.to_desk == tree.root.code
    ]
    ladders = {case.id: [taken.desk for taken in case.taken] for case in shown.cases}
    assert any(ladders[case_id][:2] == ["shuangxi", "qingping"] for case_id in reached)


def test_the_summary_agrees_with_the_figures_of_a_ledger(shown: Shown) -> None:
    escalations = [
        EscalationFact(entry.case_id, entry.event.from_name, entry.event.to_name)
        for entry in shown.ledger.all_entries()
        if isinstance(entry.event, Escalated)
    ]
    gates = History(shown.ledger).gates
    facts = [case_by_gate(case, gates[case.id], case.district) for case in shown.cases]
    document = figures(facts, escalations, 0, shown.summary.as_of)
    total = shown.summary.total
    assert document["before_complaint"]["problems"] == total.problems
    assert document["before_complaint"]["resolved_before_complaint"] == total.before_complaint
    assert document["opened"] == total.opened
    assert document["triaged"] == shown.summary.triaged
    assert document["on_time"]["due_in_period"] == total.due
    by_step = {
        f"{step.from_step}>{step.to_step}": sum(step.by_cause.values()) for step in shown.summary.escalations
    }
    assert document["escalations"]["by_step"] == by_step


def test_the_summary_counts_the_problems_that_the_exporter_counts(shown: Shown) -> None:
    with installation(shown.settings) as opened:
        Counting(opened.ledger, opened.rulebook).run_through()
        tallies = opened.ledger.tallies()

    def counted(name: Counted) -> int:
        return sum(
            number
            for series, number in tallies.items()
            if series.name == name and series.labels[1:] == (COHORT, ALL, TOTAL)
        )

    total = shown.summary.total
    assert (counted(Counted.BEFORE_COMPLAINT), counted(Counted.PROBLEMS)) == (
        total.before_complaint,
        total.problems,
    )


def test_there_is_something_to_see_of_everything_the_bulletin_shows(shown: Shown) -> None:
    summary = shown.summary
    assert 0 < summary.answered < summary.total.resolved
    assert summary.suspended == sum(case.state is State.SUSPENDED for case in shown.cases) > 0
    assert summary.extended == sum(bool(case.changes.extensions) for case in shown.cases) > 0
    events = {type(entry.event) for entry in shown.ledger.all_entries()}
    assert {ExtensionRefused, LevelRaised} <= events
    with installation(shown.settings) as opened:
        rules = opened.rulebook({case.policy for case in shown.cases})
        colours = {
            colour.name
            for case in shown.cases
            if case.is_open and (colour := colour_of(case, rules, shown.summary.as_of)) is not None
        }
    assert colours == {"yellow", "blue", "red"}


def test_an_official_would_believe_the_numbers(shown: Shown) -> None:
    total = shown.summary.total
    assert total.on_time is not None
    assert 0.80 <= total.on_time <= 0.95
    assert 0 < total.provisional <= total.before_complaint < total.problems
    assert shown.summary.moods["diligent"].met / shown.summary.moods["diligent"].due > 0.9
    assert shown.summary.moods["silent"].met / shown.summary.moods["silent"].due < 0.5


def test_the_longest_open_case_is_no_secret(shown: Shown) -> None:
    secret = {case.id for case in shown.cases if case.confidential or case.subject_desk is not None}
    assert len(secret) == 2
    shown_ids = {line.oldest.case_id for line in shown.summary.tiers.values() if line.oldest is not None}
    assert not shown_ids & secret


def test_progress_is_told_once_for_every_day(shown: Shown) -> None:
    assert [progress.day for progress in shown.days] == list(range(1, 22))
    opened = [progress.opened for progress in shown.days]
    assert opened == sorted(opened)


def test_a_ledger_that_serves_somebody_is_refused_untouched(shown: Shown) -> None:
    with pytest.raises(ConflictError, match="in use"):
        run_demo(shown.settings, weeks=1, per_day=1, seed=1)
    assert sum(1 for _ in shown.ledger.all_cases()) == len(shown.cases)


def test_a_seed_tells_the_same_story_again(tmp_path: Path) -> None:
    first, second, other = (
        run_demo(Settings(ledger=f"sqlite:///{tmp_path / name}"), weeks=1, per_day=20, seed=seed)
        for name, seed in (("a", 3), ("b", 3), ("c", 4))
    )
    assert encode(first) == encode(second) != encode(other)


@pytest.mark.amqp
def test_queues_that_hold_messages_are_refused_and_the_ledger_stays_empty(tmp_path: Path, amqp_url: str) -> None:
    apply(amqp_url, topology(Tree(demo_city())))
    broker = RabbitBroker(amqp_url)
    left = Withdraw(id="w", case_id="c", actor=Actor(ActorRole.CHANNEL, "hotline"))
    Courier(broker, Tree(demo_city())).hand_in([left], START_AT)
    broker.close()
    settings = Settings(ledger=f"sqlite:///{tmp_path / 'demo.db'}", broker=amqp_url)
    with pytest.raises(ConflictError, match="1 messages"):
        run_demo(settings, weeks=1, per_day=1, seed=1)
    ledger = SqlLedger(settings.ledger, key=None)
    assert ledger.current(TREE) is None
    ledger.close()


@pytest.mark.amqp
@pytest.mark.postgres
def test_servers_tell_the_same_story_as_the_embedded_default(
    tmp_path: Path, amqp_url: str, database_url: str
) -> None:
    story = partial(run_demo, weeks=2, per_day=25, seed=5)
    embedded = story(Settings(ledger=f"sqlite:///{tmp_path / 'demo.db'}"))
    served = story(Settings(ledger=database_url, broker=amqp_url))
    assert encode(served) == encode(embedded)
