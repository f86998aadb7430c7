"""The auditor: what must never be is found, whatever the case; and only a full pass counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from threading import Event
from typing import Any

import msgspec
import pytest
import structlog
from structlog.testing import capture_logs

from router.core.case import Case
from router.core.commands import Accept
from router.core.guards import NONE, Guards
from router.core.policies.policy import Satisfies
from router.core.rules import Rules
from router.errors import ConfigurationError, RouterError, UnreachableError
from router.sla.auditor import CODES, Auditor
from router.sla.roles import audit_role
from tests.city import MONDAY, Play, milestone, policy, rules, working_days
from tests.unit.core.calendars import CN


class Shelf:
    """As much of a ledger as an auditor reads."""

    def __init__(self, cases: Sequence[Case], oldest_s: float | None = None) -> None:
        self.cases = cases
        self.oldest_s = oldest_s
        self.trouble: RouterError | None = None
        self.holding = NONE
        self.on_lease: frozenset[str] = frozenset()

    def all_cases(self, *, open_only: bool) -> Iterator[Case]:
        """The open ones; in the midst of them the ledger may go away."""
        assert open_only
        yield from self.cases
        if self.trouble is not None:
            raise self.trouble

    def guards(self, _now: Any) -> Guards:
        """What holds deadlines back."""
        return self.holding

    def claimed(self, _now: Any, _before: Any) -> frozenset[str]:
        """What is on lease."""
        return self.on_lease

    def counts(self, now: Any) -> dict[str, float | None]:
        """How old the outbox is."""
        assert now
        return {"outbox_oldest_s": self.oldest_s}


def auditor(shelf: Shelf, in_force: Rules | None = None) -> Auditor:
    """An auditor of the small city."""
    return Auditor(shelf, lambda _versions: in_force or rules())  # type: ignore[arg-type]


def a_case() -> Case:
    """A case with a desk at work, and a deadline."""
    play = Play()
    play.open(division=("lake", "willow"))
    return play.case


def codes(shelf: Shelf, **later: float) -> list[str]:
    """What is found that much later."""
    return [finding.code for finding in auditor(shelf).run_once(MONDAY + timedelta(**later)).findings]


def test_a_case_as_it_should_be_is_looked_at_and_nothing_is_found() -> None:
    found = auditor(Shelf([a_case()])).run_once(MONDAY)
    assert (found.looked_at, found.findings) == (1, ())


def test_a_deadline_counted_by_a_calendar_no_longer_in_force_is_found() -> None:
    counts = policy(calendar="cn", milestones=(milestone("close", working_days(5), Satisfies.CLOSED),))
    play = Play(rules(counts))
    play.open()
    changed = msgspec.structs.replace(CN, days_off=CN.days_off | {MONDAY.date() + timedelta(days=1)})
    shelf = Shelf([play.case])
    assert auditor(shelf, rules(counts)).run_once(MONDAY).findings == ()
    found = auditor(shelf, rules(counts, calendars=(changed,))).run_once(MONDAY).findings
    assert [one.code for one in found] == ["calendar"]


def test_the_days_until_the_first_calendar_ends_are_counted_down() -> None:
    natural, national = policy(), policy(name="working", calendar="cn")
    for policies, days in (((natural,), None), ((natural, national), 101)):
        looks = auditor(Shelf([]), rules(*policies))
        looks.run_once(MONDAY)  # 21 September 2026; the small city's calendar ends with the year
        assert looks.calendar_days == days


def test_a_deadline_that_nobody_noticed_is_found_after_the_grace_however_old_it_is() -> None:
    shelf = Shelf([a_case()])
    due_at = shelf.cases[0].next_due_at
    assert due_at is not None
    passed_s = (due_at - MONDAY).total_seconds()
    assert codes(shelf, seconds=passed_s + 299) == []
    assert codes(shelf, seconds=passed_s + 301) == ["overdue"]
    assert codes(shelf, days=3650) == ["overdue"]


def test_a_case_without_a_deadline_or_a_lead_is_found() -> None:
    bare, gone = a_case(), a_case()
    bare.milestones = ()
    gone.lead = "nowhere"
    assert codes(Shelf([bare, gone])) == ["no_deadline", "lead_gone"]


def test_an_old_outbox_is_found_once() -> None:
    assert codes(Shelf([a_case()], oldest_s=601)) == ["outbox"]
    assert codes(Shelf([a_case()], oldest_s=599)) == []


@pytest.mark.parametrize("trouble", [UnreachableError("away"), ConfigurationError("no such policy")])
def test_a_pass_that_does_not_reach_the_end_does_not_count(trouble: RouterError) -> None:
    shelf = Shelf([a_case()])
    on = auditor(shelf)
    on.run_once(MONDAY)
    shelf.trouble = trouble
    with pytest.raises(RouterError):
        on.run_once(MONDAY + timedelta(hours=1))
    assert on.last_success_at == MONDAY
    shelf.trouble = None
    on.run_once(MONDAY + timedelta(hours=2))
    assert on.last_success_at == MONDAY + timedelta(hours=2)


def test_a_long_pass_shows_that_it_is_alive() -> None:
    signs: list[None] = []
    auditor(Shelf([a_case()] * 2500)).run_once(MONDAY, lambda: signs.append(None))
    assert len(signs) == 2


class OneTick(Event):
    """Ends a loop at its first pause."""

    def wait(self, timeout: float | None = None) -> bool:
        """It is a pause, and not for ever."""
        assert timeout
        self.set()
        return True


def lines_of(shelf: Shelf) -> list[Any]:
    """What one pass of the role logs, ten years late."""
    later = MONDAY + timedelta(days=3650)
    # Whoever typed a command before us left its level, which hides what is no warning.
    structlog.reset_defaults()
    with capture_logs() as lines:
        audit_role(auditor(shelf), lambda: later, pause_s=300).run(OneTick())
    return lines


def test_the_role_says_one_line_a_kind_of_finding_and_one_a_pass() -> None:
    lines = lines_of(Shelf([a_case(), a_case()]))
    assert [(line["event"], line.get("code"), line.get("count")) for line in lines] == [
        ("audit.found", "overdue", 2),
        ("audit.passed", None, None),
    ]
    assert lines[0]["code"] in CODES
    assert (lines[1]["cases"], lines[1]["findings"]) == (2, 2)


def test_rules_that_are_not_on_record_stop_no_clock() -> None:
    shelf = Shelf([a_case()])
    shelf.trouble = ConfigurationError("the policy is not on record")
    assert [line["event"] for line in lines_of(shelf)] == ["audit.failed"]


def test_a_deadline_that_is_held_back_is_no_finding() -> None:
    play = Play()
    play.open()
    play.say("willow", Accept)
    late = play.now + timedelta(days=30)
    shelf = Shelf([play.case])
    assert auditor(shelf).run_once(late).counts == {"overdue": 1}
    shelf.holding = Guards(braked=True)
    assert auditor(shelf).run_once(late).counts == {}


def test_a_claim_that_nobody_handles_is_visible() -> None:
    play = Play()
    play.open()
    shelf = Shelf([play.case])
    shelf.on_lease = frozenset({play.case.id})
    found = auditor(shelf).run_once(play.now + timedelta(days=30))
    assert [(one.code, one.case) for one in found.findings] == [("stuck", play.case.id)]
