"""Routing: every case has a desk, for a reason on record; a report on an office is kept from that office."""

import msgspec
import pytest
from hypothesis import given, strategies as st

from router.core.commands import ApproveReturn, Correct, RequestReturn
from router.core.offices.routing import Route, Wanted, beyond, group_of, route, route_or_none
from router.core.telling.hiding import not_yet_out
from router.core.telling.kept import KeptFrom, is_kept, keeps_from
from router.core.territory.divisions import complete, merge, redirect
from router.core.territory.tree import DeskKind, Division, Tree, TreeFile
from tests.city import Play, city, desk, file, rules


def _route(
    *division: str | None, tree: Tree | None = None, desk: str | None = None, category: str | None = "lamp"
) -> Route:
    return route(tree or city(), Wanted(division=division, desk=desk, category=category))


def _about(subject: str, tree: Tree | None = None) -> Route:
    wanted = Wanted(division=("lake", "willow"), desk=None, category="lamp", kept=KeptFrom(subject_desk=subject))
    return route(tree or city(), wanted)


# -- territory, lines, named desks


def test_a_case_goes_to_the_deepest_office_of_its_place() -> None:
    found = _route("lake", "willow")
    assert (found.desk.code, found.reason, found.triaged) == ("willow", "territory", False)
    assert found.division_path == ("cloud", "lake", "willow")


def test_tiers_without_an_active_office_are_passed_over() -> None:
    found = _route("canal", "mine")
    assert (found.desk.code, found.skipped) == ("canal", (2,))


def test_the_categorys_department_comes_before_the_territory() -> None:
    found = _route("lake", "willow", category="pipe")
    assert (found.desk.code, found.reason) == ("lake-water", "functional")


def test_a_department_that_the_district_lacks_is_the_citys() -> None:
    found = _route("canal", "bridge", category="pipe")
    assert (found.desk.code, found.reason) == ("cloud-water", "functional:above")


def test_a_missing_street_is_no_trouble_for_a_districts_department() -> None:
    found = _route("lake", category="pipe")
    assert (found.desk.code, found.triaged) == ("lake-water", False)


def test_a_missing_district_is_no_trouble_for_the_citys_department() -> None:
    found = _route(category="bus")
    assert (found.desk.code, found.triaged) == ("cloud-transport", False)


def test_a_desk_that_the_source_names_gets_the_case() -> None:
    found = _route("lake", "willow", desk="plane")
    assert (found.desk.code, found.reason) == ("plane", "named")


def test_an_office_that_was_merged_is_found_under_its_old_name() -> None:
    tree = Tree(merge(file(), "plane", "willow")[0])
    assert _route("lake", "plane", tree=tree).desk.code == "willow"
    assert _route("lake", "willow", tree=tree, desk="plane").desk.code == "willow"


# -- triage


@pytest.mark.parametrize(
    ("division", "named", "category", "where", "reason"),
    [
        (("lake", "nowhere"), None, "lamp", "lake:unknown:triage", "triage:unknown_division"),
        (("lake", None), None, "lamp", "lake:unknown:triage", "triage:missing_division"),
        (("nowhere", "willow"), None, "lamp", "cloud:unknown:unknown:triage", "triage:unknown_division"),
        ((), None, "lamp", "cloud:unknown:unknown:triage", "triage:missing_division"),
        (("canal", "willow"), None, "lamp", "canal:unknown:triage", "triage:unknown_division"),
        (("nowhere",), None, "pipe", "cloud:unknown:triage", "triage:unknown_division"),
        (("lake", "willow"), None, "ufo", "willow:triage", "triage:unknown_category"),
        (("lake", "willow"), None, None, "willow:triage", "triage:missing_category"),
        (("lake", "willow"), "nobody", "lamp", "willow:triage", "triage:unknown_desk"),
        (("lake", "willow"), "mine", "lamp", "willow:triage", "triage:unknown_desk"),
        (("lake", "nowhere"), "willow", "lamp", "lake:unknown:triage", "triage:unknown_division"),
    ],
    ids=[
        "unknown street",
        "missing street",
        "unknown district",
        "nothing named",
        "a street of another district",
        "unknown district of a line",
        "unknown category",
        "missing category",
        "unknown desk",
        "closed desk",
        "known desk in an unknown street",
    ],
)
def test_what_is_unknown_or_missing_is_triaged_before_territory_is_tried(
    division: tuple[str | None, ...], named: str | None, category: str | None, where: str, reason: str
) -> None:
    found = _route(*division, desk=named, category=category)
    assert (found.desk.code, found.reason, found.triaged) == (where, reason, True)


def test_an_installation_without_a_taxonomy_requires_no_category() -> None:
    plain = Tree(msgspec.structs.replace(file(), categories=()))
    assert _route("lake", "willow", tree=plain, category=None).desk.code == "willow"


def test_a_group_is_the_categorys_own_code_when_the_taxonomy_does_not_know_it() -> None:
    assert [group_of(city(), code) for code in ("stall", "ufo", None)] == ["roads", "ufo", ""]


def test_a_city_of_one_tier_routes_to_itself() -> None:
    one = Tree(
        complete(
            TreeFile(tiers=("city",), divisions=(Division(code="c", name="c", tier=0, parent=None),), desks=())
        )
    )
    assert _route(tree=one, category=None).desk.code == "c"


CODES = ["lake", "canal", "willow", "mine", "cloud", "cloud:unknown", "", "?", None]
WANTED = st.builds(
    Wanted,
    division=st.lists(st.sampled_from(CODES), max_size=4).map(tuple),
    desk=st.sampled_from([None, "willow", "mine", "?", "supervision-5", "lake:triage"]),
    category=st.sampled_from([None, "lamp", "pipe", "bus", "?"]),
    kept=st.builds(
        KeptFrom,
        subject_desk=st.sampled_from([None, "willow", "lake", "cloud", "supervision-5", "dispatch", "?"]),
        named_desks=st.lists(
            st.sampled_from(["plane", "canal", "cloud", "supervision-1", "supervision-2", "?"]), max_size=3
        ).map(tuple),
        named_persons=st.sampled_from([(), ("li",)]),
        confidential=st.booleans(),
    ),
)


@given(WANTED)
def test_every_case_has_a_desk_at_work_that_may_have_it(wanted: Wanted) -> None:
    tree = city()
    found = route(tree, wanted)
    assert found.desk.active
    assert len(found.division_path) == tree.depth
    assert not is_kept(tree, wanted.kept, found.desk.code)
    assert found.triaged == found.reason.startswith("triage")


# -- reports on an office


@pytest.mark.parametrize(
    ("subject", "where"),
    [
        ("willow", "lake"),
        ("lake", "cloud"),
        ("cloud", "supervision-1"),
        ("lake-water", "cloud-water"),
        ("mine", "canal"),
        ("dispatch", "supervision-1"),
        ("supervision-2", "supervision-3"),
        ("supervision-5", "supervision-4"),
    ],
)
def test_a_report_on_an_office_goes_to_its_superior(subject: str, where: str) -> None:
    found = _about(subject)
    assert (found.desk.code, found.reason, found.triaged) == (where, "subject_desk", False)


def test_a_report_on_an_office_that_nobody_knows_is_triaged_by_supervision() -> None:
    found = _about("nobody")
    assert (found.desk.code, found.reason, found.triaged) == ("supervision-1", "triage:unknown_subject", True)


def test_a_confidential_case_goes_to_supervision() -> None:
    wanted = Wanted(division=("lake", "willow"), desk="willow", category="lamp", kept=KeptFrom(confidential=True))
    found = route(city(), wanted)
    assert (found.desk.code, found.reason, found.triaged) == ("supervision-1", "confidential", False)


def test_a_report_is_kept_from_the_office_from_those_below_it_and_from_its_territory() -> None:
    tree = city()
    kept = {one.code for one in tree if keeps_from(tree, "lake", one.code)}
    assert {"lake", "willow", "plane", "lake-water", "lake:triage", "lake:last_resort", "willow:triage"} <= kept
    assert not kept & {"canal", "bridge", "cloud", "cloud-water", "dispatch", "supervision-1"}


def test_a_report_on_a_department_is_kept_from_those_that_answer_to_it() -> None:
    tree = city()
    kept = {one.code for one in tree if keeps_from(tree, "cloud-water", one.code)}
    assert kept == {"cloud-water", "lake-water"}


def test_a_report_on_nobody_is_kept_from_nobody() -> None:
    assert not any(keeps_from(city(), None, one.code) for one in city())
    assert not any(keeps_from(city(), "nobody", one.code) for one in city())


@pytest.mark.parametrize("change", [merge, redirect])
def test_whoever_took_over_the_subjects_work_counts_as_the_subject(change: object) -> None:
    tree = Tree(change(file(), "willow", "plane")[0])  # type: ignore[operator]
    assert keeps_from(tree, "willow", "plane")
    assert keeps_from(tree, "willow", "willow")
    assert not keeps_from(tree, "willow", "lake")
    assert _about("willow", tree).desk.code == "lake"


def test_after_a_merger_upwards_the_report_goes_above_the_heir() -> None:
    tree = Tree(merge(file(), "willow", "lake")[0])
    assert _about("willow", tree).desk.code == "cloud"


def test_of_the_highest_desk_only_itself_is_kept_out() -> None:
    tree = city()
    assert [one.code for one in tree if keeps_from(tree, "supervision-5", one.code)] == ["supervision-5"]


def test_a_report_on_the_only_supervision_goes_to_the_city() -> None:
    divisions = (
        Division(code="c", name="c", tier=0, parent=None),
        Division(code="s", name="s", tier=1, parent="c"),
    )
    tree = Tree(complete(TreeFile(tiers=("city", "street"), divisions=divisions, desks=())))
    assert _about("c:supervision", tree).desk.code == "c"


def test_where_nobody_else_is_at_work_that_is_said() -> None:
    alone = TreeFile(
        tiers=("city",),
        divisions=(Division(code="c", name="c", tier=0, parent=None),),
        desks=(desk("c", "c"), desk("t", "c", DeskKind.TRIAGE, active=False)),
    )
    with pytest.raises(LookupError, match="whoever is at work"):
        beyond(Tree(alone), KeptFrom(subject_desk="c"))


def test_a_report_that_names_everybody_has_no_route() -> None:
    tree = city()
    kept = KeptFrom(named_desks=tuple(desk.code for desk in tree))
    wanted = Wanted(division=("lake", "willow"), desk=None, category="lamp", kept=kept)
    assert route_or_none(tree, wanted) is None


@pytest.mark.parametrize(
    ("kept", "where", "reason"),
    [
        (KeptFrom(subject_desk="willow", named_desks=("lake",)), "cloud", "subject_desk"),
        (KeptFrom(subject_desk="willow", named_desks=("plane",)), "lake", "subject_desk"),
        (KeptFrom(named_desks=("willow",)), "lake", "subject_desk"),
        (KeptFrom(named_persons=("li",)), "supervision-1", "named_person"),
        (KeptFrom(subject_desk="willow", named_persons=("li",)), "lake", "subject_desk"),
        (KeptFrom(confidential=True, named_desks=("supervision-1",)), "supervision-2", "subject_desk"),
        (KeptFrom(confidential=True, named_desks=("?",)), "supervision-1", "triage:unknown_subject"),
        (KeptFrom(subject_desk="willow", named_desks=("?",)), "supervision-1", "triage:unknown_subject"),
        (KeptFrom(named_desks=("?", "supervision-1")), "supervision-2", "triage:unknown_subject"),
    ],
)
def test_a_report_goes_to_nobody_whom_it_names(kept: KeptFrom, where: str, reason: str) -> None:
    found = route(city(), Wanted(division=("lake", "willow"), desk="willow", category="lamp", kept=kept))
    assert (found.desk.code, found.reason) == (where, reason)


def _without_willow() -> Tree:
    whole = file()
    return Tree(
        msgspec.structs.replace(
            whole,
            divisions=tuple(d for d in whole.divisions if "willow" not in (d.code, d.parent)),
            desks=tuple(d for d in whole.desks if d.division != "willow"),
        )
    )


def test_a_case_of_a_division_that_is_gone_can_be_corrected() -> None:
    play = Play()
    play.open()
    play.rules = rules(tree=_without_willow())
    play.say("channel:hotline", Correct, category="pipe")
    assert play.refused is None
    assert play.case.lead == "lake-water"


def test_a_return_of_a_case_of_a_division_that_is_gone_is_decided() -> None:
    play = Play()
    play.open()
    play.say("willow", RequestReturn, reason="not_our_place")
    play.rules = rules(tree=_without_willow())
    play.say("dispatch", ApproveReturn)
    assert play.refused is None
    assert play.case.lead != "willow"


def test_a_lead_that_was_merged_with_the_subject_is_to_lose_the_case() -> None:
    play = Play()
    case = play.open(subject_desk="willow")
    assert case.lead == "lake"
    assert not_yet_out(play.rules.tree, case) == ()
    assert not_yet_out(Tree(merge(file(), "willow", "lake")[0]), case) == ("lake",)
