"""What operators look at: status, audit, the schema, the topology."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn
from unicodedata import east_asian_width

import pytest

from router.broker.embedded import EmbeddedBroker
from router.broker.port import QueueState
from router.cli import status
from router.errors import UnreachableError
from router.ledger.columns import instant_text
from router.ledger.port import Beat
from router.ledger.sql import SqlLedger
from tests.unit.cli.conftest import Shell


def width(line: str) -> int:
    """Columns a line takes in a terminal."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in line)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_state_fits_on_one_screen_of_80_columns(
    shell: Shell, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    shell.open("--received", "2026-01-05T09:00:00+08:00")
    lines = shell("status", lang=lang).out.splitlines()
    assert len(lines) < 24
    assert max(map(width, lines)) <= 80


@pytest.mark.parametrize(
    "words",
    [
        ("status",),
        ("audit",),
        ("case", "list"),
        ("case", "show", "C"),
        ("parked", "list"),
        ("divisions", "show"),
        ("policy", "list"),
        ("calendar", "check"),
        ("topology", "definitions"),
        ("case", "open", "--text", "x"),
        ("--broker", "amqp://guest@127.0.0.1:1/", "run", "relay"),
    ],
    ids=" ".join,
)
def test_where_there_is_no_ledger_none_is_left_behind(bare: Shell, words: tuple[str, ...]) -> None:
    english, chinese = bare(*words), bare(*words, lang="zh")
    assert english.code == chinese.code == 4, english.err
    assert "there is no ledger here" in english.err
    assert "`case-router up` makes one" in english.err
    assert "此处没有台账" in chinese.err
    assert list(bare.folder.iterdir()) == []


@contextmanager
def opened(shell: Shell) -> Iterator[SqlLedger]:
    """The ledger, as a process beside the shell has it."""
    ledger = SqlLedger(shell.ledger, key=None)
    yield ledger
    ledger.close()


def now() -> datetime:
    """What the commands take for now."""
    return datetime.now(UTC)  # noqa: TID251 - the shell's clock is the machine's


def beat(role: str, ago_s: float = 1.0, *, instance: str = "a:1:x", **more: Any) -> Beat:
    """A sign of life some seconds ago of the loop that a role is named after."""
    at = now() - timedelta(seconds=ago_s)
    values: dict[str, Any] = {"loop": role, "queue": "", "started_at": at, "beat_at": at} | more
    return Beat(instance=instance, role=role, **values)


def everybody(shell: Shell, *more: Beat) -> None:
    """All roles run."""
    with opened(shell) as ledger:
        ledger.note_beats([beat("router"), beat("relay"), beat("sla"), beat("metrics"), *more])


def wrong(shell: Shell) -> list[str]:
    """Codes of what `status` finds wrong besides roles that do not run."""
    return [one["code"] for one in shell("status", "--json").json["wrong"] if one["code"] != "role"]


def test_all_well_ends_with_0(shell: Shell) -> None:
    shell.open()
    everybody(shell)
    done = shell("status", "--json")
    assert done.code == 0, done.out
    assert done.json["figures"]["cases_open"] == 1
    assert done.json["broker_state"] == "embedded"
    assert done.json["wrong"] == []
    assert "nothing is wrong" in shell("status").out


def test_an_inspectors_task_stands_beside_the_open_cases(shell: Shell) -> None:
    shell.open()
    assert shell("inspection", "order", "--desk", "liuyin", "--due", "2099-01-05T18:00:00+08:00").code == 0
    figures = shell("status", "--json").json["figures"]
    assert (figures["cases_open"], figures["tasks_open"], figures["projects_open"]) == (1, 1, 0)
    assert "1  and 1 inspection task\n" in shell("status").out
    assert "1  另有检查任务 1\n" in shell("status", lang="zh").out


def test_nothing_is_well_where_nothing_runs(shell: Shell) -> None:
    done = shell("status", "--json")
    assert done.code == 7
    assert [(one["code"], one["en"].split()[1]) for one in done.json["wrong"]] == [
        ("role", "router"),
        ("role", "relay"),
        ("role", "sla"),
        ("role", "metrics"),
    ]
    assert "nothing is wrong" not in shell("status").out
    assert "没有 sla 在运行" in shell("status", lang="zh").out


def test_a_role_is_gone_after_a_minute_without_a_sign_of_life_and_its_last_one_is_told(shell: Shell) -> None:
    with opened(shell) as ledger:
        ledger.note_beats(
            [
                beat("router", 185, instance="c:3:z"),
                beat("relay", 50),
                beat("sla", 50, instance="b:2:y"),
                beat("metrics", 50),
            ]
        )
    done = shell("status", "--json")
    assert done.code == 7
    assert [one["en"] for one in done.json["wrong"]] == ["no router is running (last seen 3 min ago); start it"]
    assert [(one["role"], one["instances"]) for one in done.json["roles"]] == [
        ("router", 0),
        ("relay", 1),
        ("sla", 1),
        ("metrics", 1),
    ]


def test_processes_of_one_role_are_counted_and_those_that_stopped_are_not(shell: Shell) -> None:
    everybody(shell, beat("router", loop="router-2"), beat("router", instance="b:2:y"))
    assert "router 2  relay 1  sla 1" in shell("status").out
    with opened(shell) as ledger:
        ledger.stop_beats("b:2:y", now())
    assert "router 1  relay 1  sla 1" in shell("status").out


def test_a_loop_that_is_stuck_beside_others_that_come_round_is_named(shell: Shell) -> None:
    everybody(shell, beat("sla", 300, loop="clock"))
    [found] = shell("status", "--json").json["wrong"]
    assert found["code"] == "stuck"
    assert found["en"].startswith("clock of a:1:x has not come round for 5 min")


def test_a_queue_is_no_older_than_the_newest_word_of_those_who_take_from_it(shell: Shell) -> None:
    def intake(ago_s: float, instance: str) -> Beat:
        clear = now() - timedelta(seconds=ago_s)
        return beat("router", queue="case.intake", instance=instance, clear_until=clear)

    everybody(shell, intake(500, "b:2:y"), intake(30, "c:3:z"))
    lines = {line["name"]: line["oldest_at_most_s"] for line in shell("status", "--json").json["queues"]}
    assert 30 <= lines["case.intake"] <= 40
    assert lines["case.reports"] is None, "nobody has ever said"
    assert "不明" in shell("status", lang="zh").out
    assert "≤ 3" in shell("status").out


def test_a_queue_that_nobody_knows_to_be_clear_for_a_minute_is_wrong_while_somebody_runs(shell: Shell) -> None:
    stale = beat("router", 70, queue="case.intake", instance="b:2:y", clear_until=now() - timedelta(seconds=70))
    with opened(shell) as ledger:
        ledger.note_beats([stale])
    assert wrong(shell) == [], "it was in the memory of a process that is gone"
    everybody(shell)
    assert wrong(shell) == ["old"]


def test_a_deadline_nobody_handles_is_a_stalled_clock(shell: Shell) -> None:
    shell.open("--received", "2026-01-05T09:00:00+08:00")
    assert shell("status").code == 7
    assert wrong(shell) == ["clock"]
    assert "时钟停滞" in shell("status", lang="zh").out


def test_an_old_outbox_is_wrong(shell: Shell) -> None:
    shell.open()
    shell.sql("update outbox set timestamp = ?", instant_text(now() - timedelta(hours=1)))
    assert shell("status").code == 7
    assert wrong(shell) == ["outbox"]
    assert [one["code"] for one in shell("audit", "--json").json["findings"]] == ["outbox"]


def test_a_skewed_clock_is_wrong() -> None:
    assert [one.code for one in status._judged({}, -6.0)] == ["skew"]
    assert status._judged({}, 4.0) == []


AT = datetime(2026, 11, 24, tzinfo=UTC)


class Queues(EmbeddedBroker):
    """Says of its queues what it was told."""

    def __init__(self, **found: tuple[int, int]) -> None:
        super().__init__()
        self.found = {name.replace("_", "."): counts for name, counts in found.items()}

    def queues(self, names: Sequence[str]) -> list[QueueState]:
        """Those it has."""
        return [
            QueueState(name=name, ready=self.found[name][0], consumers=self.found[name][1])
            for name in names
            if name in self.found
        ]


def looked_at(broker: Queues, *beats: Beat, database_state: str = "ok") -> status.State:
    """What a look at the queues of a city of streets alone finds."""
    state = status.State(at=AT, database="d", broker="b", database_state=database_state)
    status._look_at_queues(broker, state, ["street"], beats, embedded=False)
    return state


def test_queues_without_consumers_missing_and_unrouted_are_told_apart() -> None:
    state = looked_at(Queues(case_intake=(3, 0), case_reports=(0, 1), case_unrouted=(1, 0), case_parked=(0, 0)))
    assert [(one.code, one.en.partition(";")[0]) for one in state.wrong] == [
        ("queue", "the queue due.street is missing"),
        ("idle", "nobody consumes case.intake (3 messages ready)"),
        ("unrouted", "1 message lies in case.unrouted for somebody to look at"),
    ]
    assert state.exit_code == 7


def test_a_queue_nobody_consumes_is_wrong_though_nothing_waits_in_it_yet() -> None:
    found = Queues(case_intake=(0, 0), case_reports=(0, 1), due_street=(0, 2), case_unrouted=(0, 0))
    assert [one.code for one in looked_at(found).wrong] == ["queue", "idle"]


def clear(queue: str, ago_s: float) -> Beat:
    """Whoever consumes it knows it to have been clear."""
    at = AT - timedelta(seconds=ago_s)
    return beat("router", queue=queue, clear_until=at)


def test_the_oldest_message_of_a_queue_is_bounded_rounded_up_and_nothing_where_nothing_waits() -> None:
    found = Queues(case_intake=(3, 1), case_reports=(0, 1), due_street=(1, 1))
    state = looked_at(found, clear("case.intake", 11.2), clear("case.reports", 900))
    assert [(line.name, line.oldest_at_most_s) for line in state.queues] == [
        ("case.intake", 12),
        ("case.reports", 0),
        ("due.street", None),
    ]


def test_a_queue_in_which_a_message_may_have_waited_for_over_a_minute_is_wrong() -> None:
    found = Queues(case_intake=(3, 1), case_reports=(1, 1))
    state = looked_at(found, clear("case.intake", 61), clear("case.reports", 60))
    assert [one.en for one in state.wrong if one.code == "old"] == [
        "messages in case.intake may have waited for 61 s; its role does not keep up, or stands still"
    ]


class Gone(Queues):
    """Does not answer."""

    def queues(self, names: Sequence[str]) -> NoReturn:
        """Nobody says."""
        raise UnreachableError(f"no answer: {names}")


def test_while_the_broker_is_away_no_queue_is_called_old_and_what_is_known_is_shown() -> None:
    state = looked_at(Gone(), clear("case.intake", 300))
    assert [one.code for one in state.wrong] == ["down"]
    assert [(line.name, line.ready, line.oldest_at_most_s) for line in state.queues][:2] == [
        ("case.intake", None, 300),
        ("case.reports", None, None),
    ]


def test_a_clock_that_is_behind_makes_no_queue_younger_than_nothing() -> None:
    state = looked_at(Queues(case_intake=(3, 1)), clear("case.intake", -30))
    assert state.queues[0].oldest_at_most_s == 0


def test_without_the_ledger_the_usual_queues_are_shown_and_those_of_tiers_are_not_missed() -> None:
    found = Queues(case_intake=(3, 0), case_reports=(0, 1), case_unrouted=(0, 0), case_parked=(0, 0))
    state = looked_at(found, database_state="unreachable")
    assert [line.name for line in state.queues] == ["case.intake", "case.reports", "case.unrouted", "case.parked"]
    assert [one.code for one in state.wrong] == ["idle"]
    assert state.queues[0].oldest_at_most_s is None


def test_a_broker_that_does_not_answer_is_6_and_the_ledgers_figures_are_still_shown(shell: Shell) -> None:
    shell.open()
    done = shell("--broker", "amqp://guest:guest@127.0.0.1:1/", "status", "--json")
    assert done.code == 6
    assert done.json["broker_state"] == "unreachable"
    assert done.json["figures"]["cases_open"] == 1
    assert "guest:guest" not in done.out + done.err


def test_a_database_that_does_not_answer_is_6(bare: Shell) -> None:
    nowhere = ("--ledger", "postgresql+psycopg://u:p4ss@127.0.0.1:1/none")
    for lang, said in (("en", "unreachable"), ("zh", "连不上")):
        done = bare(*nowhere, "status", lang=lang)
        assert done.code == 6
        assert said in done.out
        assert "p4ss" not in done.out + done.err
    found = bare(*nowhere, "status", "--json").json
    assert (found["database_state"], found["roles"], found["figures"]) == ("unreachable", None, {})
    assert [one["code"] for one in found["wrong"]] == ["down"], "who runs is not known, and not said"


def test_an_audit_looks_at_every_open_case(shell: Shell) -> None:
    late = shell.open("--received", "2026-01-05T09:00:00+08:00", source_id="late")
    shell.open(source_id="fine")
    done = shell("audit", "--json")
    assert done.code == 7
    assert done.json["cases"] == 2
    assert [(one["case"], one["code"]) for one in done.json["findings"]] == [(late, "overdue")]
    assert late in shell("audit").out
    assert shell("audit", "--grace", "999999999").code == 0


def test_a_case_that_lost_its_deadline_is_found(shell: Shell) -> None:
    case = shell.open()
    shell.sql("update cases set body = json_set(body, '$.milestones', json('[]')) where id = ?", case)
    assert [one["code"] for one in shell("audit", "--json").json["findings"]] == ["no_deadline"]


def test_the_schema_is_made_and_told(bare: Shell) -> None:
    empty = bare("db", "status", "--json")
    assert empty.code == 4
    assert empty.json["found"] is None
    assert list(bare.folder.iterdir()) == []
    assert bare("db", "upgrade", "--json").json["changed"]
    assert "already" in bare("db", "upgrade").err
    assert bare("db", "status").code == 0
    assert "所需版本" in bare("db", "status", lang="zh").out


def test_a_schema_of_another_version_is_refused_with_4(shell: Shell) -> None:
    shell.sql("update alembic_version set version_num = '9999'")
    for words in (("db", "status"), ("db", "upgrade"), ("case", "list"), ("status",), ("audit",)):
        assert shell(*words).code == 4, words


def test_the_definitions_file_needs_no_broker(shell: Shell) -> None:
    found = shell("topology", "definitions").json
    assert "desk.liuyin" in {queue["name"] for queue in found["queues"]}
    assert found["vhosts"] == [{"name": "/"}]
    named = shell("--broker", "amqp://x:y@127.0.0.1:1/city", "topology", "definitions").json
    assert named["vhosts"] == [{"name": "city"}]


@pytest.mark.parametrize("words", [("topology", "plan"), ("topology", "apply"), ("recover",), ("run", "router")])
def test_the_embedded_broker_has_nothing_to_apply_recover_or_share(shell: Shell, words: tuple[str, ...]) -> None:
    done = shell(*words)
    assert done.code == 2
    assert "what to do" in done.err


@pytest.mark.parametrize(
    "words", [("topology", "plan"), ("topology", "apply"), ("recover",), ("recover", "--topology")]
)
def test_a_broker_that_is_not_there_is_6(shell: Shell, words: tuple[str, ...]) -> None:
    assert shell("--broker", "amqp://guest:guest@127.0.0.1:1/", *words).code == 6


def test_a_file_of_passwords_is_looked_at_before_anything_is_applied(shell: Shell) -> None:
    wrong = shell.file("passwords.toml", '"desk.liuyin" = 3\n')
    done = shell("--broker", "amqp://guest:guest@127.0.0.1:1/", "topology", "apply", "--passwords", wrong)
    assert done.code == 4
    assert "desk.liuyin" in done.err


def test_a_role_that_nobody_knows_is_usage(shell: Shell) -> None:
    done = shell("--broker", "amqp://guest:guest@127.0.0.1:1/", "run", "dancer")
    assert done.code == 2
    assert "Roles: router" in done.err


def test_a_ledger_of_a_later_program_is_told_so_and_not_to_upgrade(shell: Shell) -> None:
    shell.sql("UPDATE alembic_version SET version_num = '9999'")
    status = shell("db", "status")
    assert status.code == 4
    assert "a later program made this ledger" in status.err
    assert "db upgrade" not in status.err
    assert shell("db", "status", "--json").json["known"] is False
    assert shell("db", "upgrade", lang="zh").code == 4
    assert "本程序不认识" in shell("case", "list", lang="zh").err
