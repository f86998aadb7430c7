"""Health answers: alive by work done, ready by what answers; and the log's silence on persons."""

import asyncio
import io
import logging
from collections.abc import Callable
from contextlib import redirect_stderr
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import httpx
import msgspec
import pytest
import structlog
from starlette.applications import Starlette

from router.cli.health import ALIVE_S, Health, examine, stuck
from router.cli.intake import tokens_of
from router.cli.serving import serving
from router.cli.times import WHEN
from router.errors import ConfigurationError, UnreachableError
from router.logs import PRIVATE, configure
from tests.unit.cli.conftest import Shell, type_words

NOW = datetime(2026, 11, 24, 1, tzinfo=UTC)


class Loop:
    """A role that came round some seconds ago; None: never."""

    def __init__(self, ago_s: float | None) -> None:
        self.name = "loop"
        self.beat_at = None if ago_s is None else NOW - timedelta(seconds=ago_s)

    def run(self, stop: Event) -> None:
        """Nothing to do."""


def get(health: Health, path: str) -> httpx.Response:
    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=health.app())
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.get(path)

    return asyncio.run(ask())


def broken() -> str | None:
    raise UnreachableError("it does not answer", where="there")


def test_a_loop_that_came_round_lately_is_alive() -> None:
    assert stuck([Loop(1), Loop(ALIVE_S - 1)], NOW, NOW) == []
    assert stuck([Loop(ALIVE_S + 1)], NOW, NOW) == ["loop"]


def test_a_loop_has_time_to_come_round_first() -> None:
    assert stuck([Loop(None)], NOW, NOW) == []
    assert stuck([Loop(None)], NOW - timedelta(seconds=ALIVE_S + 1), NOW) == ["loop"]


def test_livez_touches_nothing() -> None:
    health = Health([Loop(1)], {"ledger": broken}, lambda: NOW)
    assert get(health, "/livez").status_code == 200
    dead = get(Health([Loop(ALIVE_S + 1)], {}, lambda: NOW), "/livez")
    assert dead.status_code == 503
    assert dead.json() == {"alive": False, "stuck": ["loop"]}


def test_readyz_names_every_check() -> None:
    ready = get(Health([], {"ledger": lambda: None}, lambda: NOW), "/readyz")
    assert ready.status_code == 200
    assert ready.json() == {"ready": True, "checks": {"ledger": "ok"}}
    not_ready = get(Health([], {"ledger": lambda: None, "broker": broken}, lambda: NOW), "/readyz")
    assert not_ready.status_code == 503
    assert not_ready.json()["checks"] == {"ledger": "ok", "broker": "there: it does not answer"}


def test_readyz_asks_at_most_once_a_second() -> None:
    asked: list[int] = []
    health = Health([], {"ledger": lambda: asked.append(1)}, lambda: NOW)
    health.report()
    health.report()
    assert len(asked) == 1


def test_a_check_may_say_what_is_missing() -> None:
    assert examine({"topology": lambda: "missing: case.intake"}).checks == {"topology": "missing: case.intake"}


def test_a_server_serves_on_a_free_port_until_the_block_ends() -> None:
    health = Health([], {}, lambda: NOW)
    with serving(health.app(), "127.0.0.1", 0) as served, httpx.Client(trust_env=False) as client:
        assert client.get(f"{served.url}/livez").status_code == 200
        port = int(served.url.rpartition(":")[2])
        with pytest.raises(ConfigurationError), serving(health.app(), "127.0.0.1", port):
            pass
    with pytest.raises(httpx.ConnectError), httpx.Client(trust_env=False) as client:
        client.get(f"{served.url}/livez")


def test_tokens_come_from_a_file(shell: Shell) -> None:
    file = shell.file("tokens.toml", 'hotline = "abc"\napp = "def"\n')
    assert tokens_of(str(file)) == {"abc": "hotline", "def": "app"}
    assert tokens_of(None) == {}
    for text in ("hotline = 3\n", "= =\n"):
        with pytest.raises(ConfigurationError):
            tokens_of(str(shell.file("wrong.toml", text)))
    with pytest.raises(ConfigurationError):
        tokens_of("nowhere.toml")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-11-24 15:04", "2026-11-24T07:04:00Z"),
        ("2026-11-24T15:04:00+08:00", "2026-11-24T07:04:00Z"),
        ("2026-11-24T07:04:00Z", "2026-11-24T07:04:00Z"),
    ],
)
def test_a_time_without_an_offset_is_the_offices(typed: str, meant: str) -> None:
    assert WHEN.convert(typed, None, None) == datetime.fromisoformat(meant)


def logged(act: Callable[[], object], *, as_json: bool) -> str:
    out = io.StringIO()
    with redirect_stderr(out):
        configure(as_json=as_json, level="info")
        act()
    return out.getvalue()


@pytest.fixture(autouse=True)
def _quiet_again() -> Any:
    yield
    structlog.reset_defaults()


def test_a_log_line_has_the_case_and_no_persons_words() -> None:
    line = logged(
        lambda: structlog.get_logger().info("step", case="c-1", text="家住三号楼", phone="138"), as_json=True
    )
    found = msgspec.json.decode(line)
    assert found["case"] == "c-1"
    assert found["event"] == "step"
    assert found["text"] == found["phone"] == "(withheld)"
    assert "三号楼" not in line


@pytest.mark.parametrize("key", sorted(PRIVATE))
def test_what_could_be_personal_is_withheld_in_both_forms(key: str) -> None:
    for as_json in (True, False):
        assert "三号楼" not in logged(
            lambda: structlog.get_logger().info("step", **{key: "三号楼"}), as_json=as_json
        )


def test_libraries_lines_have_the_same_form_and_those_we_say_ourselves_are_left_out() -> None:
    line = logged(lambda: logging.getLogger("uvicorn.error").warning("odd"), as_json=True)
    assert msgspec.json.decode(line)["event"] == "odd"
    assert logged(lambda: logging.getLogger("pika.adapters").error("loud"), as_json=True) == ""
    assert "event=odd" in logged(lambda: logging.getLogger("other").warning("odd"), as_json=False).replace("'", "")


def test_configuring_again_does_not_say_everything_twice() -> None:
    configure(as_json=True, level="info")
    assert logged(lambda: logging.getLogger("x").warning("once"), as_json=True).count("once") == 1


def asked(health: Health, *words: str, lang: str = "en") -> tuple[int, str]:
    with serving(health.app(), "127.0.0.1", 0) as served:
        done = type_words("health", "--http-port", served.url.rpartition(":")[2], *words, lang=lang)
    return done.code, done.out


def test_the_command_says_what_the_process_says_of_itself() -> None:
    well = Health([Loop(1)], {"ledger": lambda: None}, lambda: NOW)
    assert asked(well) == (0, "ledger  ok\n")
    assert asked(well, "--live") == (0, "alive  yes\nstuck  -\n")
    code, out = asked(well, "--json")
    assert (code, msgspec.json.decode(out)) == (0, {"ready": True, "checks": {"ledger": "ok"}})


def test_the_command_ends_with_7_when_something_is_wrong() -> None:
    ill = Health([Loop(ALIVE_S + 1)], {"ledger": broken}, lambda: NOW)
    assert asked(ill) == (7, "ledger  there: it does not answer\n")
    assert asked(ill, "--live", lang="zh") == (7, "alive  否\nstuck  loop\n")


def test_the_command_ends_with_6_when_nobody_answers_or_somebody_else() -> None:
    with serving(Health([], {}, lambda: NOW).app(), "127.0.0.1", 0) as served:
        port = served.url.rpartition(":")[2]
    done = type_words("health", "--http-port", port)
    assert done.code == 6
    assert f"http://127.0.0.1:{port}/readyz" in done.err
    with serving(Starlette(), "127.0.0.1", 0) as served:
        done = type_words("health", "--http-port", served.url.rpartition(":")[2])
    assert done.code == 6
    assert "404" in done.err


def test_a_process_that_listens_everywhere_is_asked_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASE_ROUTER_HTTP_HOST", "0.0.0.0")  # noqa: S104 - nothing listens there
    assert asked(Health([], {}, lambda: NOW))[0] == 0
    assert type_words("health", "--http-port", "0").code == 2
