"""Laws of what a case adds to the figures, held over random histories; each is shown to catch a planted fault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from hypothesis import Phase, find, given, settings

from router.core.counting import happened as counting, standing as standings
from router.core.counting.counted import BEYOND, EDGES_S, Counted, Counts, Series
from router.core.counting.happened import Happened, happened
from router.core.counting.holding import holding
from router.core.counting.standing import settled, standing_of
from router.core.events import Closed, Entry, LevelProposed, Received, Reopened
from router.core.policies.policy import Policy
from router.core.rules import Rules
from router.metrics.cases import CASE_METRICS
from router.metrics.metric import PREFIX
from tests.city import Play, rules
from tests.unit.core.histories import HISTORIES, History, live

METRICS = {metric.name: metric for metric in CASE_METRICS}
#: Series of a histogram: its buckets carry one more label, its sum none.
SPREAD = {Counted.RESOLUTION: 1, Counted.WORKING: 1, Counted.RESOLUTION_SUM: 0, Counted.WORKING_SUM: 0}
MS = timedelta(milliseconds=1)
#: What an entry adds, by kind of event: faults are planted here.
COUNTS: dict[Any, Any] = counting._COUNTS


class Lived(NamedTuple):
    """A case's entries, where each of its steps ended, and rules that know every policy it has had."""

    entries: Sequence[Entry]
    ends: Sequence[int]
    rules: Rules


def lived(told: History) -> Lived:
    known: dict[str, Policy] = {}
    ends: list[int] = []

    def note(play: Play) -> None:
        known[play.case.policy] = play.rules.policy(play.case.policy)
        ends.append(len(play.entries))

    play = live(told, each=note)
    return Lived(
        play.entries, ends, rules(*play.rules.policies, tree=play.rules.tree, earlier=tuple(known.values()))
    )


# -- the laws --------------------------------------------------------------------------------------------------


def counted_in_parts_it_adds_what_it_adds_at_once(told: History) -> None:
    case = lived(told)
    parts: Counts = Counter()
    beyond = 0
    for end in case.ends:
        parts.update(happened(case.entries[:end], case.rules, beyond).counts)
        beyond = end
    assert parts == happened(case.entries, case.rules).counts


def nothing_that_is_counted_is_ever_taken_back(told: History) -> None:
    case = lived(told)
    before: Counts = Counter()
    for end in case.ends:
        now = happened(case.entries[:end], case.rules).counts
        assert all(number > 0 for series, number in now.items() if series.name not in SPREAD)
        assert not before - now
        before = now


def every_series_is_in_the_catalogue_with_its_labels(told: History) -> None:
    case = lived(told)
    found = happened(case.entries, case.rules)
    for series in (*found.counts, *_settled(found, case.rules)):
        name = Counted(series.name)
        metric = METRICS[PREFIX + (name.removesuffix("_sum") if name in SPREAD else name)]
        assert len(series.labels) == len(metric.labels) + SPREAD.get(name, 0)
        for label, value in zip(metric.labels, series.labels, strict=False):
            assert value in (metric.labels[label] or (value,)), (name, label, value)
        assert all(series.labels)
        if SPREAD.get(name):
            assert series.labels[-1] in (*map(str, EDGES_S), BEYOND)


def every_second_up_to_the_last_closing_is_counted_once(told: History) -> None:
    case = lived(told)
    closed = [index for index, entry in enumerate(case.entries) if isinstance(entry.event, Closed)]
    counts = happened(case.entries, case.rules).counts
    whole_ms = 0
    if closed:
        spans = holding(case.entries[: closed[-1] + 1], case.entries[closed[-1]].event_at)
        whole_ms = sum(span.length // MS for span in spans)
    assert sum(number for series, number in counts.items() if series.name == Counted.HELD) == whole_ms


def a_case_is_due_once_and_met_or_not_and_at_one_desk(told: History) -> None:
    case = lived(told)
    found = happened(case.entries, case.rules)
    number = Counter({series.name: count for series, count in _settled(found, case.rules).items()})
    due = found.case.due_at is not None
    assert number[Counted.DUE] == number[Counted.DESK_DUE] == due
    assert number[Counted.DUE_MET] == number[Counted.DESK_DUE_MET]
    assert number[Counted.DUE_MET] <= number[Counted.DUE]
    assert number[Counted.CLOSED_DUE] == (due and not found.case.is_open)
    assert number[Counted.CLOSED_IN_TIME] + number[Counted.BREACHED] == number[Counted.CLOSED_DUE]
    assert number[Counted.DUE_CHANGED_MET] <= number[Counted.DUE_CHANGED]


def what_is_due_later_can_be_taken_off_again(told: History) -> None:
    """A standing tells from its own dates alone what of it is due by an instant."""
    case = lived(told)
    standing = standing_of(happened(case.entries, case.rules), case.rules)
    assert standing is not None
    assert (standing.due_at is not None) == (Counted.DUE in {series.name for series in settled(standing)})
    assert not standing.due_met or not standing.is_open
    assert [onset.at for onset in standing.colours] == sorted(onset.at for onset in standing.colours)
    assert not (standing.colours and (standing.suspended or not standing.is_open))


def _settled(found: Happened, in_force: Rules) -> Counts:
    standing = standing_of(found, in_force)
    return settled(standing) if standing is not None else Counter()


LAWS: list[Callable[[History], None]] = [
    counted_in_parts_it_adds_what_it_adds_at_once,
    nothing_that_is_counted_is_ever_taken_back,
    every_series_is_in_the_catalogue_with_its_labels,
    every_second_up_to_the_last_closing_is_counted_once,
    a_case_is_due_once_and_met_or_not_and_at_one_desk,
    what_is_due_later_can_be_taken_off_again,
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
@settings(max_examples=150, deadline=None)
@given(told=HISTORIES)
def test_the_law_holds(law: Callable[[History], None], told: History) -> None:
    law(told)


# -- each catches a fault --------------------------------------------------------------------------------------


def only_what_is_counted_is_walked(patch: pytest.MonkeyPatch) -> None:
    """Earlier closings are forgotten, so the second one counts their time again."""
    take = counting._Walk.take

    def skipping(walk: Any, index: int, *, counts: bool) -> None:
        taken = dict(COUNTS)
        if not counts:
            COUNTS.clear()
        take(walk, index, counts=counts)
        COUNTS.update(taken)

    patch.setattr(counting._Walk, "take", skipping)


def a_reopened_case_was_never_closed(patch: pytest.MonkeyPatch) -> None:
    def reopened(walk: Any, _entry: Entry, _event: Any) -> None:
        walk.counts[Series(Counted.CLOSED, walk.place)] -= 1

    patch.setitem(COUNTS, Reopened, reopened)


def a_level_has_one_label_too_few(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(COUNTS, Received, lambda walk, _entry, _event: walk.add(Counted.OPENED, *walk.place))
    patch.setitem(COUNTS, LevelProposed, lambda walk, _entry, _event: walk.add(Counted.PULLED))


def holding_counts_the_whole_again_at_each_closing(patch: pytest.MonkeyPatch) -> None:
    def held(walk: Any, entry: Entry) -> Counter[Any]:
        now: Counter[Any] = Counter()
        for span in holding(walk.entries[: walk._index + 1], entry.event_at):
            now[span.kind] += span.length // MS
        return now

    patch.setattr(counting._Walk, "held_since_last", held)


def a_case_without_a_due_date_meets_it(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(standings, "_is_met", lambda case, _due_at: not case.is_open)
    before = standings.settled

    def fault(standing: Any) -> Counts:
        counts = before(standing)
        if not standing.is_open:
            counts[Series(Counted.DUE_MET, ("lake", "lamp"))] = 1
        return counts

    patch.setattr(standings, "settled", fault)
    patch.setitem(globals(), "settled", fault)


def an_open_case_has_met_its_due_date(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(standings, "_is_met", lambda _case, due_at: due_at is not None)


FAULTS = dict(
    zip(
        LAWS,
        (
            only_what_is_counted_is_walked,
            a_reopened_case_was_never_closed,
            a_level_has_one_label_too_few,
            holding_counts_the_whole_again_at_each_closing,
            a_case_without_a_due_date_meets_it,
            an_open_case_has_met_its_due_date,
        ),
        strict=True,
    )
)


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_the_law_catches_its_fault(law: Callable[[History], None], monkeypatch: pytest.MonkeyPatch) -> None:
    FAULTS[law](monkeypatch)

    def breaks(told: History) -> bool:
        try:
            law(told)
        except AssertionError:
            return True
        return False

    find(
        HISTORIES,
        breaks,
        settings=settings(max_examples=5000, deadline=None, phases=(Phase.generate,), database=None),
    )
