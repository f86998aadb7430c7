"""Counts that one thread grows while another reads."""

from __future__ import annotations

from router.tally import Tally


def test_what_is_read_is_a_copy_that_grows_no_more() -> None:
    tally = Tally()
    tally.add("accepted")
    read = tally.counted()
    for word in read:
        tally.add(f"{word} and another")
    tally.update({"accepted": 2})
    tally.update(["accepted", "refused"])
    assert dict(read) == {"accepted": 1}
    assert (tally["accepted"], tally["refused"], tally["nobody"]) == (4, 1, 0)
    assert len(tally.counted()) == 3
