"""Fixtures every test may use: real servers, the real records; and what a test run says about itself."""

import os
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NoReturn, TypeVar

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.browser import Browser, browser, program
from tests.servers import provide
from tests.servers.postgres import PostgresCluster, PostgresServer
from tests.servers.rabbit import RabbitNode, RabbitServer

REPOSITORY = Path(__file__).resolve().parent.parent
IN_CI = os.environ.get("CI", "").lower() not in {"", "0", "false"}

# A slow machine is no failure of a property; in CI the same examples are tried every time, so that a red
# run is about the change and not about luck.
_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("here", _PATIENT)
settings.register_profile("ci", _PATIENT, derandomize=True)
settings.load_profile("ci" if IN_CI else "here")

Server = TypeVar("Server")

# What a developer has set for an installation of his own must not change what a test finds.
for name in [name for name in os.environ if name.startswith("CASE_ROUTER_") and name != "CASE_ROUTER_DATA"]:
    del os.environ[name]
# The key of personal data in tests; an installation on a server refuses to take cases without one.
os.environ["CASE_ROUTER_CONTACT_KEY"] = "7e" * 32
# A table in a test is as wide as in a pipe, whatever the terminal that the tests were started from.
os.environ["COLUMNS"] = "160"


# -- Servers


def _served(server: AbstractContextManager[Server]) -> Iterator[Server]:
    try:
        with server as running:
            yield running
    except provide.UnavailableError as reason:
        do_without(str(reason))


def do_without(reason: str) -> NoReturn:
    """Skip on a laptop; in CI a test that silently does not run is a failure."""
    if IN_CI:
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def rabbit() -> Iterator[RabbitServer]:
    """A RabbitMQ shared by the session; take `amqp_url` for a virtual host of your own, and kill nothing."""
    yield from _served(provide.rabbit_server())


@pytest.fixture
def amqp_vhost(rabbit: RabbitServer) -> Iterator[str]:
    """The name of a fresh virtual host, deleted after the test."""
    vhost = rabbit.new_vhost()
    yield vhost
    rabbit.delete_vhost(vhost)


@pytest.fixture
def amqp_url(rabbit: RabbitServer, amqp_vhost: str) -> str:
    """The AMQP URL of a fresh virtual host."""
    return rabbit.url_of(amqp_vhost)


@pytest.fixture
def private_rabbit() -> Iterator[RabbitNode]:
    """A running node of the test's own: kill it, restart it, wipe it."""
    yield from _served(provide.private_rabbit_node())


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL shared by the session; take `database_url` for a database of your own, and kill nothing."""
    yield from _served(provide.postgres_server())


@pytest.fixture
def database_url(postgres: PostgresServer) -> Iterator[str]:
    """The SQLAlchemy URL (psycopg 3) of a fresh, empty PostgreSQL database, dropped after the test."""
    url = postgres.new_database()
    yield url
    postgres.drop_database(url)


@pytest.fixture
def private_postgres() -> Iterator[PostgresCluster]:
    """A running cluster of the test's own: kill it, restart it."""
    yield from _served(provide.private_postgres_cluster())


@pytest.fixture(scope="session")
def prometheus_program() -> Path:
    """The binary of Prometheus, for `tests.servers.prometheus.Prometheus`."""
    return _program("prometheus")


@pytest.fixture(scope="session")
def promtool() -> Path:
    """Prometheus' tool: `check rules`, `test rules`, `check metrics`."""
    return _program("promtool")


@pytest.fixture(scope="session")
def alertmanager_program() -> Path:
    """The binary of Alertmanager."""
    return _program("alertmanager")


@pytest.fixture(scope="session")
def amtool() -> Path:
    """Alertmanager's tool: `check-config`, `config routes test`."""
    return _program("amtool")


def _program(name: str) -> Path:
    try:
        return provide.monitoring_program(name)
    except provide.UnavailableError as reason:
        do_without(str(reason))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A running headless browser; take a page of your own."""
    path = program()
    if path is None:
        do_without("no chromium on this machine: run tools/ensure-servers")
    with browser(path) as running:
        yield running


# -- Records


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of the real records; tests that take it are marked `data`. Skips where it is absent."""
    folder = Path(os.environ.get("CASE_ROUTER_DATA") or REPOSITORY.parent / "shared" / "data").resolve()
    if not folder.is_dir():
        pytest.skip(f"no real records at {folder} (set CASE_ROUTER_DATA)")
    return folder


# -- The run


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """What a command that ran in this process set up of logs is gone for the next test."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


def pytest_configure(config: pytest.Config) -> None:
    """Take a polite request to end (a time limit's SIGTERM) like Ctrl-C: fixtures end their servers."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests met the real records: a green run that met none proves less."""
    ran, skipped = set[str](), set[str]()
    for category, reports in terminalreporter.stats.items():
        for report in reports:
            # A report says what its test was marked with, whichever process ran it.
            if not isinstance(report, pytest.TestReport) or "data" not in report.keywords:
                continue
            if category == "skipped":
                skipped.add(report.nodeid)
            elif report.when == "call":
                ran.add(report.nodeid)
    terminalreporter.write_line(f"data tests: {len(ran)} ran, {len(skipped)} skipped")
