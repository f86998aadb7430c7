"""The diagram in the documents is the permission table, and the arrows are what really happens."""

from pathlib import Path

from hypothesis import given, settings

from router.core.case import State
from router.core.drawing import KINDS_ZH, ROLES, STATES_ZH, arrows, draw
from router.core.lifecycle import _HANDLERS
from router.core.permissions import PERMISSIONS, Kind, Role
from tests.unit.core.histories import HISTORIES, History, live

PAGE = Path(__file__).parents[3] / "docs" / "state-machine.md"


def test_the_page_in_the_documents_is_what_the_table_draws() -> None:
    assert PAGE.read_text(encoding="utf-8") == draw()


def test_every_state_command_and_role_has_both_names() -> None:
    assert set(STATES_ZH) == set(State)
    assert set(KINDS_ZH) == set(Kind)
    assert set(ROLES) == set(Role)


def test_every_command_but_open_is_in_the_table_and_carried_out_by_somebody() -> None:
    assert set(PERMISSIONS) == set(Kind) - {Kind.OPEN}
    assert {kind for kind, _ in _HANDLERS.values()} == set(PERMISSIONS)


@settings(max_examples=60)
@given(HISTORIES)
def test_a_case_moves_along_the_arrows_and_nowhere_else(told: History) -> None:
    before: State | None = None
    for step in live(told).steps:
        if before not in (None, step.case.state):
            assert (before, step.case.state) in arrows()
        before = step.case.state
