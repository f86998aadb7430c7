"""The topology follows the tree, and every pattern says exactly what it should."""

import json
import re

import msgspec
import pytest

from router.broker.definitions import Difference, definitions, diff
from router.broker.management import password_hash
from router.broker.topology import Account, Binding, Exchange, Topology, topology
from router.cli.health import queues_of
from router.core.territory import address
from router.core.territory.tree import Served, Tree
from tests.contract.broker_ground import small_tree

TREE = small_tree()


def _account(wanted: Topology, user: str) -> Account:
    return next(account for account in wanted.accounts if account.user == user)


def _matches(pattern: str, key: str) -> bool:
    """Topic matching as AMQP defines it, for keys of a fixed length."""
    if pattern == "#":
        return True
    words, wanted = key.split("."), pattern.split(".")
    return len(words) == len(wanted) and all(want in {"*", word} for word, want in zip(words, wanted, strict=True))


def test_there_is_an_exchange_for_each_tier_and_each_kind_of_traffic() -> None:
    names = [exchange.name for exchange in topology(TREE).exchanges]
    tiers = ["case.city", "case.district", "case.street"]
    ours = [
        "case.unrouted",
        "case.intake",
        "case.reports",
        "case.events",
        "case.due",
        "case.channel",
        "case.parked",
    ]
    assert names == ours + tiers


def test_only_the_alternate_exchange_is_no_topic_exchange() -> None:
    others = [exchange for exchange in topology(TREE).exchanges if exchange.kind != "topic"]
    assert others == [Exchange("case.unrouted", "fanout")]


def test_each_desk_gets_its_own_messages_and_nobody_elses() -> None:
    bindings = topology(TREE).bindings
    for desk in TREE:
        exchange = address.tier_exchange(TREE, TREE.tier_of(desk))
        key = address.desk_key(TREE, desk, "noise", "assigned")
        reached = [b.queue for b in bindings if b.exchange == exchange and _matches(b.key, key)]
        assert reached == [address.desk_queue(desk.code)]


def test_each_tier_has_a_queue_for_what_is_due() -> None:
    bound = {binding.key: binding.queue for binding in topology(TREE).bindings if binding.exchange == address.DUE}
    assert bound == {"city": "due.city", "district": "due.district", "street": "due.street"}


def test_what_others_send_us_lands_whatever_its_key() -> None:
    bindings = topology(TREE).bindings
    for name in (address.INTAKE, address.REPORTS, address.PARKED):
        assert Binding(name, name, "#") in bindings
    assert Binding(address.UNROUTED, address.UNROUTED, "") in bindings


def test_an_office_without_a_program_has_neither_queue_nor_account() -> None:
    desks = tuple(
        msgspec.structs.replace(desk, served=Served.SHELL) if desk.code == "s1" else desk for desk in TREE
    )
    wanted = topology(Tree(msgspec.structs.replace(TREE.file, desks=desks)))
    assert "desk.s1" not in wanted.queues
    assert "desk.s2" in wanted.queues
    assert all(account.user != "desk.s1" for account in wanted.accounts)


def test_a_channel_with_a_program_gets_a_queue_and_an_account() -> None:
    wanted = topology(TREE, ["hotline"])
    assert Binding("case.channel", "channel.hotline", "hotline.*") in wanted.bindings
    account = _account(wanted, "channel.hotline")
    assert re.search(account.read, "channel.hotline")
    assert re.search(account.write, "case.intake")
    assert re.search(account.topics[0].write, address.intake_key("hotline", "opened"))
    assert not re.search(account.topics[0].write, address.intake_key("website", "opened"))


@pytest.mark.parametrize(
    "queue", ["desk.s11", "desk.s", "xdesk.s1", "desk.s1.x", "deskxs1", "desk.s2", "case.reports"]
)
def test_a_desk_reads_no_queue_but_its_own(queue: str) -> None:
    account = _account(topology(TREE), "desk.s1")
    assert re.search(account.read, "desk.s1")
    assert not re.search(account.read, queue)


@pytest.mark.parametrize(
    "name", ["case.report", "case.reports2", "casexreports", "case.intake", "amq.default", ""]
)
def test_a_desk_writes_to_the_reports_only(name: str) -> None:
    account = _account(topology(TREE), "desk.s1")
    assert re.search(account.write, "case.reports")
    assert not re.search(account.write, name)


@pytest.mark.parametrize("key", ["s2.resolved", "s1", "s1.a.b", "xs1.resolved", "s1.resolved.x", "s1x.resolved"])
def test_a_desk_reports_under_its_own_word_only(key: str) -> None:
    [right] = _account(topology(TREE), "desk.s1").topics
    assert right.exchange == address.REPORTS
    assert re.search(right.write, address.report_key("s1", "resolved"))
    assert not re.search(right.write, key)


def test_nobody_who_runs_may_configure() -> None:
    for account in topology(TREE, ["hotline"]).accounts:
        assert account.configure == "^$"
        for pattern in (account.write, account.read):
            assert pattern.startswith("^")


def test_every_role_has_some_right_on_each_queue_it_looks_at() -> None:
    # RabbitMQ 4.3 tells nobody else its length or its consumers: `/readyz` asks for ours, `sla` for desks'.
    own, desks = queues_of(TREE.tiers), ["desk.s1", "desk.s2"]
    looked_at = {"case-router": own, "case-relay": [*own, "case.parked"], "case-sla": [*own, *desks]}
    for user, queues in looked_at.items():
        account = _account(topology(TREE), user)
        assert [q for q in queues if not re.search(account.write, q) and not re.search(account.read, q)] == []


def test_codes_with_signs_of_their_own_are_escaped_in_patterns() -> None:
    desks = tuple(msgspec.structs.replace(desk, code="a+(b)") if desk.code == "s1" else desk for desk in TREE)
    wanted = topology(Tree(msgspec.structs.replace(TREE.file, desks=desks)))
    account = _account(wanted, "desk.a+(b)")
    assert re.search(account.read, "desk.a+(b)")
    assert not re.search(account.read, "desk.aab")


@pytest.mark.parametrize(
    ("queue", "policy"),
    [
        ("case.intake", "case-queues"),
        ("case.reports", "case-queues"),
        ("due.city", "case-queues"),
        ("channel.hotline", "case-queues"),
        ("desk.s1", "case-desks"),
        ("case.parked", "case-last"),
        ("case.unrouted", "case-last"),
    ],
)
def test_each_queue_has_the_policy_meant_for_it(queue: str, policy: str) -> None:
    fitting = [p for p in topology(TREE).policies if p.apply_to == "queues" and re.search(p.pattern, queue)]
    strongest = max(fitting, key=lambda p: p.priority)
    assert strongest.name == policy
    assert [p.priority for p in fitting].count(strongest.priority) == 1
    assert int(strongest.definition["delivery-limit"]) > 0


def test_only_where_others_publish_is_there_an_alternate_exchange() -> None:
    assert topology(TREE).alternates == {"case.intake": "case.unrouted", "case.reports": "case.unrouted"}


def test_the_same_tree_gives_the_same_file_to_the_byte() -> None:
    first, second = (json.dumps(definitions(topology(small_tree(), ["hotline"]))) for _ in range(2))
    assert first == second


def test_queues_have_no_argument_but_their_type_and_reports_are_taken_by_one_router_at_a_time() -> None:
    for queue in definitions(topology(TREE))["queues"]:
        assert queue["durable"]
        in_order = {"x-single-active-consumer": True} if queue["name"] == "case.reports" else {}
        assert queue["arguments"] == {"x-queue-type": "quorum"} | in_order


def test_a_broker_that_is_as_it_should_be_needs_no_change() -> None:
    wanted = topology(TREE, ["hotline"])
    assert diff(wanted, definitions(wanted)) == []


def test_the_plan_says_what_is_missing_other_and_surplus() -> None:
    wanted = topology(TREE)
    actual = definitions(topology(small_tree(streets=3)))
    actual["exchanges"] = [entry for entry in actual["exchanges"] if entry["name"] != "case.due"]
    next(entry for entry in actual["queues"] if entry["name"] == "desk.s1")["arguments"] = {}
    said = [str(change) for change in diff(wanted, actual)]
    assert said[:3] == [
        "missing exchange case.due",
        "other queue desk.s1: arguments {} → {'x-queue-type': 'quorum'}",
        "surplus queue desk.s3",
    ]
    assert "surplus account desk.s3" in said


def test_what_is_not_ours_or_was_not_looked_at_is_no_difference() -> None:
    foreign = {"name": "payroll", "vhost": "/", "durable": True, "auto_delete": False, "arguments": {}}
    wanted = topology(TREE)
    actual = {
        "queues": [*definitions(wanted)["queues"], foreign, {**foreign, "name": "desk.s9", "vhost": "other"}]
    }
    assert diff(wanted, actual) == []
    assert {change.difference for change in diff(wanted, {"queues": []})} == {Difference.MISSING}


def test_a_password_is_kept_as_the_broker_documents_it() -> None:
    # The worked example of https://www.rabbitmq.com/docs/passwords.
    assert password_hash("test12", bytes.fromhex("908DC60A")) == "kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR"
