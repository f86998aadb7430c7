"""The role `intake` as a process: the ledger is all it needs, and none drops a request."""

from __future__ import annotations

import signal
import socket
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from router.app import prepare
from router.clock import clock
from router.settings import Settings
from tests.integration.terminal import DEADLINE_S, NOWHERE_AMQP, STOP_S, Terminal, document, get, post
from tests.servers.waiting import wait_until

TOKEN = "of-the-hotline"  # noqa: S105 - nobody's secret


@pytest.fixture
def city(tmp_path: Path) -> Terminal:
    """An installation whose broker is away, with tokens in its settings."""
    ledger = f"sqlite:///{tmp_path}/ledger.db"
    prepare(Settings(ledger=ledger), clock())
    (tmp_path / "tokens.toml").write_text(f'hotline = "{TOKEN}"\n', encoding="utf-8")
    (tmp_path / "settings.toml").write_text('tokens_file = "tokens.toml"\n', encoding="utf-8")
    return Terminal(tmp_path, ledger, NOWHERE_AMQP)


INTAKE = ("--settings", "settings.toml", "run", "intake", "--http-port", "0")


def test_two_side_by_side_take_cases_while_the_broker_is_away(city: Terminal) -> None:
    with city.running(*INTAKE) as one, city.running(*INTAKE) as other:
        assert one["roles"] == ["intake"]
        for said in (one, other):
            assert get(f"{said['url']}/livez").status_code == 200
            checks = get(f"{said['url']}/readyz").json()["checks"]
            assert checks == {"ledger": "ok", "rules": "ok", "restore": "ok"}
        first, again = (post(said["url"], TOKEN, "1", desk="liuyin") for said in (one, other))
        assert (first.status_code, again.status_code) == (201, 201)
        assert (first.json()["status"], again.json()["status"]) == ("received", "duplicate")
        assert post(one["url"], "nobody's", "2").status_code == 401
    case = first.json()["case_id"]
    assert city("case", "show", case, "--json").json["case"]["state"] == "dispatched"
    # The hand-over waits for the relay of whoever has a broker.
    assert city("status", "--json").json["figures"]["outbox"] == 1


def test_what_it_takes_the_relay_of_up_hands_over(city: Terminal) -> None:
    city.broker = "embedded:"
    with city.running("up", "--http-port", "0"), city.running(*INTAKE) as said:
        assert post(said["url"], TOKEN, "1", desk="liuyin").status_code == 201
        wait_until(
            lambda: city("status", "--json").json["figures"]["outbox"] == 0,
            deadline_s=DEADLINE_S,
            what="the relay to send",
        )


def test_a_stop_answers_the_request_in_hand(city: Terminal) -> None:
    with city.typing(*INTAKE, "--json") as child:
        at = urlsplit(document(child)["url"])
        body = msgspec.json.encode({"source_id": "1", "category": "noise", "desk": "liuyin"})
        with socket.create_connection((str(at.hostname), at.port or 0), DEADLINE_S) as line:
            line.sendall(
                f"POST /cases HTTP/1.1\r\nHost: intake\r\nAuthorization: Bearer {TOKEN}\r\n"
                f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n".encode()
            )
            # The application asks for the body: the request is in hand.
            assert line.recv(4096).startswith(b"HTTP/1.1 100")
            child.send_signal(signal.SIGTERM)
            wait_until(lambda: _refuses(at.hostname, at.port), deadline_s=STOP_S, what="the door to close")
            # It would have ended by now if it waited for nobody.
            with pytest.raises(subprocess.TimeoutExpired):
                child.wait(1.0)
            line.sendall(body)
            answer = line.recv(65_536)
        child.communicate(timeout=STOP_S)
    assert answer.startswith(b"HTTP/1.1 201"), answer
    assert child.returncode == 0
    assert [case["source_id"] for case in city("case", "list", "--json").json] == ["1"]


def _refuses(host: str | None, port: int | None) -> bool:
    try:
        socket.create_connection((str(host), port or 0), 1.0).close()
    except ConnectionRefusedError:
        return True
    return False


def test_it_makes_up_no_token(city: Terminal) -> None:
    done = city("run", "intake", "--http-port", "0")
    assert done.code == 4
    assert "tokens_file" in done.err
    assert city("run", "intake", "nonsense").code == 2
