"""What can be said of the RabbitMQ adapter without a RabbitMQ."""

import socket
from datetime import UTC, datetime

import pytest

from router.broker.port import Outgoing
from router.broker.rabbit_publisher import properties_of
from router.broker.rabbitmq import RabbitBroker, without_secrets
from router.errors import ConfigurationError, UnreachableError
from tests.contract.broker_ground import message
from tests.servers.loopback import HOST, free_port


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("amqp://router:s3cret@mq.example:5672/city", "amqp://router@mq.example:5672/city"),
        ("amqps://mq.example/", "amqps://mq.example/"),
        ("amqp://a:x@one/v;amqp://a:y@two/v", "amqp://a@one/v;amqp://a@two/v"),
        ("amqp://a:p%40ss@h/v?heartbeat=5", "amqp://a@h/v"),
        ("amqp://a:x@h:port/v", "amqp://a@h:port/v"),
    ],
)
def test_a_password_is_never_shown(url: str, shown: str) -> None:
    assert without_secrets(url) == shown


def test_what_is_wrong_with_an_address_is_said_in_both_languages() -> None:
    with pytest.raises(ConfigurationError) as caught:
        RabbitBroker("memory://")
    assert "it does not begin with amqp://" in caught.value.what
    assert "开头不是 amqp://" in caught.value.what_zh


@pytest.mark.parametrize("url", ["http://h/", "amqp://a:s3cret@h:port/", "rabbit", "amqp://a@h/"])
def test_what_is_no_url_of_a_broker_is_a_mistake_in_the_configuration(url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        RabbitBroker(url)
    assert "s3cret" not in str(caught.value)


def test_a_user_without_a_password_is_named_as_that() -> None:
    with pytest.raises(ConfigurationError, match="names a user and no password") as caught:
        RabbitBroker("amqp://router@127.0.0.1/")
    assert "broker_password_file" in str(caught.value)


def test_a_broker_that_nobody_answers_for_is_not_reachable() -> None:
    broker = RabbitBroker(f"amqp://a:b@127.0.0.1:{free_port()}/")
    assert broker.reachable, "no connection is in use yet"
    publisher = broker.publisher()
    with pytest.raises(UnreachableError):
        publisher.publish([message("m-1")], 0.2)
    assert not broker.reachable
    broker.close()


def test_the_envelope_is_persistent_and_carries_no_priority() -> None:
    sent = Outgoing(
        id="m-1",
        exchange="e",
        key="k",
        type="case.assigned.v1",
        case_id="c-1",
        case_version=3,
        body=b"{}",
        timestamp=datetime(2026, 11, 23, 8, 30, tzinfo=UTC),
        user_id="desk.s1",
        headers={"traceparent": "00-1"},
    )
    properties = properties_of(sent)
    assert (properties.message_id, properties.correlation_id) == ("m-1", "c-1")
    assert (properties.type, properties.content_type) == ("case.assigned.v1", "application/json")
    assert (properties.delivery_mode, properties.priority) == (2, None)
    assert properties.timestamp == 1_795_422_600
    assert properties.user_id == "desk.s1"
    assert properties.headers == {"case-version": 3, "traceparent": "00-1"}


def test_a_broker_that_takes_the_connection_and_says_nothing_is_unreachable() -> None:
    with socket.create_server((HOST, 0)) as frozen:
        broker = RabbitBroker(f"amqp://a:b@{HOST}:{frozen.getsockname()[1]}/", connect_timeout_s=0.3)
        with pytest.raises(UnreachableError):
            broker.queues(["case.intake"])
