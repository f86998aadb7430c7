"""Passwords change where the operator's page says they do: the broker's by a new file and a restart, a desk's by
`topology apply`."""

from __future__ import annotations

from urllib.parse import quote

import pika
import pytest
from pika.exceptions import ProbableAuthenticationError

from tests.deploy.stack import Stack
from tests.deploy.test_make_secrets import make
from tests.servers.loopback import HOST

pytestmark = [pytest.mark.amqp, pytest.mark.postgres]


def may_log_in(stack: Stack, user: str, password: str) -> bool:
    url = f"amqp://{quote(user)}:{quote(password, safe='')}@{HOST}:{stack.node.port}/city"
    try:
        pika.BlockingConnection(pika.URLParameters(url)).close()
    except ProbableAuthenticationError:
        return False
    return True


def give_a_desk_its_password(stack: Stack) -> None:
    (stack.here.secrets / "desks.toml").write_text('"desk.wanghu" = "of its own"\n', encoding="utf-8")
    assert stack.run("topology-apply").returncode == 0


def test_a_desks_program_logs_in_once_its_password_stands_in_the_file(city: Stack) -> None:
    assert not may_log_in(city, "desk.liuyin", "of its own")
    give_a_desk_its_password(city)
    assert may_log_in(city, "desk.wanghu", "of its own")
    assert not may_log_in(city, "desk.liuyin", "of its own")


def test_a_new_password_of_a_role_holds_after_a_restart_and_those_of_desks_stay(city: Stack) -> None:
    give_a_desk_its_password(city)
    file = city.here.secrets / "broker-sla"
    before = file.read_text(encoding="utf-8")
    assert may_log_in(city, "case-sla", before)
    file.unlink()
    make(city.here.secrets)
    city.node.restart()
    assert not may_log_in(city, "case-sla", before)
    assert may_log_in(city, "case-sla", file.read_text(encoding="utf-8"))
    assert may_log_in(city, "desk.wanghu", "of its own")
