"""The fewest acknowledgements, and none that closes the channel or covers what is still in work."""

from hypothesis import given, strategies as st

from router.broker.rabbit_acks import Acks


class _Channel:
    """The broker's side: what RabbitMQ does with an acknowledgement."""

    def __init__(self, delivered: int) -> None:
        self.out = set(range(1, delivered + 1))

    def take(self, tag: int, *, multiple: bool) -> None:
        assert tag in self.out, "unknown delivery tag: the broker closes the channel"
        self.out -= {out for out in self.out if out <= tag} if multiple else {tag}


def test_a_finished_batch_is_one_acknowledgement() -> None:
    acks = Acks()
    assert acks.settle([1, 2, 3]) == [(3, True)]
    assert acks.settle([4, 5]) == [(5, True)]


def test_what_is_ahead_of_unfinished_work_is_acknowledged_alone() -> None:
    acks = Acks()
    assert acks.settle([2, 3]) == [(2, False), (3, False)]
    assert acks.settle([1]) == [(1, True)]
    assert acks.settle([5, 4]) == [(5, True)]


def test_what_was_settled_is_not_settled_again() -> None:
    acks = Acks()
    acks.settle([1, 3])
    assert acks.settle([1, 3]) == []
    assert acks.settle([]) == []


@given(st.integers(0, 30).flatmap(lambda n: st.tuples(st.just(n), st.lists(st.lists(st.integers(1, max(n, 1)))))))
def test_the_broker_holds_exactly_what_was_not_settled(case: tuple[int, list[list[int]]]) -> None:
    delivered, calls = case
    acks, channel, settled = Acks(), _Channel(delivered), set[int]()
    for call in calls if delivered else []:
        for tag, multiple in acks.settle(call):
            channel.take(tag, multiple=multiple)
        settled |= set(call)
        assert channel.out == set(range(1, delivered + 1)) - settled
