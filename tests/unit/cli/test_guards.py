"""What operators type when the brake holds: `sla held`, `release`, `cancel`, and `escalation undo` afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from router.clock import clock
from router.ledger.guard_port import Brake
from router.ledger.sql import SqlLedger
from tests.unit.cli.conftest import Shell

#: Long past by any clock.
RECEIVED = ("--received", "2026-01-05 09:00")


def put_on(shell: Shell) -> None:
    ledger = SqlLedger(shell.ledger, key=None)
    at = datetime(2026, 1, 20, tzinfo=UTC)
    ledger.put_brake_on(Brake(cause="storm", braked_at=at, due=1200, threshold=200, skew_s=0.0))
    ledger.close()


@pytest.fixture
def held(shell: Shell) -> str:
    """A case whose deadline has passed, under a brake."""
    case = shell.open(*RECEIVED)
    put_on(shell)
    # Whatever only tells somebody goes on, and is taken with the next command.
    assert shell("case", "report", case, "--desk", "liuyin", "--text", "x").code == 0
    return case


def test_what_is_held_is_listed_by_cause_in_both_languages(shell: Shell, held: str) -> None:
    english = shell("sla", "held")
    assert english.code == 7
    assert "1200 deadlines were due at once, 200 may be" in english.out
    assert held in english.out
    chinese = shell("sla", "held", lang="zh")
    assert "提级已暂停" in chinese.out
    assert "同时到期 1200 个，上限 200 个" in chinese.out
    told = shell("sla", "held", "--json").json
    assert {(one["case"], one["desk"], one["milestone"], one["cause"]) for one in told["held"]} == {
        (held, "liuyin", "close", "brake")
    }


def test_status_says_that_the_brake_holds_and_what_to_do(shell: Shell, held: str) -> None:
    assert held
    found = shell("status", "--json")
    assert found.code == 7
    (wrong,) = [one for one in found.json["wrong"] if one["code"] == "brake"]
    assert "sla release" in wrong["en"]
    assert "sla release" in wrong["zh"]
    # A deadline that is held says nothing about the clock.
    assert "clock" not in {one["code"] for one in found.json["wrong"]}


def test_a_release_needs_a_name_and_a_reason_and_lets_go(shell: Shell, held: str) -> None:
    assert held
    assert shell("sla", "release").code == 2
    done = shell("sla", "release", "--by", "li", "--reason", "a real storm")
    assert done.code == 0
    assert "batch 1" in done.err
    assert shell("sla", "held").code == 0
    assert shell("sla", "release", "--by", "li", "--reason", "again").code == 5


def test_a_cancelled_deadline_has_an_entry_and_a_day(shell: Shell, held: str) -> None:
    done = shell("sla", "cancel", "--by", "li", "--reason", "日历有误", "--json")
    assert done.code == 0, done.err
    assert done.json == {"done": 1, "refused": {}}
    story = shell("case", "show", held, lang="zh").out
    assert "li 认定" in story
    assert "不算超时" in story
    assert shell("sla", "held").code == 0


def test_escalations_are_undone_by_time_and_nothing_happens_twice(shell: Shell) -> None:
    case = shell.open(*RECEIVED)
    shell("case", "report", case, "--desk", "liuyin", "--text", "x")  # settles what has passed
    told = shell("case", "show", case, "--json").json
    words = ("escalation", "undo", "--since", "2026-01-01", "--by", "li", "--reason", "时钟出错")
    rehearsed = shell(*words, "--dry-run", "--json").json
    done = shell(*words, "--json")
    assert rehearsed["escalations"] == done.json["escalations"]
    assert told
    assert shell(*words, "--json").json["done"] == done.json["done"]


def test_undoing_says_which(shell: Shell) -> None:
    assert shell("escalation", "undo", "--by", "li", "--reason", "x").code == 2
    assert shell("escalation", "undo", "--batch", "7", "--by", "li", "--reason", "x").code == 3


def test_a_hold_keeps_the_deadlines_of_a_desk_and_is_an_outage_on_record(shell: Shell) -> None:
    done = shell("sla", "hold", "--desk", "liuyin", "--reason", "停电", "--by", "li", "--json")
    assert done.code == 0, done.err
    hold_id = done.json["id"]
    shown = shell("sla", "holds", lang="zh").out
    assert hold_id in shown
    assert "停电" in shown
    assert "单位 liuyin" in shown
    assert shell("sla", "unhold", hold_id, "--by", "wang").code == 0
    assert shell("sla", "unhold", hold_id, "--by", "wang").code == 3
    (one,) = shell("sla", "holds", "--json").json["holds"]
    assert one["hold"]["released_by"] == "wang"
    assert one["missed"] == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 2),
        (("--desk", "liuyin", "--all"), 2),
        (("--desk", "liuyinn"), 3),
        (("--district", "nowhere"), 3),
        (("--policy", "nothing"), 3),
        (("--all", "--since", "2999-01-01"), 2),
        (("--all", "--until", "2020-01-01"), 2),
    ],
)
def test_a_hold_that_would_hold_nothing_is_refused(shell: Shell, words: tuple[str, ...], code: int) -> None:
    assert shell("sla", "hold", *words, "--reason", "x", "--by", "li").code == code


def test_catching_up_says_first_and_needs_a_name(shell: Shell) -> None:
    shell.open(*RECEIVED)
    said = shell("sla", "catch-up", "--dry-run", lang="zh")
    assert said.code == 0
    assert "1 件在办工单中 1 件有已过时限" in said.err
    assert "提级" in said.out
    assert shell("sla", "catch-up").code == 2
    done = shell("sla", "catch-up", "--by", "li", "--reason", "停机", "--json")
    assert done.code == 0, done.err
    assert done.json["done"]["taken"] >= 1
    put_on(shell)
    refused = shell("sla", "catch-up", "--by", "li", "--reason", "停机")
    assert refused.code == 5
    assert "before `sla` is started" in refused.err
    assert "补办要在启动 sla 之前" in shell("sla", "catch-up", "--by", "li", "--reason", "停机", lang="zh").err


def hold(shell: Shell, *, days_ago: int, until: str | None = None, of: tuple[str, ...] = ("--all",)) -> str:
    """A hold that began so many days ago, by the clock of the program that is asked."""
    since = (clock() - timedelta(days=days_ago, minutes=1)).isoformat()
    end = () if until is None else ("--until", until)
    words = ("sla", "hold", *of, "--since", since, *end, "--by", "王", "--reason", "停电", "--json")
    return str(shell(*words).json["id"])


def judged(shell: Shell) -> list[str]:
    """Codes of what `status` finds wrong besides roles that do not run."""
    return [one["code"] for one in shell("status", "--json").json["wrong"] if one["code"] != "role"]


def test_status_names_every_hold_that_holds_of_what_and_since_when(shell: Shell) -> None:
    assert "holds" not in shell("status").out
    today = hold(shell, days_ago=0, of=("--desk", "liuyin"))
    over = hold(shell, days_ago=3)
    assert shell("sla", "unhold", over, "--by", "王").code == 0
    told = shell("status", "--json").json
    assert [(one["id"], one["kind"], one["what"]) for one in told["holds"]] == [(today, "desk", "liuyin")]
    assert f"1  desk liuyin ({today}) since " in shell("status").out
    assert "without an end" in shell("status").out
    assert f"1  单位 liuyin（{today}），自 " in shell("status", lang="zh").out
    assert "未定截止" in shell("status", lang="zh").out
    assert judged(shell) == []


def test_a_hold_that_nobody_ends_is_wrong_after_a_day_and_one_with_an_end_is_not(shell: Shell) -> None:
    hold(shell, days_ago=2, until=(clock() + timedelta(days=1)).isoformat())
    assert judged(shell) == []
    forgotten = hold(shell, days_ago=2)
    assert judged(shell) == ["hold"]
    found = shell("status", lang="zh")
    assert found.code == 7
    assert f"暂停提级 {forgotten} 已 2 天" in found.out
    assert f"sla unhold {forgotten}" in found.out
    assert f"{forgotten} has held for 2 d" in shell("status").out
