"""The reconciler: nobody is forgotten behind those who never answer, and a dead desk's queue is not filled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from router.app import Installation, installation, prepare
from router.arrivals import direct
from router.broker.envelope import RECEIPT, Receipt, encode
from router.broker.port import Delivery, Fate, Outgoing
from router.core.commands import Actor, ActorRole, Designate, Open
from router.core.lifecycle import with_case_id
from router.core.territory.divisions import redirect
from router.recovery import Reconciler, Recovered
from router.rulebook import install_tree, tree_in_force
from router.sending import Sender
from router.settings import Settings

NOON = datetime(2026, 11, 24, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Post:
    """A publisher that notes what it was given and answers with one fate."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.fate = Fate.CONFIRMED

    def publish(self, batch: Sequence[Outgoing], timeout_s: float = 10.0) -> list[Fate]:
        """All of them meet the same."""
        assert timeout_s > 0
        self.sent += batch
        return [self.fate] * len(batch)

    def close(self) -> None:
        """Nothing to close."""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Installation]:
    """An installation of the demo city."""
    settings = Settings(ledger=f"sqlite:///{tmp_path}/ledger.db")
    prepare(settings, NOON)
    with installation(settings, now=lambda: NOON) as opened:
        opened.declare_embedded()
        yield opened


def open_cases(here: Installation, count: int) -> list[str]:
    """Cases at the street office of 柳荫街道, whose program is dead."""
    opened = [
        with_case_id(
            Open(
                id=f"o{number}",
                case_id="",
                actor=Actor(ActorRole.CHANNEL, "hotline"),
                source="hotline",
                source_id=f"{number}",
                channel="hotline",
                category="noise",
                division=("hubin", "liuyin"),
            )
        )
        for number in range(count)
    ]
    router = here.router(background=False)
    router.carry_out([direct(one, "hotline") for one in opened], NOON)
    assert router.tally["accepted"] == count
    return [one.case_id for one in opened]


def reconciler(here: Installation, post: Post) -> Reconciler:
    """Sends through `post`."""
    return Reconciler(here.ledger, here.rulebook, Sender(lambda: post, background=False), after_s=3600.0)


def receipt(case: str, desk: str, version: int) -> Delivery:
    """What a desk's program says of a hand-over."""
    said = Receipt(id=f"{desk}/{version}", case_id=case, version=version, desk=desk)
    return Delivery(
        queue="desk.in",
        id=said.id,
        type=RECEIPT,
        exchange="",
        key="",
        body=encode(said),
        headers={},
        user_id=None,
        redelivered=False,
        token=None,
    )


def hours_of(repeats: list[datetime]) -> list[float]:
    """Instants as hours after noon."""
    return [(at - NOON) / HOUR for at in repeats]


def test_a_desk_that_never_takes_is_sent_the_same_again_at_twice_the_interval_and_then_daily(
    here: Installation,
) -> None:
    open_cases(here, 1)
    post, repeats = Post(), list[datetime]()
    now = NOON
    while now < NOON + timedelta(days=5):
        now += timedelta(minutes=30)
        # Another process each time: what was tried is in the ledger.
        reconciler(here, post).run_once(now)
        repeats += [now] * (len(post.sent) - len(repeats))
    assert hours_of(repeats) == [1.5, 3.5, 7.5, 15.5, 31.5, 55.5, 79.5, 103.5]
    assert len({message.id for message in post.sent}) == 1


def test_a_new_lead_begins_anew(here: Installation) -> None:
    [case] = open_cases(here, 1)
    post = Post()
    for hour in range(1, 20):
        reconciler(here, post).run_once(NOON + hour * HOUR + timedelta(minutes=1))
    post.sent.clear()
    command = Designate(id="d1", case_id=case, actor=Actor(ActorRole.SUPERVISION, "s"), desk="hubin")
    later = NOON + 20 * HOUR
    answer = here.router(background=False).carry_out([direct(command, "shell")], later)["d1"]
    assert answer.refused is None, answer
    reconciler(here, post).run_once(later + HOUR)
    assert post.sent == [], "it has had its hand-over for an hour, and not for longer"
    reconciler(here, post).run_once(later + HOUR + timedelta(minutes=1))
    assert len(post.sent) == 1


def test_a_pass_reaches_the_last_case_though_the_first_never_show_a_receipt(here: Installation) -> None:
    cases = open_cases(here, 25)
    post = Post()
    working = reconciler(here, post)
    looks = 1
    while working.run_once(NOON + 2 * HOUR, limit=10):
        looks += 1
    assert looks == 3
    assert Counter(message.case_id for message in post.sent) == Counter(cases)


def test_what_no_broker_answered_for_was_not_sent_and_waits_for_the_next_pass(here: Installation) -> None:
    open_cases(here, 25)
    post = Post()
    working = reconciler(here, post)
    post.fate = Fate.UNKNOWN
    assert not working.run_once(NOON + 2 * HOUR, limit=10), "nobody is asked again and again"
    post.fate = Fate.CONFIRMED
    post.sent.clear()
    while working.run_once(NOON + 2 * HOUR + timedelta(minutes=1), limit=10):
        pass
    assert len({message.case_id for message in post.sent}) == 25


def test_what_was_parked_without_a_queue_leaves_when_it_arrives_after_all(here: Installation) -> None:
    command = with_case_id(
        Open(
            id="o1",
            case_id="",
            actor=Actor(ActorRole.CHANNEL, "hotline"),
            source="hotline",
            source_id="1",
            channel="hotline",
            category="noise",
            division=("hubin", "liuyin"),
        )
    )
    here.leaving_router().carry_out([direct(command, "hotline")], NOON)
    case = here.ledger.case(command.case_id)
    assert case is not None
    with here.ledger.begin() as unit:
        unit.settle({f"{case.id}/{case.assigned_version}/assigned": Fate.UNROUTED}, NOON)
    assert [one.reason for one in here.ledger.parked()] == ["unrouted"]
    post = Post()
    post.fate = Fate.UNROUTED
    reconciler(here, post).recover(NOON)
    assert len(here.ledger.parked()) == 1
    post.fate = Fate.CONFIRMED
    reconciler(here, post).recover(NOON)
    assert here.ledger.parked() == []


@pytest.mark.parametrize("desks", [("liuyin:triage", "hubin"), ("hubin", "liuyin:triage")])
def test_the_receipt_of_a_lead_counts_whoever_else_shows_one_in_the_same_batch(
    here: Installation, desks: tuple[str, str]
) -> None:
    [case] = open_cases(here, 1)
    found = here.ledger.case(case)
    assert found is not None
    assert found.lead == "liuyin:triage"
    here.router(background=False).handle([receipt(case, desk, found.version) for desk in desks], NOON)
    post = Post()
    reconciler(here, post).run_once(NOON + 2 * HOUR)
    assert post.sent == []


def test_the_newest_receipt_of_a_desk_counts_in_whatever_order_they_come(here: Installation) -> None:
    [case] = open_cases(here, 1)
    command = Designate(id="d1", case_id=case, actor=Actor(ActorRole.SUPERVISION, "s"), desk="hubin")
    here.router(background=False).carry_out([direct(command, "shell")], NOON)
    found = here.ledger.case(case)
    assert found is not None
    shown = [receipt(case, "hubin", found.version), receipt(case, "hubin", 1)]
    here.router(background=False).handle(shown, NOON)
    post = Post()
    reconciler(here, post).run_once(NOON + 2 * HOUR)
    assert post.sent == []


def test_a_lead_that_a_case_is_kept_from_since_the_tree_changed_is_sent_nothing(here: Installation) -> None:
    report = with_case_id(
        Open(
            id="o1",
            case_id="",
            actor=Actor(ActorRole.CHANNEL, "hotline"),
            source="hotline",
            source_id="1",
            channel="hotline",
            category="noise",
            division=("hubin", "liuyin"),
            matter_type="report",
            subject_desk="liuyin",
        )
    )
    here.router(background=False).carry_out([direct(report, "hotline")], NOON)
    case = here.ledger.case(report.case_id)
    assert case is not None
    assert case.lead == "hubin"
    post = Post()
    reconciler(here, post).recover(NOON)
    assert [one.case_id for one in post.sent] == [case.id]
    # hubin does the work of whom the report is about, and nothing has been rerouted yet.
    install_tree(here.ledger, redirect(tree_in_force(here.ledger), "liuyin", "hubin")[0], NOON)
    here.rulebook.reload()
    post.sent.clear()
    assert reconciler(here, post).recover(NOON) == Recovered(made=0, confirmed=0)
    reconciler(here, post).run_once(NOON + 2 * HOUR)
    assert post.sent == []
