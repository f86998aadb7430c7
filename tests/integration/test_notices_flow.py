"""People are told by lists: through a whole installation, over the broker, with its clock and its router."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from router.broker.port import Broker
from router.core.telling.messages import Assigned
from router.core.telling.told import NoticeList
from router.core.territory import address
from router.tiers import Desk, Office
from tests.town import Town, town
from tests.unit.core.calendars import china

#: Signed for in an hour, closed in five working days; counted by the office's calendar.
POLICY = """
name = "office"
calendar = "cn"
milestone = [
  { name = "accept", within = "1h", satisfied_by = "accepted", track = "internal" },
  { name = "close", within = "5wd" },
]
ladder = [{ step = "street" }, { step = "district", budget = "1wd" }]
"""


@pytest.fixture
def here(addresses: tuple[str, str]) -> Iterator[Town]:
    with town(*addresses, policy=POLICY) as built:
        yield built


def lists(here: Town, desk: str) -> list[NoticeList]:
    """The lists among what waits in a desk's queue."""
    found = here.waiting(address.desk_queue(desk))
    return [msgspec.json.decode(one.body, type=NoticeList) for one in found if one.type == "desk.notices.v1"]


def test_forty_unsigned_cases_are_one_list_and_what_passes_at_night_waits_for_the_morning(here: Town) -> None:
    notifier = here.on.notifier()
    morning = [here.open(number) for number in range(40)]
    here.wait(hours=1, seconds=1)
    here.time = china(2026, 9, 21, 10, 0, 2)
    notifier.run_once(here.time)
    (first,) = lists(here, "willow")
    assert {line.case_id for line in first.lines} == set(morning)
    assert {(line.kind, line.milestone) for line in first.lines} == {("reminder", "accept")}
    here.time = china(2026, 9, 21, 17)
    evening = here.open(99)
    here.wait(hours=1, seconds=1)
    notifier.run_once(here.time)
    assert lists(here, "willow") == []
    here.time = china(2026, 9, 22, 9)
    notifier.run_once(here.time)
    assert [[line.case_id for line in one.lines] for one in lists(here, "willow")] == [[evening]]


def test_a_desks_program_shows_its_people_their_list(tmp_path: Path) -> None:
    with town(f"sqlite:///{tmp_path}/ledger.db", policy=POLICY) as here:
        shown: list[str] = []
        program = Desk("willow")

        @program.on_assigned
        def take(_case: Assigned, _office: Office) -> None:
            """Left lying."""

        @program.on_notices
        def show(told: NoticeList, _office: Office) -> None:
            shown.extend(line.case_id for line in told.lines)

        case = here.open(1)
        here.wait(hours=1, seconds=1)
        here.on.notifier().run_once(here.time)
        broker: Broker = here.on.broker
        hosted = program.attach(broker, lambda: here.time)
        while hosted.run_once(0.1):
            pass
        hosted.close()
        assert shown == [case]
