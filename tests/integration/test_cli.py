"""The command line as processes: against SQLite, a real PostgreSQL and a real RabbitMQ."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from router.app import prepare
from router.broker.rabbitmq import RabbitBroker
from router.clock import clock
from router.core.territory.address import desk_queue
from router.presets import preset_text
from router.settings import Settings
from tests.integration.terminal import DEADLINE_S, NOWHERE_AMQP, STOP_S, Terminal, document, get, post
from tests.servers.loopback import free_port
from tests.servers.rabbit import RabbitServer
from tests.servers.waiting import wait_until

NOWHERE_POSTGRES = "postgresql+psycopg://u:p4ssword@127.0.0.1:1/none"


@pytest.fixture
def sqlite(tmp_path: Path) -> Terminal:
    """An installation with nothing installed."""
    return Terminal(tmp_path, f"sqlite:///{tmp_path}/ledger.db")


@pytest.fixture
def city(tmp_path: Path, database_url: str, amqp_url: str) -> Terminal:
    """An installation on PostgreSQL and RabbitMQ, made ready by typing what an operator types."""
    terminal = Terminal(tmp_path, database_url, amqp_url)
    tree = tmp_path / "tree.toml"
    tree.write_text(TREE, encoding="utf-8")
    for words in (("db", "upgrade"), ("divisions", "import", str(tree)), ("policy", "import", "default")):
        done = terminal(*words)
        assert done.code == 0, done.err
    return terminal


#: Small, because each queue of a real broker takes its time; one office has a program, one has none.
TREE = """
tiers = ["city", "district", "street"]

[[division]]
code = "lake-city"
name = "湖城"

[[division]]
code = "lake"
name = "湖区"
parent = "lake-city"

[[division]]
code = "willow"
name = "柳街道"
parent = "lake"

[[division]]
code = "plane"
name = "桐街道"
parent = "lake"

[[desk]]
code = "plane"
name = "桐街道"
division = "plane"
served = "shell"
"""
DESK = """
from router.tiers import Desk

desk = Desk("liuyin")


@desk.on_assigned
def handle(case, office):
    office.accept(case)
"""


# -- up


def test_up_takes_a_post_hosts_a_desk_and_stops_on_sigterm(sqlite: Terminal) -> None:
    (sqlite.folder / "mine.py").write_text(DESK, encoding="utf-8")
    with sqlite.running("up", "--http-port", "0", "--desk", "mine:desk") as said:
        assert get(said["url"] + "/livez").status_code == 200
        assert get(said["url"] + "/readyz").json()["ready"]
        wait_until(
            lambda: "\ncase_router_cases_opened_total{" in get(said["url"] + "/metrics").text,
            deadline_s=DEADLINE_S,
            what="the figures of cases beside those of the process",
        )
        posted = post(said["url"], said["token"], "1", desk="liuyin")
        assert posted.status_code == 201
        case = posted.json()["case_id"]

        def accepted() -> bool:
            return bool(sqlite("case", "show", case, "--json").json["case"]["state"] == "accepted")

        wait_until(accepted, deadline_s=DEADLINE_S, what="the hosted desk to sign")

        def everything_runs() -> bool:
            return sqlite("status").code == 0

        wait_until(everything_runs, deadline_s=DEADLINE_S, what="every role to give a sign of life")
        assert {line["name"] for line in sqlite("status", "--json").json["queues"]} >= {"case.intake"}
    assert [one["code"] for one in sqlite("status", "--json").json["wrong"]] == ["role"] * 4


def test_what_the_memory_broker_held_is_sent_again_at_the_next_start(sqlite: Terminal) -> None:
    with sqlite.typing("up", "--http-port", "0", "--json") as child:
        said = document(child)
        case = post(said["url"], said["token"], "1", desk="liuyin").json()["case_id"]
        child.kill()
        child.communicate(timeout=STOP_S)
    (sqlite.folder / "mine.py").write_text(DESK, encoding="utf-8")
    with sqlite.running("up", "--http-port", "0", "--desk", "mine:desk") as said:
        assert said["resent"] == 1

        def accepted() -> bool:
            return bool(sqlite("case", "show", case, "--json").json["case"]["state"] == "accepted")

        wait_until(accepted, deadline_s=DEADLINE_S, what="the hosted desk to sign")


def test_a_desk_added_while_up_runs_gets_its_cases(sqlite: Terminal) -> None:
    with sqlite.running("up", "--http-port", "0") as said:
        added = sqlite("divisions", "add", "xinqu", "--name", "新区街道", "--parent", "hubin")
        assert added.code == 0, added.err
        token = said["token"]

        def led() -> bool:
            number = f"n{next(numbers)}"
            posted = post(said["url"], token, number, division=["hubin", "xinqu"], desk="xinqu").json()
            return bool(sqlite("case", "show", posted["case_id"], "--json").json["case"]["lead"] == "xinqu")

        numbers = iter(range(1000))
        # Running roles look for a new tree every five seconds.
        wait_until(led, deadline_s=DEADLINE_S, what="the new tree to be picked up", every_s=0.5)
        assert sqlite("parked", "list", "--json").json == []


@pytest.mark.parametrize(
    ("lang", "sentences"),
    [
        ("en", ["demo token (channel hotline): ", "new with each start", "CASE_ROUTER_TOKENS_FILE"]),
        ("zh", ["演示令牌（渠道 hotline）：", "每次启动都会更换", "CASE_ROUTER_TOKENS_FILE"]),
    ],
)
def test_up_says_that_its_token_lasts_until_it_stops(sqlite: Terminal, lang: str, sentences: list[str]) -> None:
    with sqlite.typing("--lang", lang, "up", "--http-port", "0") as child:
        assert child.stderr is not None
        while "/livez" not in (line := child.stderr.readline()):
            assert line, "it ended"
        child.send_signal(signal.SIGTERM)
        said = child.stderr.read()
    assert [sentence for sentence in sentences if sentence not in said] == []


def test_ctrl_c_stops_up_as_well(sqlite: Terminal) -> None:
    with sqlite.typing("up", "--http-port", "0", "--json") as child:
        document(child)
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=STOP_S)
    assert child.returncode == 0
    assert "Traceback" not in err
    assert err.rstrip().endswith("stopped")


def test_up_says_when_its_port_is_taken_or_its_desk_is_none(sqlite: Terminal) -> None:
    with sqlite.running("up", "--http-port", "0") as said:
        port = said["url"].rpartition(":")[2]
        taken = sqlite("up", "--http-port", port)
    assert taken.code == 4
    assert "http_port" in taken.err
    assert sqlite("up", "--http-port", "0", "--desk", "nowhere:desk").code == 4
    (sqlite.folder / "other.py").write_text(DESK.replace("liuyin", "nobody"), encoding="utf-8")
    assert sqlite("up", "--http-port", "0", "--desk", "other:desk").code == 3


# -- two at once


def test_two_who_sign_at_once_are_told_apart(sqlite: Terminal) -> None:
    with sqlite.running("up", "--http-port", "0") as said:
        case = post(said["url"], said["token"], "1", desk="liuyin").json()["case_id"]
        words = ("case", "accept", case, "--desk", "liuyin")
        with sqlite.typing(*words) as one, sqlite.typing(*words) as other:
            one.communicate(timeout=DEADLINE_S)
            other.communicate(timeout=DEADLINE_S)
    assert sorted((one.returncode, other.returncode)) == [0, 5]
    history = sqlite("case", "show", case, "--json").json["history"]
    assert [entry["event"]["event"] for entry in history].count("Accepted") == 1


# -- on servers


@pytest.mark.amqp
@pytest.mark.postgres
def test_an_operator_makes_a_city_ready_and_its_roles_work(city: Terminal, rabbit: RabbitServer) -> None:
    management = ("--management", rabbit.management_url)
    assert city("topology", "plan", *management).code == 7
    done = city("topology", "apply", *management, "--json")
    assert done.code == 0, done.err
    assert done.json["applied"]["complete"]
    assert city("topology", "plan", *management).code == 0
    port = free_port()
    with city.running("run", "router", "relay", "sla", "metrics", "--http-port", str(port)) as said:
        assert {"router", "relay", "clock", "sla", "metrics"} <= set(said["roles"])
        assert get(f"{said['url']}/livez").status_code == 200
        assert get(f"{said['url']}/readyz").json()["ready"]
        opened = city("case", "open", "--division", "lake/willow", "--desk", "willow", "--source-id", "1")
        assert opened.code == 0, opened.err
        # Every loop gives its first sign of life a second after it has come round.
        wait_until(lambda: city("status").code == 0, deadline_s=DEADLINE_S, what="every role to be seen")
        state = city("status", "--json")
        assert state.code == 0, state.out
        queues = {one["name"]: one for one in state.json["queues"]}
        assert queues["case.intake"]["consumers"] == 2, "two loops share the intake"
        assert queues["case.reports"]["consumers"] == 1, "one takes the reports, in their order"
        assert queues["case.intake"]["ready"] == 0
    assert _ready(rabbit, city, desk_queue("willow")) == 1


def _ready(rabbit: RabbitServer, terminal: Terminal, queue: str) -> int:
    broker = RabbitBroker(terminal.broker)
    found = broker.queues([queue])
    broker.close()
    return found[0].ready


@pytest.mark.amqp
@pytest.mark.postgres
def test_applying_without_management_prints_the_rest_and_ends_with_7(city: Terminal) -> None:
    done = city("topology", "apply")
    assert done.code == 7
    assert done.json["policies"]
    assert "import_definitions" in done.err
    assert city("topology", "apply", "--json").json["applied"]["complete"] is False


@pytest.mark.amqp
@pytest.mark.postgres
def test_a_role_is_not_ready_without_its_topology(city: Terminal) -> None:
    with city.running("run", "relay", "--http-port", "0") as said:
        found = get(f"{said['url']}/readyz")
        assert found.status_code == 503
        assert "topology apply" in found.json()["checks"]["topology"]
        assert found.json()["checks"]["ledger"] == "ok"


@pytest.mark.amqp
@pytest.mark.postgres
def test_what_a_wiped_broker_held_is_handed_over_again(city: Terminal, rabbit: RabbitServer) -> None:
    management = ("--management", rabbit.management_url)
    assert city("topology", "apply", *management).code == 0
    for number in range(3):
        city("case", "open", "--division", "lake/willow", "--desk", "willow", "--source-id", f"w{number}")
    city("case", "open", "--division", "lake/plane", "--desk", "plane", "--source-id", "shell")
    vhost = city.broker.rpartition("/")[2]
    rabbit.api("DELETE", f"queues/{vhost}/{desk_queue('willow')}")
    assert city("recover", "--json").code == 7
    done = city("recover", "--topology", "--json")
    assert done.code == 0, done.err
    assert done.json == {"handed_over": 3, "unconfirmed": 0, "restored": None}
    assert _ready(rabbit, city, desk_queue("willow")) == 3


@pytest.mark.amqp
@pytest.mark.postgres
def test_a_merger_on_servers_moves_cases_and_says_that_the_broker_must_follow(
    city: Terminal, rabbit: RabbitServer
) -> None:
    assert city("topology", "apply", "--management", rabbit.management_url).code == 0
    opened = city("case", "open", "--division", "lake/willow", "--desk", "willow", "--source-id", "1")
    case = opened.out.strip()
    merged = city("divisions", "merge", "willow", "--into", "plane", "--json")
    assert merged.code == 0, merged.err
    assert merged.json["moved"] == [case]
    added = city("divisions", "add", "birch", "--name", "桦街道", "--parent", "lake", "--json")
    assert added.json["topology_apply_needed"]
    assert city("topology", "plan").code == 7
    assert city("topology", "apply", "--management", rabbit.management_url).code == 0


@pytest.mark.amqp
@pytest.mark.postgres
def test_a_message_without_a_queue_is_parked_and_sent_after_the_topology_followed(
    city: Terminal, rabbit: RabbitServer
) -> None:
    opened = city("case", "open", "--division", "lake/willow", "--desk", "willow", "--source-id", "1")
    assert opened.code == 0, opened.err
    assert city("status").code == 7
    parked = city("parked", "list", "--json").json
    if not parked:  # an exchange that is not there: the message waits in the outbox instead
        assert city("status", "--json").json["figures"]["outbox"] == 1
    assert city("topology", "apply", "--management", rabbit.management_url).code == 0
    assert city("parked", "replay", "--all").code == 0
    with city.running("run", "relay"):
        wait_until(
            lambda: _ready(rabbit, city, desk_queue("willow")) == 1,
            deadline_s=DEADLINE_S,
            what="the relay to send it",
        )


# -- what can be wrong


def _prepare(terminal: Terminal) -> None:
    """What `up` makes at its first start."""
    prepare(Settings(ledger=terminal.ledger), clock())


def test_a_broker_that_is_not_there_ends_with_6_and_takes_no_case(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, f"sqlite:///{tmp_path}/ledger.db")
    _prepare(terminal)
    terminal.broker = NOWHERE_AMQP
    for words in (("topology", "plan"), ("topology", "apply"), ("recover", "--topology"), ("status",)):
        done = terminal(*words)
        assert done.code == 6, (words, done.err)
        assert "guest:guest" not in done.err + done.out


def test_a_case_typed_while_the_broker_is_away_is_on_record(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, f"sqlite:///{tmp_path}/ledger.db")
    _prepare(terminal)
    terminal.broker = NOWHERE_AMQP
    opened = terminal("case", "open", "--desk", "liuyin", "--division", "hubin/liuyin", "--source-id", "1")
    assert opened.code == 0, opened.err
    assert terminal("case", "show", opened.out.strip(), "--json").code == 0


def test_a_database_that_is_not_there_ends_with_6(tmp_path: Path) -> None:
    terminal = Terminal(tmp_path, NOWHERE_POSTGRES)
    for words in (("db", "status"), ("db", "upgrade"), ("status",), ("case", "list"), ("up", "--http-port", "0")):
        done = terminal(*words)
        assert done.code == 6, (words, done.err)
        assert "p4ssword" not in done.err + done.out
        assert "Traceback" not in done.err


@pytest.mark.postgres
def test_an_empty_database_ends_with_4_and_says_what_to_run(tmp_path: Path, database_url: str) -> None:
    terminal = Terminal(tmp_path, database_url)
    done = terminal("case", "list")
    assert done.code == 4
    assert "case-router db upgrade" in done.err
    assert terminal("db", "upgrade").code == 0
    missing = terminal("case", "list")
    assert missing.code == 4
    assert "divisions import" in missing.err


@pytest.mark.postgres
def test_without_a_contact_key_nothing_starts_on_postgresql(tmp_path: Path, database_url: str) -> None:
    terminal = Terminal(tmp_path, database_url)
    (tmp_path / "tree.toml").write_text(TREE, encoding="utf-8")
    for words in (("db", "upgrade"), ("divisions", "import", "tree.toml"), ("policy", "import", "default")):
        assert terminal(*words).code == 0
    terminal.contact_key = None
    roles = [("--broker", NOWHERE_AMQP, "run", role) for role in ("router", "relay", "sla")]
    for line in (*roles, ("up", "--http-port", "0")):
        done = terminal(*line)
        assert done.code == 4, (line, done.err)
        assert "contact_key_file" in done.err
        assert "CASE_ROUTER_CONTACT_KEY" in done.err
        assert "Traceback" not in done.err
    assert terminal("case", "list").code == 0, "whoever only reads needs none"


def test_every_ending_has_its_code_one_message_and_no_traceback(sqlite: Terminal) -> None:
    _prepare(sqlite)
    wrong = preset_text("policies", "default").replace("calendar =", "calender =", 1)
    (sqlite.folder / "typo.toml").write_text(wrong, encoding="utf-8")
    endings: dict[tuple[str, ...], int] = {
        ("case", "show", "nope"): 3,
        ("case", "accept", "nope", "--desk", "liuyin"): 3,
        ("nonsense",): 2,
        ("case", "list", "--limit", "none"): 2,
        ("run", "router"): 2,
        ("policy", "import", "typo.toml"): 4,
        ("check", "typo.toml"): 7,
        ("check", "absent.toml"): 4,
        ("--settings", "absent.toml", "status"): 4,
        ("--ledger", "oracle://x", "status"): 4,
    }
    for words, code in endings.items():
        done = sqlite(*words)
        assert done.code == code, (words, done.err)
        assert "Traceback" not in done.err
        assert done.err or done.out


def test_the_reader_may_leave_early(sqlite: Terminal) -> None:
    _prepare(sqlite)
    with sqlite.typing("divisions", "show", "--toml") as child:
        assert child.stdout is not None
        child.stdout.readline()
        child.stdout.close()
        assert child.stderr is not None
        assert "Traceback" not in child.stderr.read()
