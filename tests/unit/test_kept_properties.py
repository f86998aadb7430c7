"""Laws of whom a case is kept from, over random histories: it is never had, told, bound or listed there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise

import msgspec
import pytest
from hypothesis import Phase, find, given, settings, strategies as st
from hypothesis.errors import NoSuchExample

from router import announcing, departures
from router.broker.topology import Binding, topology
from router.cli import rerouting
from router.core import commands as c, lifecycle, step
from router.core.case import Case
from router.core.events import ALIVE
from router.core.lifecycle import decide
from router.core.offices import correcting, gate, keeping, returns
from router.core.refusals import Refusal
from router.core.rules import Rules
from router.core.step import Step
from router.core.telling import hiding, seeing
from router.core.telling.hiding import has_part, hides
from router.core.telling.kept import KeptFrom, is_kept
from router.core.telling.seeing import Below, Sight, sight
from router.core.territory import address
from router.core.territory.tree import DeskKind, Served, Tree
from router.core.timing import levels, undoing
from tests.city import MONDAY, Play
from tests.unit.core.histories import HISTORIES, Deed, History, live, with_tree

Law = Callable[[History], None]

_new_tree = st.sampled_from(
    [("plane", "willow"), ("willow", "plane"), ("willow", "lake"), ("plane", "lake"), ("lake", "canal")]
).map(lambda pair: Deed("new_tree", fields={"gone": pair[0], "into": pair[1]}))
#: In some of them one desk goes into another, at any time.
_UNDER_SEVERAL_TREES = st.tuples(HISTORIES, st.none() | st.tuples(_new_tree, st.integers(0, 30))).map(
    lambda both: both[0] if both[1] is None else _inserted(both[0], *both[1])
)


def _inserted(told: History, deed: Deed, at: int) -> History:
    deeds = (*told.deeds[:at], deed, *told.deeds[at:])
    return msgspec.structs.replace(told, deeds=deeds)


#: Commands of everybody who could be told by an answer that there is a case.
_ASKED = (c.Accept, c.ReportProgress, c.Resolve, c.AcceptEscalation)


def _kept_out(tree: Tree, case: Case) -> list[str]:
    """Codes of the desks that a report is about, whom it names, and who answers to one of them."""
    return [desk.code for desk in tree if is_kept(tree, case.kept, desk.code)]


def _steps(play: Play) -> Iterator[tuple[Tree, Case | None, Step]]:
    """Each step that was taken, with the tree that was in force and the case as it stood before."""
    yield play.trees[0], None, play.steps[0]
    for tree, (before, after) in zip(play.trees[1:], pairwise(play.steps), strict=True):
        yield tree, before.case, after


# -- the laws --------------------------------------------------------------------------------------------------


def whom_a_report_names_never_has_it(told: History) -> None:
    """Nor helps with it. Of a closed case nobody has anything: who had it last is a fact on record."""
    play = live(told)
    for tree, _, taken in _steps(play):
        if not taken.case.is_open or _more_follows(taken):
            continue
        out = {*_kept_out(tree, taken.case)}
        assert not out & {taken.case.lead, *taken.case.assists}


def _more_follows(taken: Step) -> bool:
    """Whether it is the first of two steps after a change of the tree: who does the work, then who loses it."""
    cause = taken.entries[0].cause if taken.entries else ""
    return cause.startswith("divisions/") and not cause.endswith("/kept")


def whom_a_report_names_holds_no_clock_of_it(told: History) -> None:
    """What it was to decide, to look at or to ask about waits for somebody else."""
    play = live(told)
    for tree, _, taken in _steps(play):
        if not taken.case.is_open or _more_follows(taken):
            continue
        out = {*_kept_out(tree, taken.case)}
        assert not out & {one.holder for one in taken.case.milestones if one.status in ALIVE}


def whom_a_report_names_is_told_nothing(told: History) -> None:
    play = live(told)
    for tree, _, taken in _steps(play):
        assert not {*_kept_out(tree, taken.case)} & {message.desk for message in taken.messages}


def for_whom_a_report_names_there_is_no_such_case(told: History) -> None:
    """Desks and persons alike: the answer is that of a case that is not there, and nothing comes of it."""

    def check(play: Play) -> None:
        case, rules = play.case, play.rules
        asking = [c.Actor(c.ActorRole.DESK, code) for code in _kept_out(rules.tree, case)[:3]]
        roles = (c.ActorRole.DISPATCHER, c.ActorRole.FOLLOW_UP, c.ActorRole.SUPERVISION)
        asking += [c.Actor(role, account) for account in case.named_persons for role in roles]
        for number, who in enumerate(asking):
            command = _ASKED[number % len(_ASKED)](id="x", case_id=case.id, actor=who)
            answer = decide(case, command, rules, play.now)
            assert isinstance(answer, Refusal)
            assert (answer.code, answer.data) == ("unknown_case", {"case": case.id})
            noted = lifecycle.note(case, command, answer, rules, play.now)
            assert (noted.case, noted.messages) == (case, ())

    live(told, each=check)


_OFFICES = (c.ActorRole.DISPATCHER, c.ActorRole.FOLLOW_UP, c.ActorRole.SUPERVISION)


def _asked(play: Play, rules: Rules, role: c.ActorRole, account: str) -> str | None:
    """What a person of an office is answered; None: the command is carried out."""
    command = c.Instruct(
        id="x", case_id=play.case.id, actor=c.Actor(role, account), leader="y", tier="city", text="…"
    )
    answer = decide(play.case, command, rules, play.now)
    return answer.code if isinstance(answer, Refusal) else None


def for_the_accounts_of_whom_a_report_names_there_is_no_such_case(told: History) -> None:
    """Whatever office they speak for, and at the shell too."""

    def check(play: Play) -> None:
        out = _kept_out(play.rules.tree, play.case)
        if not out:
            return
        rules = _listed(play.rules)
        for number, code in enumerate(out):
            assert hiding.hidden_from_account(rules.tree, play.case, f"at.{code}")
            assert _asked(play, rules, _OFFICES[number % len(_OFFICES)], f"at.{code}") == "unknown_case"

    live(told, each=check)


def for_a_role_that_nobody_lists_there_is_nothing_that_is_kept_from_an_office_of_its_kind(told: History) -> None:
    def check(play: Play) -> None:
        kinds = {play.rules.tree.desks[code].kind for code in _kept_out(play.rules.tree, play.case)}
        for kind in (DeskKind.DISPATCHER, DeskKind.SUPERVISION):
            answer = _asked(play, play.rules, c.ActorRole(kind.value), "nobody.lists.me")
            assert (answer == "unknown_case") == (kind in kinds)

    live(told, each=check)


def _listed(rules: Rules) -> Rules:
    """The same rules, with an account at every desk."""
    known = rules._by_version.values()
    return Rules(_with_accounts(rules.tree), rules.policies, rules.calendars, earlier=tuple(known))


@cache
def _with_accounts(tree: Tree) -> Tree:
    desks = tuple(msgspec.structs.replace(desk, accounts=(f"at.{desk.code}",)) for desk in tree.file.desks)
    return Tree(msgspec.structs.replace(tree.file, desks=desks))


def whom_a_report_names_lists_neither_the_case_nor_its_number(told: History) -> None:
    def check(play: Play) -> None:
        tree = play.rules.tree
        for code in _kept_out(tree, play.case):
            below = Below(tree, code)
            assert list(below.of([play.case])) == []
            assert below.counted == 0

    live(told, each=check)


def nobody_below_a_confidential_case_hears_of_it_or_sees_it(told: History) -> None:
    """Who has no part in it, before the step or after it, is told nothing; it is in no list but as a number."""
    play = live(told)
    for tree, before, taken in _steps(play):
        case = taken.case
        if not case.confidential:
            continue
        for message in taken.messages:
            had = before is not None and message.desk is not None and has_part(tree, before, message.desk)
            assert message.desk is None or had or has_part(tree, case, message.desk)
        for desk in tree:
            if desk.code not in (case.lead, *case.assists):
                assert sight(tree, desk.code, case) is not Sight.SHOWN
            if not has_part(tree, case, desk.code):
                command = c.ReportProgress(id="x", case_id=case.id, actor=c.Actor(c.ActorRole.DESK, desk.code))
                answer = decide(case, command, _under(play, tree), play.now)
                assert isinstance(answer, Refusal)
                assert answer.code == "unknown_case"


def no_list_has_for_a_desk_what_does_not_exist_for_it(told: History) -> None:
    """One law for what a desk may say and what it lists; and whoever is above the lead is given the number."""

    def check(play: Play) -> None:
        case, tree = play.case, play.rules.tree
        for desk in tree:
            found = sight(tree, desk.code, case)
            assert found is Sight.HIDDEN or not hides(tree, case, desk.code)
        if case.is_restricted and case.lead in tree.desks:
            # Everybody answers to the last desk of all: it looks down on nobody in particular.
            above = [one.code for one in tree.chain(case.lead)[1:] if one.superior is not None]
            seen = {sight(tree, code, case) for code in above if not hides(tree, case, code)}
            assert Sight.HIDDEN not in seen

    live(told, each=check)


def no_binding_of_whom_a_report_names_takes_a_message_about_it(told: History) -> None:
    """Neither its own queue nor a binding for all below a division; what is not restricted is taken as ever."""
    play = live(told)
    served = {known.version: _served(known) for known in play.trees}
    bindings = {version: topology(known).bindings for version, known in served.items()}
    above = {version: _from_above(known) for version, known in served.items()}
    for known, _, taken in _steps(play):
        tree, bound, from_above = served[known.version], bindings[known.version], above[known.version]
        out = {address.desk_queue(code) for code in _kept_out(tree, taken.case)}
        for message in taken.messages:
            if message.desk is None or message.desk not in tree.desks:
                continue
            sent = departures._address(tree, frozenset(), message, taken.case)
            assert sent is not None
            exchange, key = sent
            queues = {one.queue for one in bound if one.exchange == exchange and _matches(one.key, key)}
            assert queues == {address.desk_queue(message.desk)}
            assert not queues & out
            looks_on = [one for one in from_above if one.exchange == exchange and _matches(one.key, key)]
            assert bool(looks_on) != taken.case.is_restricted


def nothing_restricted_is_announced(told: History) -> None:
    for _, _, taken in _steps(live(told)):
        if taken.case.kept != KeptFrom():
            assert announcing.announced(taken.case, taken.entries, "city", MONDAY) == ()


def _from_above(tree: Tree) -> list[Binding]:
    """Bindings of somebody who looks on: one for all below each division, on each tier's exchange."""
    return [
        Binding(
            address.tier_exchange(tree, tier), f"below {division.code}", address.below_binding(tree, division.code)
        )
        for division in tree.file.divisions
        for tier in range(division.tier, tree.depth)
    ]


def _under(play: Play, tree: Tree) -> Rules:
    """The rules of the play, with a tree that was in force."""
    return play.rules if tree is play.rules.tree else with_tree(play, tree)


def _served(tree: Tree) -> Tree:
    """The same tree, every desk with a program and a queue."""
    desks = tuple(msgspec.structs.replace(desk, served=Served.AMQP) for desk in tree.file.desks)
    return Tree(msgspec.structs.replace(tree.file, desks=desks))


def _matches(binding: str, key: str) -> bool:
    """Whether a topic exchange would take it: `*` is any one word. Nobody here binds with `#`."""
    wanted, words = binding.split("."), key.split(".")
    return len(wanted) == len(words) and all(want in ("*", word) for want, word in zip(wanted, words, strict=True))


LAWS: list[Law] = [
    whom_a_report_names_never_has_it,
    whom_a_report_names_holds_no_clock_of_it,
    whom_a_report_names_is_told_nothing,
    for_whom_a_report_names_there_is_no_such_case,
    for_the_accounts_of_whom_a_report_names_there_is_no_such_case,
    for_a_role_that_nobody_lists_there_is_nothing_that_is_kept_from_an_office_of_its_kind,
    whom_a_report_names_lists_neither_the_case_nor_its_number,
    nobody_below_a_confidential_case_hears_of_it_or_sees_it,
    no_list_has_for_a_desk_what_does_not_exist_for_it,
    no_binding_of_whom_a_report_names_takes_a_message_about_it,
    nothing_restricted_is_announced,
]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
def test_law(law: Law) -> None:
    @settings(max_examples=40)
    @given(_UNDER_SEVERAL_TREES)
    def holds(told: History) -> None:
        law(told)

    holds()


# -- planted faults: what each law is there to catch -----------------------------------------------------------


def _hand_it_to_anybody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(returns, "is_kept", lambda *_: False)


def _forget_who_was_named_later(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(correcting, "send_away", lambda *_: None)


def _leave_it_where_it_was_done_or_rests(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(correcting, "_move", lambda *_: None)


def _reopen_it_where_it_was(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gate, "away_from", lambda *_: None)


def _reopen_it_with_whoever_helped(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(gate, "send_away", lambda *_: None)


def _undo_whatever_is_named(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(undoing, "bars", lambda *_: False)


def _let_the_tree_change_and_nothing_follow(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rerouting, "not_yet_out", lambda *_: ())


def _leave_the_clocks_with_whoever_had_them(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(keeping, "_held_anew", lambda *_: iter(()))


def _open_the_last_wall(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(step, "bars", lambda *_: False)


def _listen_to_persons(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(hiding, "names", lambda *_: False)


def _count_above_whoever_helps(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(seeing, "hides", lambda tree, case, desk: is_kept(tree, case.kept, desk))


def _count_for_nobody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(seeing, "answers_to", lambda *_: False)


def _forget_where_people_sit(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Tree, "seats", lambda *_: ())


def _let_one_clean_desk_do(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(hiding, "bars_account", lambda _tree, case, account: hiding.names(case, account))


def _trust_every_role(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(hiding, "_of_role", lambda *_: ())


def _count_for_everybody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(seeing, "hides", lambda *_: False)
    patch.setattr(seeing, "answers_to", lambda *_: True)


def _tell_whoever_was_chosen(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(levels, "hides", lambda *_: False)
    patch.setattr(step, "has_part", lambda *_: True)


def _show_what_is_confidential(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Case, "is_restricted", property(lambda case: case.subject_desk is not None))


def _bind_all(patch: pytest.MonkeyPatch) -> None:
    true_key = address.desk_key
    patch.setattr(address, "desk_key", lambda *said, **_: true_key(*said))


def _bind_every_desk_to_all(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(address, "desk_binding", lambda tree, _desk: ".".join("*" * (tree.depth + 3)))


FAULTS: list[tuple[Callable[[pytest.MonkeyPatch], None], Law]] = [
    (_hand_it_to_anybody, whom_a_report_names_never_has_it),
    (_forget_who_was_named_later, whom_a_report_names_never_has_it),
    (_leave_it_where_it_was_done_or_rests, whom_a_report_names_never_has_it),
    (_reopen_it_where_it_was, whom_a_report_names_never_has_it),
    (_reopen_it_with_whoever_helped, whom_a_report_names_never_has_it),
    (_undo_whatever_is_named, whom_a_report_names_never_has_it),
    (_let_the_tree_change_and_nothing_follow, whom_a_report_names_never_has_it),
    (_leave_the_clocks_with_whoever_had_them, whom_a_report_names_holds_no_clock_of_it),
    (_open_the_last_wall, whom_a_report_names_is_told_nothing),
    (_listen_to_persons, for_whom_a_report_names_there_is_no_such_case),
    (_forget_where_people_sit, for_the_accounts_of_whom_a_report_names_there_is_no_such_case),
    (_let_one_clean_desk_do, for_the_accounts_of_whom_a_report_names_there_is_no_such_case),
    (_trust_every_role, for_a_role_that_nobody_lists_there_is_nothing_that_is_kept_from_an_office_of_its_kind),
    (_count_for_everybody, whom_a_report_names_lists_neither_the_case_nor_its_number),
    (_tell_whoever_was_chosen, nobody_below_a_confidential_case_hears_of_it_or_sees_it),
    (_show_what_is_confidential, nobody_below_a_confidential_case_hears_of_it_or_sees_it),
    (_count_above_whoever_helps, no_list_has_for_a_desk_what_does_not_exist_for_it),
    (_count_for_nobody, no_list_has_for_a_desk_what_does_not_exist_for_it),
    (_bind_all, no_binding_of_whom_a_report_names_takes_a_message_about_it),
    (_bind_every_desk_to_all, no_binding_of_whom_a_report_names_takes_a_message_about_it),
    (_show_what_is_confidential, nothing_restricted_is_announced),
]


def test_every_law_has_a_fault_that_it_must_catch() -> None:
    assert {law for _, law in FAULTS} == set(LAWS)


@pytest.mark.parametrize(("fault", "law"), FAULTS, ids=lambda one: one.__name__.strip("_"))
def test_law_catches(fault: Callable[[pytest.MonkeyPatch], None], law: Law) -> None:
    def breaks(told: History) -> bool:
        with pytest.MonkeyPatch.context() as patch:
            fault(patch)
            try:
                law(told)
            except AssertionError:
                return True
        return False

    try:
        find(_UNDER_SEVERAL_TREES, breaks, settings=_ONCE)
    except NoSuchExample:
        pytest.fail(f"{law.__name__} does not notice")


#: The first history that shows the fault will do; the same ones are tried every time.
_ONCE = settings(max_examples=8000, phases=[Phase.generate], derandomize=True, database=None)
