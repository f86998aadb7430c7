"""Every message of a batch gets the broker's own answer, whatever way and order the answers come in."""

import random
from datetime import UTC, datetime

from hypothesis import given, strategies as st

from router.broker.port import Fate, Outgoing
from router.broker.rabbit_confirms import Confirms


def _message(number: int, key: str = "k") -> Outgoing:
    return Outgoing(
        id=f"m-{number}",
        exchange="e",
        key=key,
        type="t.v1",
        case_id="c",
        case_version=1,
        body=b"{}",
        timestamp=datetime(2026, 11, 23, tzinfo=UTC),
    )


def _written(count: int, first_tag: int = 1) -> Confirms:
    confirms = Confirms([_message(number) for number in range(count)])
    for index in range(count):
        confirms.write(index, first_tag + index)
    return confirms


def test_one_answer_may_cover_all_before_it() -> None:
    confirms = _written(4)
    confirms.answer(3, multiple=True, fate=Fate.CONFIRMED)
    assert confirms.fates == [Fate.CONFIRMED] * 3 + [None]
    assert confirms.left == 1


def test_answers_to_an_earlier_batch_on_the_channel_are_ignored() -> None:
    confirms = _written(2, first_tag=101)
    confirms.answer(100, multiple=False, fate=Fate.CONFIRMED)
    confirms.answer(100, multiple=True, fate=Fate.CONFIRMED)
    assert confirms.fates == [None, None]
    confirms.answer(102, multiple=True, fate=Fate.CONFIRMED)
    assert confirms.left == 0


def test_a_rejection_in_between_keeps_its_own_fate() -> None:
    confirms = _written(3)
    confirms.answer(2, multiple=False, fate=Fate.REJECTED)
    confirms.answer(3, multiple=True, fate=Fate.CONFIRMED)
    assert confirms.fates == [Fate.CONFIRMED, Fate.REJECTED, Fate.CONFIRMED]


def test_what_came_back_was_confirmed_to_nobody() -> None:
    confirms = _written(3)
    confirms.give_back("m-1", "e", "k")
    assert confirms.left == 3
    confirms.answer(3, multiple=True, fate=Fate.CONFIRMED)
    assert confirms.fates == [Fate.CONFIRMED, Fate.UNROUTED, Fate.CONFIRMED]


def test_a_return_is_told_apart_by_its_address_where_ids_are_equal() -> None:
    confirms = Confirms([_message(1, "here"), _message(1, "there"), _message(1, "there")])
    for index in range(3):
        confirms.write(index, index + 1)
    confirms.give_back("m-1", "e", "there")
    confirms.give_back("m-9", "e", "there")
    confirms.give_back(None, "e", "there")
    confirms.answer(3, multiple=True, fate=Fate.CONFIRMED)
    assert confirms.fates == [Fate.CONFIRMED, Fate.UNROUTED, Fate.CONFIRMED]


def test_a_message_that_was_never_written_takes_no_tag() -> None:
    confirms = Confirms([_message(number) for number in range(3)])
    confirms.write(0, 1)
    confirms.settle(1, Fate.REJECTED)
    confirms.write(2, 2)
    assert confirms.written == 2
    confirms.answer(2, multiple=False, fate=Fate.CONFIRMED)
    assert confirms.fates == [None, Fate.REJECTED, Fate.CONFIRMED]


def test_nothing_is_answered_before_anything_was_written() -> None:
    confirms = Confirms([_message(1)])
    confirms.answer(0, multiple=True, fate=Fate.CONFIRMED)
    assert confirms.left == 1


@given(st.integers(1, 40), st.integers(1, 1_000), st.randoms(use_true_random=False))
def test_any_order_of_answers_gives_each_message_its_fate(count: int, first: int, chance: random.Random) -> None:
    confirms = _written(count, first)
    rejected = {index for index in range(count) if chance.random() < 0.2}
    order = list(range(count))
    chance.shuffle(order)
    for index in order:
        fate = Fate.REJECTED if index in rejected else Fate.CONFIRMED
        # A broker says `multiple` only where all before have the same answer, or had theirs.
        same_before = all(
            confirms.fates[before] is not None or (before in rejected) == (index in rejected)
            for before in range(index)
        )
        confirms.answer(first + index, multiple=same_before and chance.random() < 0.5, fate=fate)
    assert confirms.left == 0
    assert [fate is Fate.REJECTED for fate in confirms.fates] == [index in rejected for index in range(count)]
