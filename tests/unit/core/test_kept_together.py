"""Several cases of which one comes to be kept from somebody: what tied them together ends, on both sides."""

from __future__ import annotations

from datetime import timedelta

from router.core import commands as c, events as e
from router.core.history import advance
from router.core.telling.kept import KeptFrom
from tests.city import MONDAY, Play
from tests.several import Several


def _two_linked(town: Several) -> tuple[Play, Play]:
    first, second = town.open("1"), town.open("2")
    assert town.say(first, "dispatcher:li", c.Link, other=second.case.id) is None
    assert [len(list(play.case.links.standing())) for play in (first, second)] == [1, 1]
    return first, second


def test_a_case_that_comes_to_be_a_report_is_linked_to_none_any_more() -> None:
    town = Several()
    report, other = _two_linked(town)
    assert town.say(report, "dispatcher:li", c.Correct, named_desks=("willow",)) is None
    assert [len(list(play.case.links.standing())) for play in (report, other)] == [0, 0]
    assert other.names()[-1] == "Unlinked"
    # Whoever has the other one may be whom the report is about: nobody there hears that the link ended.
    assert "unlinked" not in other.told("willow")
    assert town.say(other, "dispatcher:li", c.Link, other=report.case.id) == "kept_apart"
    for play in (report, other):
        assert advance(None, play.entries) == play.case


def test_whom_a_report_names_cannot_name_it_beside_another_case() -> None:
    town = Several()
    other = town.open("1")
    report = town.open("2", subject_desk="plane", named_desks=("lake",), named_persons=("li",))
    for who in ("lake", "dispatcher:li", "supervision:li"):
        assert town.say(other, who, c.Link, other=report.case.id) == "no_other_case"
    assert town.say(other, "dispatcher:anna", c.Link, other=report.case.id) == "kept_apart"


def test_a_member_that_comes_to_be_a_report_leaves_its_project() -> None:
    town = Several()
    first, second = town.open("1"), town.open("2")
    due_at = MONDAY + timedelta(days=9)
    assert town.say(first, "lake", c.Cluster, cases=(second.case.id,), due_at=due_at) is None
    project = town.plays[first.events(e.Clustered)[0].project]
    assert [one.case_id for one in project.case.project.standing()] == [first.case.id, second.case.id]  # type: ignore[union-attr]
    assert town.say(second, "dispatcher:li", c.Correct, named_desks=("lake",)) is None
    assert second.case.member is None
    assert [one.reason for one in project.events(e.MemberLeft)] == ["asked"]
    assert second.case.lead == "cloud"
    assert [one.case_id for one in project.case.project.standing()] == [first.case.id]  # type: ignore[union-attr]
    # A project itself is nobody's matter.
    assert town.say(project, "dispatcher:li", c.Correct, confidential=True) == "kept_apart"


def test_what_is_found_in_a_report_is_kept_from_the_same_and_a_sweep_is_not() -> None:
    town = Several()
    report = town.open("1", subject_desk="plane", named_persons=("li",))
    found = (c.Finding(text="the books are gone", desk="plane"),)
    assert town.say(report, "supervision-2", c.RecordInspection, passed=False, findings=found) is None
    assert town.say(report, "supervision-2", c.Sweep, checklist=("look into the books",), desks=("canal",)) is None
    children = [play.case for play in town.plays.values() if play.case.inspections.parent == report.case.id]
    assert {case.lead: case.kept for case in children} == {
        "lake": KeptFrom(subject_desk="plane", named_persons=("li",)),
        "canal": KeptFrom(),
    }
