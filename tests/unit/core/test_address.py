"""Names in the broker: one function of the tree for each, of a fixed number of words, within what AMQP allows."""

import pytest
from hypothesis import given, strategies as st

from router.core.territory import address
from tests.city import city


def _matches(pattern: str, key: str) -> bool:
    """As a topic exchange matches, for patterns of `*` alone."""
    words, wanted = key.split("."), pattern.split(".")
    return len(words) == len(wanted) and all(w in ("*", got) for got, w in zip(words, wanted, strict=True))


@given(st.text(min_size=1))
def test_any_code_is_one_word_that_fits(code: str) -> None:
    word = address.word(code)
    assert not set(word) & set(".*#")
    assert word not in ("", "_")
    assert len(word.encode()) <= 28


@given(st.text(max_size=60), st.text(max_size=60))
def test_two_codes_never_become_one_word(one: str, other: str) -> None:
    assert (address.word(one) == address.word(other)) == (one == other)


def test_nothing_is_an_underscore() -> None:
    assert address.word(None) == address.word("") == "_"


@pytest.mark.parametrize("code", ["石桥街道", "a.b", "a%2Eb", "x" * 40, "街" * 20, "_", "%5F"])
def test_awkward_codes_keep_apart(code: str) -> None:
    others = ["石桥街道", "a.b", "a%2Eb", "x" * 40, "x" * 41, "街" * 20, "街" * 21, "_", "%5F"]
    assert sum(address.word(code) == address.word(other) for other in others) == 1


def test_every_desk_key_has_the_same_number_of_words() -> None:
    tree = city()
    lengths = {address.desk_key(tree, desk, "lamp", "assigned").count(".") for desk in tree}
    assert lengths == {tree.depth + 2}


def test_a_desk_is_bound_to_its_own_keys_and_to_no_other_desks() -> None:
    tree = city()
    for desk in tree:
        binding = address.desk_binding(tree, desk)
        bound = {
            other.code for other in tree if _matches(binding, address.desk_key(tree, other, None, "assigned"))
        }
        assert bound == {desk.code}


def test_a_district_binds_everything_below_it_and_nothing_beside_it() -> None:
    tree = city()
    binding = address.below_binding(tree, "lake")
    bound = {desk.code for desk in tree if _matches(binding, address.desk_key(tree, desk, "pipe", "assigned"))}
    assert bound == {desk.code for desk in tree if "lake" in tree.path(desk.division)}


def test_names_follow_the_tier_and_the_desk() -> None:
    tree = city()
    assert [address.tier_exchange(tree, tier) for tier in range(3)] == [
        "case.city",
        "case.district",
        "case.street",
    ]
    assert address.desk_queue("willow") == address.desk_user("willow") == "desk.willow"
    assert address.due_queue("street") == "due.street"
    assert address.report_key("lake:triage", "accept") == "lake:triage.accept"
    assert address.channel_key("hotline", "closed") == "hotline.closed"


def test_an_events_key_is_the_leads_tier_and_the_events_name_in_words() -> None:
    assert address.event_key("street", "DeadlineMissed") == "street.deadline_missed"
    assert address.event_key("city", "Closed") == "city.closed"
    assert address.event_key("a.b", "Closed") == "a%2Eb.closed"
