"""The servers that the other tests stand on: they start, die by SIGKILL, and come back with what they promised."""

from pathlib import Path

import httpx
import pika
import psycopg
import pytest

from tests.servers import loopback, provide
from tests.servers.postgres import PostgresCluster, PostgresServer, libpq_url
from tests.servers.process import alive
from tests.servers.prometheus import Prometheus
from tests.servers.rabbit import RabbitNode, RabbitServer
from tests.servers.waiting import wait_until

QUEUE = "kept"
RECOVERY_DEADLINE_S = 60.0


def _publish_confirmed(url: str, body: bytes) -> None:
    """Declare the quorum queue and publish one persistent message; return when the broker confirmed it."""
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()
        channel.queue_declare(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        channel.confirm_delivery()
        persistent = pika.BasicProperties(delivery_mode=pika.DeliveryMode.Persistent)
        channel.basic_publish("", QUEUE, body, persistent, mandatory=True)


def _take(url: str) -> bytes:
    """Return the one message of the queue, waiting for the queue to have elected its leader again."""
    found: list[bytes] = []
    with pika.BlockingConnection(pika.URLParameters(url)) as connection:
        channel = connection.channel()

        def taken() -> bool:
            _, _, body = channel.basic_get(QUEUE, auto_ack=True)
            if body is not None:
                found.append(body)
            return bool(found)

        wait_until(taken, deadline_s=RECOVERY_DEADLINE_S, what="the message")
    return found[0]


@pytest.mark.amqp
def test_a_killed_node_comes_back_with_the_confirmed_message(private_rabbit: RabbitNode) -> None:
    """A confirmed message of a quorum queue that is on disk survives SIGKILL of the beam."""
    _publish_confirmed(private_rabbit.amqp_url, b"a case")
    private_rabbit.flush_tables()
    beam = private_rabbit.pid

    private_rabbit.kill()

    assert not alive(beam)
    assert not loopback.answers(private_rabbit.port)
    private_rabbit.restart()
    assert private_rabbit.pid != beam
    assert _take(private_rabbit.amqp_url) == b"a case"


@pytest.mark.amqp
def test_a_wiped_node_comes_back_empty_at_the_same_address(private_rabbit: RabbitNode) -> None:
    """A lost disk is a node with the same URL, the same credentials and nothing in it."""
    _publish_confirmed(private_rabbit.amqp_url, b"a case")

    private_rabbit.wipe()
    private_rabbit.restart()

    assert private_rabbit.api("GET", "queues").json() == []


@pytest.mark.amqp
def test_a_node_answers_its_command_line_and_its_scrapers(private_rabbit: RabbitNode) -> None:
    """Management plugin, Prometheus plugin and rabbitmqctl are at hand in tests."""
    plugins = private_rabbit.ctl("eval", "rabbit_plugins:active().")

    assert "rabbitmq_management" in plugins
    assert "rabbitmq_prometheus" in plugins
    assert loopback.answers(private_rabbit.prometheus_port)
    # A refused command is an error with what the command line said, not an empty answer.
    with pytest.raises(RuntimeError, match="no_such_vhost"):
        private_rabbit.ctl("delete_vhost", "no_such_vhost")


@pytest.mark.amqp
def test_each_test_gets_an_empty_vhost(rabbit: RabbitServer, amqp_url: str, amqp_vhost: str) -> None:
    """What a test declares is seen in its own virtual host and in no other."""
    other = rabbit.new_vhost()
    try:
        _publish_confirmed(amqp_url, b"a case")

        assert [queue["name"] for queue in rabbit.api("GET", f"queues/{amqp_vhost}").json()] == [QUEUE]
        assert rabbit.api("GET", f"queues/{other}").json() == []
    finally:
        rabbit.delete_vhost(other)


@pytest.mark.postgres
def test_a_killed_cluster_comes_back_with_the_committed_row(private_postgres: PostgresCluster) -> None:
    """Committed rows survive SIGKILL of every process of the cluster; uncommitted ones do not."""
    url = libpq_url(private_postgres.new_database())
    with psycopg.connect(url) as committed:
        committed.execute("CREATE TABLE cases (id text PRIMARY KEY)")
        committed.execute("INSERT INTO cases VALUES ('kept')")
    pending = psycopg.connect(url)
    pending.execute("INSERT INTO cases VALUES ('lost')")
    postmaster = private_postgres.pid

    private_postgres.kill()

    assert not alive(postmaster)
    with pytest.raises(psycopg.OperationalError):
        pending.commit()
    pending.close()
    private_postgres.restart()
    with psycopg.connect(url) as again:
        assert again.execute("SELECT id FROM cases").fetchall() == [("kept",)]


@pytest.mark.postgres
def test_a_stopped_cluster_starts_again_although_somebody_was_connected(
    private_postgres: PostgresCluster,
) -> None:
    """A restart in good order disconnects clients instead of waiting for them."""
    url = libpq_url(private_postgres.url)
    with psycopg.connect(url):
        private_postgres.restart()

    with psycopg.connect(url) as again:
        assert again.execute("SHOW fsync").fetchone() == ("on",)


@pytest.mark.postgres
def test_each_test_gets_an_empty_database(postgres: PostgresServer, database_url: str) -> None:
    """What a test creates is seen in its own database and in no other."""
    other = postgres.new_database()
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    try:
        with psycopg.connect(libpq_url(database_url)) as mine, psycopg.connect(libpq_url(other)) as theirs:
            mine.execute("CREATE TABLE cases (id text PRIMARY KEY)")
            mine.commit()

            assert mine.execute(tables).fetchone() == (1,)
            assert theirs.execute(tables).fetchone() == (0,)
    finally:
        postgres.drop_database(other)


@pytest.mark.amqp
def test_a_broker_named_by_the_environment_comes_first(
    rabbit: RabbitServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A URL in the environment is used as it stands, path aside, and nothing is started."""
    monkeypatch.setenv(provide.AMQP_URL, rabbit.url_of("/"))
    monkeypatch.setenv(provide.MANAGEMENT_URL, rabbit.management_url)
    monkeypatch.setattr(provide, "rabbitmq_folder", lambda: pytest.fail("looked for a local binary"))

    with provide.rabbit_server() as named:
        vhost = named.new_vhost()
        _publish_confirmed(named.url_of(vhost), b"a case")
        named.delete_vhost(vhost)


@pytest.mark.postgres
def test_a_database_named_by_the_environment_comes_first(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Any PostgreSQL URL in the environment will do; what tests get names the driver."""
    monkeypatch.setenv(provide.DATABASE_URL, libpq_url(postgres.url))
    monkeypatch.setattr(provide, "postgres_folder", lambda: pytest.fail("looked for a local binary"))

    with provide.postgres_server() as named:
        url = named.new_database()
        named.drop_database(url)
    assert url.startswith("postgresql+psycopg://")


def test_where_nothing_can_be_had_the_reason_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """No URL, no binary, no Docker: the message names the package, the variable and the engine."""
    for variable in (provide.AMQP_URL, provide.DATABASE_URL):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr(provide, "rabbitmq_folder", lambda: None)
    monkeypatch.setattr(provide, "postgres_folder", lambda: None)
    monkeypatch.setattr(provide, "docker_answers", lambda: False)

    with (
        pytest.raises(provide.UnavailableError, match=r"apt-get install rabbitmq-server.*or set ROUTER_TEST_AMQP"),
        provide.rabbit_server(),
    ):
        pytest.fail("a broker out of nowhere")
    with (
        pytest.raises(provide.UnavailableError, match=r"apt-get install postgresql.*or start a Docker engine"),
        provide.postgres_server(),
    ):
        pytest.fail("a database out of nowhere")


def test_asking_for_docker_is_quiet_and_gives_an_answer() -> None:
    """Whether an engine runs or not, asking raises nothing and warns of nothing (warnings are errors here)."""
    assert provide.docker_answers() in {True, False}


def test_a_prometheus_scrapes_records_and_answers(prometheus_program: Path) -> None:
    """It scrapes itself here; the rule stands in a file that the configuration names."""
    itself = "127.0.0.1:PORT"
    config = f"""
global: {{scrape_interval: 1s, evaluation_interval: 1s}}
rule_files: [rules/own.yml]
scrape_configs: [{{job_name: itself, static_configs: [{{targets: ["{itself}"]}}]}}]
"""
    rule = "groups: [{name: own, rules: [{record: twice, expr: 2 * up}]}]"
    with Prometheus(prometheus_program, config, {"rules/own.yml": rule}) as server:
        (found,) = server.wait_for('twice{job="itself"} == 2')
        assert found.labels["instance"] == f"127.0.0.1:{server.port}"
        assert [sample.value for sample in server.query("1 + 1")] == [2]
        with pytest.raises(httpx.HTTPStatusError, match="parse error"):
            server.query("sum(")
    assert not loopback.answers(server.port)


def test_a_prometheus_with_a_faulty_configuration_says_what_is_wrong(prometheus_program: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="field nonsense not found"),
        Prometheus(prometheus_program, "nonsense: 1"),
    ):
        pass
