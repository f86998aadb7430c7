"""How long a message waits."""

from router.ledger.sending import pause_s


def test_pauses_double_and_stop_at_five_minutes() -> None:
    assert [pause_s(attempts) for attempts in range(1, 12)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert pause_s(1_000_000) == 300
