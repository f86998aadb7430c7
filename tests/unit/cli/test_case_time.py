"""`case time`: the account of a case, in both languages and as JSON."""

from datetime import timedelta

from router.cli.case_time import account, exact
from router.cli.words import choose_language
from router.core.counting.hands import HolderKind
from tests.city import MONDAY, Play
from tests.unit.cli.conftest import Shell


def returned(shell: Shell) -> str:
    case = shell.open("--received", "2026-01-05 09:00")
    shell("case", "return", case, "--desk", "liuyin", "--reason", "not_our_place", "--text", "x")
    shell("case", "approve-return", case, "--as", "dispatcher", "--to", "wanghu")
    return case


def test_the_account_is_printed_in_both_languages(shell: Shell) -> None:
    case = returned(shell)
    english = shell("case", "time", case, "--as-of", "2026-01-05 12:30:15")
    assert english.code == 0, english.err
    assert f"whose time case {case} was, as of 2026-01-05 12:30:15" in english.out
    assert "2026-01-05 09:00:00" in english.out
    # Received at the source long before it was put on record here.
    for line in ("channel", "hotline", "03:30:15", "100.0%", "in all"):
        assert line in english.out
    chinese = shell("case", "time", case, lang="zh")
    for line in (
        "时间账",
        "渠道",
        "热线",
        "推诿",
        "柳荫街道 (liuyin) → 望湖街道 (wanghu)",
        "合计",
    ):
        assert line in chinese.out


def test_the_parts_sum_to_the_whole_in_the_document(shell: Shell) -> None:
    case = returned(shell)
    told = shell("case", "time", case, "--json").json
    assert {one["kind"] for one in told["spans"]} >= {"channel", "ping_pong"}
    assert sum(one["seconds"] for one in told["totals"]) - told["seconds"] < 1e-6
    assert told["spans"][0]["begin"] == "2026-01-05T01:00:00Z"


def test_a_case_that_does_not_exist_is_not_found(shell: Shell) -> None:
    assert shell("case", "time", "NOPE").code == 3


def test_a_miss_stands_beside_whose_time_it_was() -> None:
    play = Play()
    play.open()
    play.wait(days=6)
    found = account(play.case.id, play.entries, play.now, replayed=False)
    assert [(one.milestone, one.kind, one.holder) for one in found.missed] == [
        ("accept", HolderKind.DESK, "willow"),
        ("close", HolderKind.DESK, "willow"),
    ]
    earlier = account(play.case.id, play.entries, MONDAY + timedelta(days=2), replayed=False)
    assert ([one.milestone for one in earlier.missed], earlier.seconds) == (["accept"], 172_800.0)


def test_durations_are_exact() -> None:
    choose_language("zh")
    assert exact(timedelta(seconds=5)) == "00:00:05"
    assert exact(timedelta(days=2, hours=3, minutes=4, seconds=5)) == "2 天 03:04:05"
    assert exact(timedelta(hours=1, microseconds=7)) == "01:00:00.000007"
