"""What operators look at: status, audit, the schema, the topology."""

from datetime import UTC, datetime, timedelta
from unicodedata import east_asian_width

import pytest

from router.broker.port import QueueState
from router.cli import status
from router.ledger.columns import instant_text
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


def test_all_well_ends_with_0(shell: Shell) -> None:
    shell.open()
    done = shell("status", "--json")
    assert done.code == 0, done.out
    assert done.json["figures"]["cases_open"] == 1
    assert done.json["broker_state"] == "embedded"
    assert done.json["wrong"] == []
    assert "nothing is wrong" in shell("status").out


def test_a_deadline_nobody_handles_is_a_stalled_clock(shell: Shell) -> None:
    shell.open("--received", "2026-01-05T09:00:00+08:00")
    done = shell("status", "--json")
    assert done.code == 7
    assert [one["code"] for one in done.json["wrong"]] == ["clock"]
    assert "时钟停滞" in shell("status", lang="zh").out


def test_an_old_outbox_is_wrong(shell: Shell) -> None:
    shell.open()
    hour_ago = datetime.now(UTC) - timedelta(hours=1)  # noqa: TID251 - the ledger's rows are set back
    shell.sql("update outbox set timestamp = ?", instant_text(hour_ago))
    done = shell("status", "--json")
    assert done.code == 7
    assert [one["code"] for one in done.json["wrong"]] == ["outbox"]
    assert [one["code"] for one in shell("audit", "--json").json["findings"]] == ["outbox"]


def test_a_skewed_clock_is_wrong() -> None:
    assert [one.code for one in status._judged({}, -6.0)] == ["skew"]
    assert status._judged({}, 4.0) == []


def test_queues_without_consumers_missing_and_unrouted_are_told_apart(shell: Shell) -> None:
    state = status.State(at=datetime(2026, 11, 24, tzinfo=UTC), database="d", broker="b")

    class Broker:
        name = "b"

        def queues(self, _names: list[str]) -> list[QueueState]:
            return [
                QueueState(name="case.intake", ready=3, consumers=0),
                QueueState(name="case.reports", ready=3, consumers=1),
                QueueState(name="case.unrouted", ready=1, consumers=0),
            ]

    class Opened:
        broker = Broker()

    names = ["case.intake", "case.reports", "case.unrouted", "due.street"]
    status._look_at_queues(Opened(), state, names)  # type: ignore[arg-type]
    assert {one.code for one in state.wrong} == {"queue", "idle", "unrouted"}
    assert state.exit_code == 7


def test_a_broker_that_does_not_answer_is_6_and_the_ledgers_figures_are_still_shown(shell: Shell) -> None:
    shell.open()
    done = shell("--broker", "amqp://guest:guest@127.0.0.1:1/", "status", "--json")
    assert done.code == 6
    assert done.json["broker_state"] == "unreachable"
    assert done.json["figures"]["cases_open"] == 1
    assert "guest:guest" not in done.out + done.err


def test_a_database_that_does_not_answer_is_6(bare: Shell) -> None:
    done = bare("--ledger", "postgresql+psycopg://u:p4ss@127.0.0.1:1/none", "status")
    assert done.code == 6
    assert "p4ss" not in done.err


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


@pytest.mark.parametrize("words", [("topology", "plan"), ("topology", "apply"), ("recover", "--topology")])
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
