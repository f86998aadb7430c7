"""Laws of the bulletin over random histories: whatever happened to a case, it can be read as of any instant."""

from __future__ import annotations

from datetime import datetime

from hypothesis import given, settings, strategies as st

from router.bulletin.forms import render
from router.core.bulletin.document import encode
from router.core.bulletin.standing import EVERYTHING, Known, standing
from router.core.bulletin.week import Week, week_before, week_named
from router.core.rules import Rules
from tests.bulletins import WEEK, bulletin, words
from tests.city import Play
from tests.unit.core.calendars import NATURAL
from tests.unit.core.histories import HISTORIES, History, live

WEEKS = (week_before(WEEK, NATURAL), WEEK, week_named("2026-W40", NATURAL), week_named("2026-W41", NATURAL))


def instants(play: Play) -> list[datetime]:
    return sorted({at for entry in play.entries for at in (entry.event_at, entry.recorded_at)})


def lived(told: History) -> tuple[Play, list[Rules]]:
    """A history, and all rules that were in force in it."""
    rules: list[Rules] = []
    play = live(told, each=lambda play: rules.append(play.rules))
    return play, rules


@settings(max_examples=60)
@given(HISTORIES)
def test_a_case_stands_as_it_is_when_everything_has_happened_and_can_be_read_as_of_any_instant(
    told: History,
) -> None:
    play = live(told)
    for at in instants(play):
        standing(play.entries, at)
        standing(Known(at).of(play.entries), at)
    now = standing(play.entries, max(entry.event_at for entry in play.entries))
    assert now is not None
    assert now.case == play.case


@settings(max_examples=60)
@given(HISTORIES, st.sampled_from(WEEKS))
def test_what_is_recorded_after_the_cut_off_is_in_no_bulletin(told: History, week: Week) -> None:
    play, rules = lived(told)
    if play.case.is_restricted:
        return  # a case that is known to be about an office only later is on no list all the same
    whole = bulletin([play], play.rules, week=week, earlier=rules)
    play.entries = [entry for entry in play.entries if entry.recorded_at <= week.cutoff_at]
    assert encode(bulletin([play], play.rules, week=week, earlier=rules)) == encode(whole)


@settings(max_examples=40)
@given(HISTORIES, st.sampled_from(WEEKS))
def test_any_case_can_be_printed_and_its_figures_agree_with_each_other(told: History, week: Week) -> None:
    play, rules = lived(told)
    found = bulletin([play], play.rules, week=week, known=EVERYTHING, earlier=rules)
    flow = found.summary.week
    assert 0 <= flow.overdue <= flow.open <= 1
    assert flow.on_time.part <= flow.on_time.of
    assert sum(line.count for line in found.shares) == flow.opened == sum(one.opened for one in found.matters)
    assert len(found.risks.cases) + found.risks.withheld <= found.risks.open
    if play.case.is_restricted:
        assert play.case.id not in encode(found).decode()
    for form in ("html", "csv", "json"):
        assert render(found, form, words("zh"), ranking=True) == render(found, form, words("zh"), ranking=True)
