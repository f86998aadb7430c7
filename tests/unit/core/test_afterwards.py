"""What is said of a case later: urging it, and blanking its texts."""

from __future__ import annotations

from router.core import events as e
from router.core.commands import Redact, Reply, Resolve, Urge
from tests.city import Play

_CITIZEN = "citizen:hotline"


def test_the_citizen_urges_once_a_day_and_the_lead_hears_of_it() -> None:
    play = Play()
    play.open()
    play.say(_CITIZEN, Urge, text="什么时候修好？")
    assert play.told("willow") == ["assigned", "urged"]
    play.wait(hours=14, minutes=59).say(_CITIZEN, Urge)  # 23:59 of the same day
    assert play.refused == "urged_today"
    assert play.refusal is not None
    assert play.refusal.zh == "2026-09-21 已催过一次，每日一次"
    play.wait(minutes=1).say("channel:hotline", Urge)  # midnight, in the city
    assert play.refused is None
    assert play.case.links.urges == 2
    assert [event.times for event in play.events(e.Urged)] == [1, 2]


def test_urging_moves_nothing_and_is_for_the_case_s_own_channel_while_it_is_open() -> None:
    play = Play()
    play.open()
    before = play.case
    play.say(_CITIZEN, Urge)
    assert (play.case.milestones, play.case.state) == (before.milestones, before.state)
    for stranger, code in (
        ("citizen:app", "unknown_case"),
        ("willow", "not_permitted"),
        ("lake", "not_permitted"),
    ):
        play.say(stranger, Urge)
        assert play.refused == code
    play.say("willow", Resolve)
    play.wait(days=1).say(_CITIZEN, Urge)
    assert play.refused == "closed"


def test_a_redaction_says_who_and_why_and_takes_the_case_s_own_text() -> None:
    play = Play()
    play.open(text="路灯不亮，请回电13900007777")
    play.say("supervision:he", Redact, entry=1, text="文中有电话号码")
    assert (play.case.text, play.case.content_hash) == ("", "")
    assert (play.events(e.Redacted)[0].entry, play.events(e.Redacted)[0].by) == (1, "he")
    assert play.entries[-1].text == "文中有电话号码"
    assert play.told("willow") == ["assigned", "redacted"]


def test_a_repeat_of_a_redacted_opening_is_the_same_case() -> None:
    play = Play()
    play.open(text="路灯不亮")
    play.say("supervision:he", Redact, entry=1, text="文中有电话号码")
    entries = len(play.entries)
    play.open(text="路灯不亮", id="once more")
    assert (play.refused, len(play.entries)) == (None, entries)


def test_another_entry_s_text_is_no_business_of_the_case() -> None:
    play = Play()
    play.open(text="路灯不亮")
    play.say("willow", Reply, text="王小明家门口已修")
    play.say("dispatcher:li", Redact, entry=play.case.version, text="有姓名")
    assert (play.case.text, play.refused) == ("路灯不亮", None)


def test_a_redaction_needs_a_reason_an_entry_that_exists_and_no_handling_desk() -> None:
    play = Play()
    play.open(text="路灯不亮")
    for who, entry, why, code in (
        ("willow", 1, "x", "not_permitted"),
        ("lake", 1, "x", "not_permitted"),
        ("supervision:he", 1, " ", "reason_missing"),
        ("supervision:he", 3, "x", "no_such_entry"),
        ("supervision:he", 0, "x", "no_such_entry"),
    ):
        play.say(who, Redact, entry=entry, text=why)
        assert play.refused == code
    assert play.case.text == "路灯不亮"


def test_a_root_cause_is_the_text_of_an_entry_of_its_own() -> None:
    play = Play()
    play.open()
    play.say("willow", Resolve, text="已修", root_cause="灯泡老化")
    (named,) = [entry for entry in play.entries if isinstance(entry.event, e.CauseNamed)]
    assert (named.text, named.event) == ("灯泡老化", e.CauseNamed(desk="willow"))
