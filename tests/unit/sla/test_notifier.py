"""The notifier on a turned clock: a list a desk and quarter of an hour, quiet nights, in doubt a list twice."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest

from router.broker.port import Fate, Outgoing
from router.core.policies.priority import Priority, PriorityRule
from router.core.rules import Rules
from router.core.telling.ringing import MOST_LINES, Notice, Ring, may_ring_at
from router.core.telling.told import NoticeList
from router.core.territory.divisions import redirect
from router.core.territory.tree import DeskKind, Served, Tree
from router.ledger.migrations import upgrade
from router.ledger.sql import SqlLedger
from router.sending import Sender
from router.sla.notifier import Notifier
from tests.city import city, desk, file, policy, rules
from tests.contract.ledger_ground import opening, write
from tests.unit.core.calendars import CN, NATURAL, china

MONDAY = china(2026, 9, 21, 9)
#: `office` has no program: its people read the shell.
TREE = city(desk("office", "lake", DeskKind.FUNCTIONAL, line="parks", served=Served.SHELL))
_read = msgspec.json.Decoder(NoticeList).decode


class Killed(BaseException):
    """The process dies here."""


class Line:
    """A broker that takes what it is sent, unless told what becomes of it."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.fates: Iterator[Fate] = iter(())

    def publish(self, messages: Sequence[Outgoing]) -> list[Fate]:
        """Keep what arrives."""
        fates = [next(self.fates, Fate.CONFIRMED) for _ in messages]
        self.sent += [one for one, fate in zip(messages, fates, strict=True) if fate is Fate.CONFIRMED]
        return fates

    def close(self) -> None:
        """Nothing to close."""

    @property
    def lists(self) -> list[NoticeList]:
        """What desks got, in order."""
        return [_read(one.body) for one in self.sent]


class Site:
    """A ledger, a line and a notifier that can die and be started again."""

    def __init__(self, ledger: SqlLedger, in_force: Rules) -> None:
        self.ledger = ledger
        self.line = Line()
        self.in_force = in_force
        self.start()

    def start(self) -> None:
        """Another process."""
        sender = Sender(lambda: self.line, background=False)  # type: ignore[arg-type,return-value]
        self.notifier = Notifier(self.ledger, lambda _versions=(): self.in_force, sender)

    def tell(
        self, case: str, at: datetime, *desks: str, ring: Ring = Ring.HOURS, about: str | None = None
    ) -> None:
        """A step tells these desks; `about`: of a report on that one."""
        calendar = NATURAL if ring is Ring.NOW else CN
        notices = [
            Notice(
                recipient=code,
                case_id=case,
                kind="reminder",
                milestone="accept",
                due_at=at,
                ring=ring,
                calendar=calendar.name,
                created_at=at,
                ring_at=may_ring_at(calendar, ring, at, time(8, 30)),
            )
            for code in desks
        ]
        step = opening(case, sent=0)
        reported = msgspec.structs.replace(step.case, subject_desk=about)
        step = msgspec.structs.replace(step, case=reported, notices=tuple(notices))
        assert write(self.ledger, step) == set()


@contextmanager
def site_in(folder: Path, in_force: Rules) -> Iterator[Site]:
    """A site on a ledger file of its own."""
    url = f"sqlite:///{folder}/ledger.db"
    upgrade(url)
    with closing(SqlLedger(url, key=None)) as ledger:
        yield Site(ledger, in_force)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with site_in(tmp_path, rules(tree=TREE)) as made:
        yield made


def heard(site: Site) -> list[tuple[str, list[str]]]:
    """Desk and cases of each list, in order."""
    return [(one.desk, [line.case_id for line in one.lines]) for one in site.line.lists]


def after(**span: float) -> datetime:
    """After Monday, 09:00."""
    return MONDAY + timedelta(**span)


def test_a_desk_gets_one_list_and_the_next_a_quarter_of_an_hour_later(site: Site) -> None:
    site.tell("c1", MONDAY, "willow", "lake")
    site.notifier.run_once(MONDAY)
    site.tell("c2", after(minutes=1), "willow")
    site.tell("c3", after(minutes=2), "willow", ring=Ring.NOW)
    for minute in range(15):
        site.notifier.run_once(after(minutes=minute))
    assert heard(site) == [("lake", ["c1"]), ("willow", ["c1"])]
    site.notifier.run_once(after(minutes=15))
    assert heard(site)[2:] == [("willow", ["c3", "c2"])]


def test_what_came_too_late_for_the_office_waits_for_the_morning_and_an_emergency_does_not(site: Site) -> None:
    site.tell("c1", after(hours=8, minutes=25), "willow")
    site.notifier.run_once(after(hours=8, minutes=25))
    site.tell(
        "c2", after(hours=8, minutes=29), "willow"
    )  # the office closes at 17:30; the next list is due at 17:40
    site.tell("c3", after(hours=9), "willow", ring=Ring.NOW)
    for minute in range(26, 24 * 60 - 8 * 60):
        site.notifier.run_once(after(hours=8, minutes=minute))
    assert heard(site) == [("willow", ["c1"]), ("willow", ["c3"])]
    site.notifier.run_once(after(days=1))
    assert heard(site)[2:] == [("willow", ["c2"])]


def test_the_daily_list_is_one_list(site: Site) -> None:
    for number in range(30):
        site.tell(f"c{number:02}", after(minutes=number), "supervision-1", ring=Ring.DIGEST)
        site.notifier.run_once(after(minutes=number))
    assert heard(site) == []
    site.notifier.run_once(china(2026, 9, 22, 8, 30))
    assert heard(site) == [("supervision-1", [f"c{number:02}" for number in range(30)])]


def test_a_long_list_is_cut_and_says_how_much_is_left_out(site: Site) -> None:
    for number in range(MOST_LINES + 7):
        site.tell(f"c{number:03}", MONDAY, "willow")
    site.notifier.run_once(MONDAY)
    (only,) = site.line.lists
    assert (len(only.lines), only.more) == (MOST_LINES, 7)
    site.notifier.run_once(after(hours=1))
    assert len(site.line.lists) == 1


def test_a_list_is_for_its_desk_and_for_nobody_who_looks_on_from_above(site: Site) -> None:
    site.tell("c1", MONDAY, "willow")
    site.notifier.run_once(MONDAY)
    assert [(one.exchange, one.key) for one in site.line.sent] == [("case.street", "_._._.willow._.notices")]


def test_a_desk_without_a_program_is_sent_nothing_and_can_read_it(site: Site) -> None:
    site.tell("c1", MONDAY, "office")
    assert not site.notifier.run_once(MONDAY)
    assert site.line.sent == []
    assert [one.notice.case_id for one in site.ledger.notices(MONDAY, "office")] == ["c1"]
    assert site.notifier.tally["no_queue"] == 1


def test_a_desk_that_has_left_the_tree_stands_in_nobodys_way(site: Site) -> None:
    site.tell("c1", MONDAY, "gone", "willow")
    site.notifier.run_once(MONDAY)
    assert heard(site) == [("willow", ["c1"])]


def test_killed_between_sending_and_marking_it_sends_the_same_list_again(site: Site, monkeypatch: Any) -> None:
    site.tell("c1", MONDAY, "willow")

    def die(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(site.ledger, "settle_notices", die)
        with pytest.raises(Killed):
            site.notifier.run_once(MONDAY)
    site.start()
    for minute in range(31):
        site.notifier.run_once(after(minutes=minute))
    assert heard(site) == [("willow", ["c1"]), ("willow", ["c1"])]
    assert site.line.sent[0].id == site.line.sent[1].id


def test_a_list_sent_again_with_more_in_it_is_another_message(site: Site, monkeypatch: Any) -> None:
    site.tell("c1", MONDAY, "willow")
    monkeypatch.setattr(site.ledger, "settle_notices", lambda *_: None)
    site.notifier.run_once(MONDAY)
    site.tell("c2", after(minutes=1), "willow")
    site.notifier.run_once(after(minutes=15))
    assert heard(site) == [("willow", ["c1"]), ("willow", ["c1", "c2"])]
    assert site.line.sent[0].id != site.line.sent[1].id


def test_a_broker_that_is_away_is_asked_again_at_once_and_a_full_queue_with_the_next_list(site: Site) -> None:
    site.tell("c1", MONDAY, "lake", "willow")
    site.line.fates = iter([Fate.UNKNOWN, Fate.REJECTED])
    site.notifier.run_once(MONDAY)
    assert heard(site) == []
    site.notifier.run_once(after(seconds=5))
    assert heard(site) == [("lake", ["c1"])]
    site.notifier.run_once(after(minutes=15))
    assert heard(site)[1:] == [("willow", ["c1"])]


def test_a_list_says_what_comes_first_as_the_cases_stand_when_it_is_made(tmp_path: Path) -> None:
    giving = policy(name="giving", priority=PriorityRule(base=Priority.HIGH))
    vars(giving)["version"] = "test@1"  # of the cases that this ledger is given
    with site_in(tmp_path, rules(giving, policy(), tree=TREE)) as site:
        site.tell("c1", MONDAY, "willow")
        site.notifier.run_once(MONDAY)
        (only,) = site.line.lists
        assert [(line.case_id, line.priority) for line in only.lines] == [("c1", Priority.HIGH)]


def _willow_does_the_work_of_plane(site: Site) -> None:
    site.in_force = rules(tree=Tree(redirect(file(), "plane", "willow")[0]))


def test_what_waits_of_a_report_on_whoever_a_desk_stands_for_since_is_not_sent_and_the_rest_is(site: Site) -> None:
    site.tell("c1", MONDAY, "willow", "lake", about="plane")
    site.tell("c2", MONDAY, "willow")
    _willow_does_the_work_of_plane(site)
    for minutes in (0, 15, 30):
        site.notifier.run_once(after(minutes=minutes))
    assert heard(site) == [("lake", ["c1"]), ("willow", ["c2"])]
    sent = {(one.notice.recipient, one.notice.case_id): one.sent_at for one in site.ledger.notices(MONDAY)}
    assert sent == {("willow", "c1"): None, ("willow", "c2"): MONDAY, ("lake", "c1"): MONDAY}


def test_a_desk_that_is_left_nothing_to_hear_gets_no_empty_list(site: Site) -> None:
    site.tell("c1", MONDAY, "willow", about="plane")
    _willow_does_the_work_of_plane(site)
    assert not site.notifier.run_once(MONDAY)
    assert (site.line.sent, site.notifier.tally["no_queue"]) == ([], 0)


# -- Over three days of chance --------------------------------------------------------------------------------

DESKS = ("willow", "plane", "lake", "supervision-1")


@pytest.mark.parametrize("seed", range(4))
def test_nothing_is_missed_whatever_dies_and_nobody_is_rung_too_often(
    seed: int, tmp_path: Path, monkeypatch: Any
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a made-up city, no secret
    with site_in(tmp_path, rules(tree=TREE)) as site:
        made, sent_at = _three_days(site, chance, monkeypatch)
        by_desk: dict[str, list[datetime]] = defaultdict(list)
        listed: set[tuple[str, str]] = set()
        for message, at in zip(site.line.sent, sent_at, strict=True):
            found = _read(message.body)
            by_desk[found.desk].append(at)
            listed |= {(found.desk, line.case_id) for line in found.lines}
            rings = {made[line.case_id] for line in found.lines}
            assert CN.is_open(at) or Ring.HOURS not in rings
        assert listed >= {(one.notice.recipient, one.notice.case_id) for one in site.ledger.notices(MONDAY)}
        for ats in by_desk.values():
            assert all(later - at >= timedelta(minutes=15) for at, later in pairwise(ats))


def _three_days(
    site: Site, chance: random.Random, monkeypatch: pytest.MonkeyPatch
) -> tuple[dict[str, Ring], list[datetime]]:
    """Cases fall due, the broker fails, the process dies; then a quiet day. Rings by case, when each list went."""
    made: dict[str, Ring] = {}
    sent_at: list[datetime] = []
    settle = site.ledger.settle_notices

    def maybe(*given: Any) -> None:
        if chance.random() < 0.2:
            raise Killed
        settle(*given)

    monkeypatch.setattr(site.ledger, "settle_notices", maybe)
    now, end = MONDAY, MONDAY + timedelta(days=3)
    while now < end:
        now += timedelta(seconds=chance.randint(1, 1200))
        if chance.random() < 0.5:
            case = f"c{len(made)}"
            made[case] = chance.choice(list(Ring))
            site.tell(case, now, *chance.sample(DESKS, 2), ring=made[case])
        site.line.fates = iter([chance.choice([*Fate, Fate.CONFIRMED, Fate.CONFIRMED])])
        _tick(site, now, sent_at)
    monkeypatch.undo()
    for _ in range(24 * 4):
        now += timedelta(minutes=15)
        _tick(site, now, sent_at)
    return made, sent_at


def _tick(site: Site, now: datetime, sent_at: list[datetime]) -> None:
    try:
        site.notifier.run_once(now)
    except Killed:
        site.start()
    sent_at += [now] * (len(site.line.sent) - len(sent_at))
