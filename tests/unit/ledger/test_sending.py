"""How long a message waits."""

from router.core.telling.outbox import Fate
from router.ledger.sending import pause_s


def test_pauses_after_a_rejection_double_and_stop_at_five_minutes() -> None:
    pauses_s = [pause_s(attempts, Fate.REJECTED) for attempts in range(1, 12)]
    assert pauses_s == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert pause_s(1_000_000, Fate.REJECTED) == 300


def test_a_broker_that_is_away_is_never_left_alone_for_longer_than_a_waiting_role_leaves_it() -> None:
    assert [pause_s(attempts, Fate.UNKNOWN) for attempts in range(1, 8)] == [1, 2, 4, 8, 15, 15, 15]
