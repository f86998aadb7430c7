"""Draws by lot: anybody who has the seed and the list of candidates draws the same."""

import hashlib

from hypothesis import given, strategies as st

from router.core.commands import Target
from router.core.several.lots import draw, seed_hash

STREETS = tuple(Target(desk=f"street-{number}") for number in range(20))
SEED = "2026-09-21 lottery 03 08 17 22 25 31 + 09"


def test_a_lot_is_what_sha256sum_says_of_seed_desk_and_case_a_line_each() -> None:
    # printf '...\nwillow\n' | sha256sum, done by hand for two desks.
    lots = {code: hashlib.sha256(f"{SEED}\n{code}\n".encode()).hexdigest() for code in ("willow", "plane")}
    first = min(lots, key=lambda code: lots[code])
    candidates = (Target(desk="willow"), Target(desk="plane"))
    assert draw(SEED, candidates, 1) == (Target(desk=first),)


def test_the_hash_that_is_given_before_is_that_of_the_seed() -> None:
    assert seed_hash("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@given(st.permutations(STREETS), st.integers(1, 20))
def test_how_the_candidates_are_listed_decides_nothing(listed: list[Target], count: int) -> None:
    drawn = draw(SEED, listed, count)
    assert drawn == draw(SEED, STREETS, count)
    assert len(set(drawn)) == count


def test_another_seed_draws_others_and_nobody_is_drawn_more_often_than_chance() -> None:
    times = dict.fromkeys(STREETS, 0)
    for number in range(2000):
        for one in draw(f"seed number {number:08}", STREETS, 5):
            times[one] += 1
    # 500 each by chance; six standard deviations are about 116.
    assert all(384 <= n <= 616 for n in times.values()), times
