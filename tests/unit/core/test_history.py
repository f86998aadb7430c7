"""The history of a case: its state is a function of its entries, and of nothing else."""

import msgspec
import pytest

from router.core import events as e
from router.core.commands import Accept, Resolve
from router.core.folds import FOLDS
from router.core.history import advance, evolve
from tests.city import MONDAY, Play


def _entries() -> list[e.Entry]:
    play = Play()
    play.open()
    play.wait(days=6).say("lake", Accept)
    play.say("lake", Resolve)
    return play.entries


def test_entry_by_entry_or_all_at_once_makes_the_same_case() -> None:
    entries = _entries()
    case = None
    for entry in entries:
        case = evolve(case, entry)
    assert case == advance(None, entries)


def test_a_history_may_be_taken_up_in_the_middle() -> None:
    entries = _entries()
    assert advance(advance(None, entries[:4]), entries[4:]) == advance(None, entries)


def test_a_case_that_is_taken_further_is_not_changed_itself() -> None:
    entries = _entries()
    before = advance(None, entries[:2])
    copy = msgspec.structs.replace(before)
    advance(before, entries[2:])
    evolve(before, entries[2])
    assert before == copy


def test_a_history_survives_being_written_down() -> None:
    entries = _entries()
    for encode, decode in (
        (msgspec.json.encode, msgspec.json.decode),
        (msgspec.msgpack.encode, msgspec.msgpack.decode),
    ):
        assert advance(None, decode(encode(entries), type=list[e.Entry])) == advance(None, entries)


def test_every_event_but_the_first_can_be_folded_in() -> None:
    assert set(FOLDS) == set(e.AnyEvent.__args__) - {e.Received}


def test_a_case_is_made_by_being_received_once() -> None:
    entries = _entries()
    with pytest.raises(ValueError, match="at least one entry"):
        advance(None, [])
    with pytest.raises(ValueError, match="is Received, not Dispatched"):
        advance(None, entries[1:])
    with pytest.raises(ValueError, match="Received cannot follow"):
        advance(None, [entries[0], entries[0]])


def test_a_refusal_changes_nothing_not_even_the_version() -> None:
    entries = _entries()
    case = advance(None, entries)
    refused = msgspec.structs.replace(
        entries[-1], version=99, event=e.Refused(command="x", command_type="case.accept.v1", code="closed")
    )
    assert evolve(case, refused) == case


def test_the_event_time_counts_and_the_recording_time_is_kept_beside_it() -> None:
    play = Play()
    play.open()
    play.outage(days=6).notice()
    assert play.case.dispatched_at == play.case.due_at
    assert play.case.assigned_at == play.now
    assert play.case.opened_at == MONDAY
