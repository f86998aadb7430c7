"""A special channel: around the clock while it is open; what it took keeps its clock until it is closed."""

from __future__ import annotations

from router.core.commands import Accept, Resolve
from router.core.telling.pressing import Order
from tests.presets.conftest import Opening
from tests.presets.stage import Stage


def test_saturday_at_two_has_hours_in_the_special_channel_and_a_working_day_elsewhere(stage: Opening) -> None:
    play = stage("special-channel", start="2026-09-19 02:00")  # a Saturday
    special = play.open(channel="special", text="堤坝渗水")
    assert special.policy.startswith("special-channel@")
    assert play.running() == {
        "accept": "2026-09-19 03:00",
        "close": "2026-09-19 14:00",
    }
    usual = play.open(channel="hotline", text="路灯不亮")
    assert usual.policy.startswith("default@")
    # Sunday 20 September is worked: signed for by its end; closed by 24:00 of 20, 21, 22, 23, 24.
    assert play.running() == {"accept": "2026-09-21 00:00", "close": "2026-09-25 00:00"}


def test_it_climbs_through_the_night(stage: Opening) -> None:
    play = stage("special-channel", start="2026-09-19 02:00")
    play.open(channel="special")
    play.until("2026-09-20 03:00")
    assert play.story("Reminded", "Escalated") == [
        "2026-09-19 03:00 Reminded to willow",
        "2026-09-19 14:00 Escalated street > district: willow > lake (deadline)",
        "2026-09-19 20:00 Escalated district > city: lake > cloud (deadline)",
        "2026-09-20 02:00 Escalated city > supervision-1: cloud > supervision-1 (deadline)",
    ]
    assert play.told("willow") == ["assigned", "reminded", "taken"]
    assert play.told("lake") == ["assigned", "taken"]


def test_the_channel_opens_and_closes_by_its_window(stage: Opening) -> None:
    play = stage("special-channel", start="2026-06-30 23:59")
    assert play.open(channel="special").policy.startswith("default@")
    play.say("2026-06-30 23:59", "willow", Resolve)
    assert play.open("2026-07-01 00:00", channel="special").policy.startswith("special-channel@")
    play.say("2026-07-01 00:00", "willow", Resolve)
    assert play.open("2026-10-31 23:59", channel="special").policy.startswith("special-channel@")
    kept = play.due("close")
    assert kept == "2026-11-01 11:59"
    # The window closes; the case keeps its clock.
    play.say("2026-11-01 09:00", "willow", Accept)
    assert play.due("close") == kept
    play.say("2026-11-01 11:59", "willow", Resolve)
    assert play.story("DeadlineMissed") == ["2026-11-01 00:59 DeadlineMissed accept by willow"]
    assert play.open("2026-11-01 12:00", channel="special").policy.startswith("default@")


def _listed(play: Stage) -> list[str]:
    """Texts of the open cases, as a list has them."""
    order = Order(play.on.rulebook(), play.time)
    return [case.text for case in sorted(play.on.ledger.all_cases(open_only=True), key=order.of)]


def test_its_own_priority_is_switched_on_with_it(stage: Opening) -> None:
    play = stage("special-channel", start="2026-09-18 09:00")  # a Friday
    play.open(channel="hotline", text="路灯不亮")
    assert play.due("accept") == "2026-09-21 00:00"
    play.open("2026-09-20 23:30", channel="special", text="堤坝渗水")
    play.open("2026-09-20 23:31", channel="special", starred=True, text="堤坝决口")
    assert play.due("accept") == "2026-09-21 00:31"
    # By deadlines alone the lamp would be the first of the three.
    assert _listed(play) == ["堤坝决口", "堤坝渗水", "路灯不亮"]
    assert [told.priority for told in play.bodies("willow")] == ["normal", "high", "highest"]


def test_before_it_is_switched_on_its_channel_has_no_priority(stage: Opening) -> None:
    play = stage("special-channel", start="2026-06-30 23:59")
    play.open(channel="special", starred=True, text="堤坝决口")
    play.open("2026-07-01 00:00", channel="special", text="堤坝渗水")
    assert [told.priority for told in play.bodies("willow")] == ["normal", "high"]
