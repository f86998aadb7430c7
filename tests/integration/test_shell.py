"""An office without a program: what is typed goes through the same flow and is answered at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from router.core.case import State
from router.core.commands import Command
from router.errors import NotFoundError
from router.ledger.port import Answer
from router.tiers import shell
from tests.town import Town, town


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Town]:
    """A town on an embedded broker."""
    with town(f"sqlite:///{tmp_path / 'ledger.db'}") as place:
        yield place


def give(place: Town, command: Command) -> Answer:
    """Carry a command out."""
    return shell.carry_out(place.router, place.on.ledger, command, place.time)


def open_lamp(place: Town) -> str:
    """A case of the willow street's, opened by hand."""
    command = shell.open_case(
        "hotline", source="desk-3", source_id="17", command_id="o-1", category="lamp", division=("lake", "willow")
    )
    assert give(place, command).refused is None
    return command.case_id


def test_a_case_is_opened_accepted_reported_on_and_resolved_by_hand(place: Town) -> None:
    case_id = open_lamp(place)
    for command in (
        shell.accept("willow", case_id, command_id="c-1"),
        shell.report("willow", case_id, command_id="c-2", text="on the way"),
        shell.resolve("willow", case_id, command_id="c-3", outcome="explained", text="a new lamp in spring"),
    ):
        assert give(place, command).refused is None
    case = place.on.ledger.case(case_id)
    assert case is not None
    assert (case.state, case.outcome) == (State.CLOSED, "explained")


def test_a_return_and_an_escalation_are_requests(place: Town) -> None:
    case_id = open_lamp(place)
    returned = shell.give_back("willow", case_id, command_id="c-1", reason="not_ours", suggested_desk="plane")
    assert give(place, returned).refused is None
    assert give(place, shell.escalate("willow", case_id, command_id="c-2", text="help")).refused is None
    case = place.on.ledger.case(case_id)
    assert case is not None
    assert case.lead == "willow"
    assert case.return_request is not None
    assert case.escalation_request == "lake"


def test_a_refusal_is_the_answer(place: Town) -> None:
    case_id = open_lamp(place)
    answer = give(place, shell.accept("plane", case_id, command_id="c-1"))
    assert answer.refused == "not_lead"
    assert answer.data == {"lead": "willow", "desk": "plane"}


def test_the_same_command_id_is_the_same_command(place: Town) -> None:
    case_id = open_lamp(place)
    first = give(place, shell.accept("willow", case_id, command_id="c-1"))
    assert give(place, shell.accept("willow", case_id, command_id="c-1")) == first


def test_a_mistyped_case_is_not_found_and_nothing_waits_for_it(place: Town) -> None:
    with pytest.raises(NotFoundError):
        give(place, shell.accept("willow", "NO-SUCH-CASE", command_id="c-1"))
    assert place.on.ledger.parked() == []


def test_an_outcome_that_does_not_exist_is_not_sent() -> None:
    with pytest.raises(ValueError, match="mended"):
        shell.resolve("willow", "A" * 16, command_id="c-1", outcome="mended")
