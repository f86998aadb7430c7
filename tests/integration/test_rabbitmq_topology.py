"""A real RabbitMQ takes the topology, holds everybody to it, and dead-letters what nobody manages."""

import json
from collections.abc import Callable, Iterator
from urllib.parse import quote, urlsplit, urlunsplit

import pika
import pytest
from kombu.connection import Connection
from kombu.entity import Queue
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker

from router.broker.apply import apply, plan, vhost_of
from router.broker.definitions import definitions
from router.broker.port import Fate
from router.broker.rabbitmq import RabbitBroker
from router.broker.topology import DELIVERY_LIMIT, Topology, topology
from router.core.territory import address
from router.errors import ConfigurationError, ConflictError, UnreachableError
from tests.contract.broker_ground import DEADLINE_S, ids, message, small_tree, take
from tests.servers.rabbit import RabbitNode, RabbitServer
from tests.servers.waiting import wait_until

pytestmark = pytest.mark.amqp

PASSWORD = "only for this test"  # noqa: S105 - of accounts that live as long as a test


@pytest.fixture
def wanted(rabbit: RabbitServer) -> Iterator[Topology]:
    """The small city's topology; its accounts, which belong to no virtual host, are deleted afterwards."""
    topology_ = topology(small_tree(), ["hotline"])
    yield topology_
    existing = {user["name"] for user in rabbit.api("GET", "users").json()}
    for account in topology_.accounts:
        if account.user in existing:
            rabbit.api("DELETE", f"users/{quote(account.user, safe='')}")


def test_applying_makes_what_the_plan_missed_and_applying_again_changes_nothing(
    rabbit: RabbitServer, amqp_url: str, wanted: Topology
) -> None:
    before = plan(amqp_url, wanted, rabbit.management_url)
    assert {(change.difference, change.what) for change in before} >= {
        ("missing", "exchange"),
        ("missing", "queue"),
        ("missing", "policy"),
        ("missing", "account"),
        ("missing", "topic permission"),
    }
    told: list[tuple[str, int, int]] = []
    applied = apply(amqp_url, wanted, rabbit.management_url, progress=lambda *what: told.append(what))
    assert applied.complete
    assert (applied.queues, applied.accounts) == (len(wanted.queues), len(wanted.accounts))
    assert told[-1] == ("accounts", applied.accounts, applied.accounts)
    # Accounts are the whole broker's: those that other tests made are surplus to this topology.
    left = [change for change in plan(amqp_url, wanted, rabbit.management_url) if change.difference != "surplus"]
    assert left == []
    apply(amqp_url, wanted, rabbit.management_url)
    # Accounts are the whole broker's: those that other tests made are surplus to this topology.
    left = [change for change in plan(amqp_url, wanted, rabbit.management_url) if change.difference != "surplus"]
    assert left == []


def test_without_a_management_api_the_entities_are_made_and_the_rest_is_owed(
    amqp_url: str, wanted: Topology
) -> None:
    assert {change.what for change in plan(amqp_url, wanted)} == {"exchange", "queue"}
    applied = apply(amqp_url, wanted)
    assert not applied.complete
    assert applied.accounts == applied.policies == 0
    assert plan(amqp_url, wanted) == []


def test_applying_again_keeps_the_passwords_there_are(
    rabbit: RabbitServer, amqp_url: str, wanted: Topology
) -> None:
    first = apply(amqp_url, wanted, rabbit.management_url, passwords={"desk.s1": PASSWORD})
    assert "desk.s1" not in first.without_password
    assert "desk.s2" in first.without_password
    again = apply(amqp_url, wanted, rabbit.management_url)
    assert again.without_password == first.without_password
    with pika.BlockingConnection(pika.URLParameters(_as(amqp_url, "desk.s1"))) as connection:
        assert connection.is_open


def test_the_definitions_file_says_the_same_to_rabbitmqctl(private_rabbit: RabbitNode) -> None:
    everything = topology(small_tree(), ["hotline"])
    file = private_rabbit.folder / "definitions.json"
    file.write_text(json.dumps(definitions(everything)), encoding="utf-8")
    private_rabbit.ctl("import_definitions", str(file))
    assert plan(private_rabbit.amqp_url, everything, private_rabbit.management_url) == []


def test_a_queue_of_another_kind_is_a_conflict(amqp_url: str, wanted: Topology) -> None:
    with Connection(amqp_url) as connection:
        Queue("desk.s1", durable=True)(connection.default_channel).queue_declare()
    with pytest.raises(ConflictError, match="other arguments"):
        apply(amqp_url, wanted)


def test_who_may_not_configure_is_told_so(rabbit: RabbitServer, amqp_url: str, wanted: Topology) -> None:
    apply(amqp_url, wanted, rabbit.management_url, passwords={"case-router": PASSWORD})
    with pytest.raises(ConfigurationError, match="does not let us"):
        apply(_as(amqp_url, "case-router"), topology(small_tree(streets=3)))
    with pytest.raises(ConfigurationError, match="does not let us"):
        apply(_as(amqp_url, "nobody"), wanted)
    with pytest.raises(ConfigurationError, match="refuses us"):
        plan(amqp_url, wanted, _as(rabbit.management_url, "case-router"))


def test_who_does_not_answer_is_unreachable(amqp_url: str, wanted: Topology) -> None:
    nowhere = "amqp://guest:guest@127.0.0.1:1/"
    with pytest.raises(UnreachableError):
        apply(nowhere, wanted)
    with pytest.raises(UnreachableError):
        plan(amqp_url, wanted, "http://guest:guest@127.0.0.1:1")


def test_the_routers_account_can_do_the_routers_work(
    rabbit: RabbitServer, amqp_url: str, wanted: Topology
) -> None:
    apply(amqp_url, wanted, rabbit.management_url, passwords={"case-router": PASSWORD})
    broker = RabbitBroker(_as(amqp_url, "case-router"))
    to_desk = {"exchange": "case.street", "key": "c.d.s1.s1.noise.assigned"}
    fates = broker.publisher().publish([message("m-1"), message("m-2", **to_desk)])
    assert fates == [Fate.CONFIRMED, Fate.CONFIRMED]
    assert ids(take(broker.consumer([address.INTAKE], 5), 1)) == ["m-1"]
    assert [state.ready for state in broker.queues(["desk.s1", "due.city"])] == [1, 0]
    broker.close()


def test_a_desk_that_consumes_anothers_queue_is_told_why_and_left_waiting(
    rabbit: RabbitServer, amqp_url: str, wanted: Topology
) -> None:
    apply(amqp_url, wanted, rabbit.management_url, passwords={"desk.s1": PASSWORD})
    broker = RabbitBroker(_as(amqp_url, "desk.s1"))
    consumer = broker.consumer(["desk.s2"], 5)
    with pytest.raises(UnreachableError, match="ACCESS_REFUSED"):
        wait_until(lambda: bool(consumer.receive(1, 0.01)), deadline_s=DEADLINE_S, what="the refusal")
    broker.close()


Action = Callable[[BlockingChannel], object]


def _publish(exchange: str, key: str, user_id: str | None = None) -> Action:
    properties = pika.BasicProperties(message_id="m-1", user_id=user_id)
    return lambda channel: channel.basic_publish(exchange, key, b"{}", properties)


MATRIX: list[tuple[str, Action, int | None]] = [
    ("reports under its own word", _publish("case.reports", "s1.resolved"), None),
    ("reports and says who it is", _publish("case.reports", "s1.resolved", "desk.s1"), None),
    ("says it is somebody else", _publish("case.reports", "s1.resolved", "desk.s2"), 406),
    ("reports under another desk's word", _publish("case.reports", "s2.resolved"), 403),
    ("reports under a longer key", _publish("case.reports", "s1.resolved.x"), 403),
    ("opens cases", _publish("case.intake", "hotline.opened"), 403),
    ("writes to another desk", _publish("case.street", "c.d.s2.s2.noise.assigned"), 403),
    ("writes into a queue by its name", _publish("", "desk.s2"), 403),
    ("reads its own queue", lambda channel: channel.basic_get("desk.s1"), None),
    ("reads another desk's queue", lambda channel: channel.basic_get("desk.s2"), 403),
    ("reads the reports", lambda channel: channel.basic_get("case.reports"), 403),
    ("binds its queue", lambda channel: channel.queue_bind("desk.s1", "case.events", "#"), 403),
    ("declares a queue", lambda channel: channel.queue_declare("desk.s1.mine", durable=True), 403),
    ("declares an exchange", lambda channel: channel.exchange_declare("mine", "topic"), 403),
    ("purges its queue", lambda channel: channel.queue_purge("desk.s1"), None),
    ("deletes its queue", lambda channel: channel.queue_delete("desk.s1"), 403),
]


def test_a_desk_may_do_its_work_and_nothing_else(rabbit: RabbitServer, amqp_url: str, wanted: Topology) -> None:
    apply(amqp_url, wanted, rabbit.management_url, passwords={"desk.s1": PASSWORD})
    with pika.BlockingConnection(pika.URLParameters(_as(amqp_url, "desk.s1"))) as connection:
        answers = {what: _answer(connection, action) for what, action, _ in MATRIX}
    assert answers == {what: code for what, _, code in MATRIX}


def _answer(connection: pika.BlockingConnection, action: Action) -> int | None:
    """The code the broker closes the channel with; None when it lets the desk."""
    channel = connection.channel()
    channel.confirm_delivery()
    try:
        action(channel)
    except ChannelClosedByBroker as refusal:
        return int(refusal.reply_code)
    channel.close()
    return None


def test_what_keeps_coming_back_ends_in_the_parked_queue(
    rabbit: RabbitServer, amqp_url: str, wanted: Topology
) -> None:
    apply(amqp_url, wanted, rabbit.management_url)
    broker = RabbitBroker(amqp_url)
    broker.publisher().publish([message("m-1")])
    with pika.BlockingConnection(pika.URLParameters(amqp_url)) as connection:
        channel = connection.channel()
        for _ in range(DELIVERY_LIMIT + 1):
            method, _, _ = next(channel.consume(address.INTAKE, inactivity_timeout=DEADLINE_S))
            channel.basic_reject(method.delivery_tag, requeue=True)
    [parked] = take(broker.consumer([address.PARKED], 5), 1)
    assert (parked.id, parked.key) == ("m-1", "hotline.opened")
    assert parked.exchange == address.PARKED
    broker.close()


def test_what_others_send_astray_is_caught(rabbit: RabbitServer, amqp_url: str, wanted: Topology) -> None:
    apply(amqp_url, wanted, rabbit.management_url)
    with Connection(amqp_url) as connection:
        connection.default_channel.queue_unbind(address.REPORTS, address.REPORTS, "#")
    broker = RabbitBroker(amqp_url)
    astray = message("m-1", exchange=address.REPORTS, key="s1.resolved")
    assert broker.publisher().publish([astray]) == [Fate.CONFIRMED]
    assert ids(take(broker.consumer([address.UNROUTED], 5), 1)) == ["m-1"]
    broker.close()


def test_the_virtual_host_is_read_off_the_url() -> None:
    assert vhost_of("amqp://h/") == vhost_of("amqp://h") == vhost_of("amqp://h/%2F") == "/"
    assert vhost_of("amqp://h/city%2Fone;amqp://other/x") == "city/one"


def _as(url: str, user: str) -> str:
    """The same URL for another account."""
    parts = urlsplit(url)
    netloc = f"{user}:{quote(PASSWORD)}@{parts.hostname}:{parts.port}"
    return urlunsplit((parts.scheme, netloc, parts.path, "", ""))
