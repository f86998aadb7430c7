"""The rules in force, asked for by several loops at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event
from typing import Any

import msgspec

from router.calendars import CALENDARS, Source
from router.core.policies.policy_file import load_policy
from router.core.rules import Rules
from router.rulebook import POLICIES, TREE, PolicySet, Rulebook
from tests.city import MONDAY, desk, file
from tests.town import DAILY


class Versions:
    """As much of a ledger as holds versions."""

    name = "memory"

    def __init__(self, *earlier: str) -> None:
        tiers = file().tiers
        self.earlier = {load_policy(text, "earlier", tiers).version: text for text in earlier}

    def current(self, kind: str) -> tuple[str, bytes] | None:
        """One tree, one policy, no calendar of its own."""
        if kind == CALENDARS:
            return None
        if kind == TREE:
            return "tree", msgspec.msgpack.encode(file())
        assert kind == POLICIES
        return "set", msgspec.json.encode(PolicySet(policies=(Source("test", DAILY),)))

    def restoring(self) -> None:
        """Nothing was restored."""

    def version(self, _kind: str, version: str) -> bytes:
        """What running cases keep."""
        return self.earlier[version].encode()


def test_loops_that_ask_for_different_policies_at_once_each_get_theirs() -> None:
    ledger = Versions(DAILY.replace("1d", "2d"), DAILY.replace("1d", "3d"))
    building, second, built = Event(), Event(), list[int]()

    def make(tree: Any, policies: Any, calendars: Any, earlier: Any) -> Rules:
        built.append(len(earlier))
        if len(earlier) == 1 and not building.is_set():
            building.set()
            # Were the second loop let in here, it would build and be overwritten.
            second.wait(0.2)
        elif building.is_set():
            second.set()
        return Rules(tree, policies, calendars, earlier=earlier)

    book = Rulebook(ledger, lambda: MONDAY, make=make)  # type: ignore[arg-type]
    with ThreadPoolExecutor(2) as pool:
        one, other = ledger.earlier
        first = pool.submit(book, {one})
        assert building.wait(10)
        then = pool.submit(book, {other})
        assert first.result(10).knows(one)
        assert then.result(10).knows(other)
        assert book({one, other}).knows(one)
    assert built == [0, 1, 2]


def test_a_clock_that_is_set_back_does_not_keep_old_rules_in_force() -> None:
    ledger, now = Versions(), MONDAY
    book = Rulebook(ledger, lambda: now, reload_s=5)  # type: ignore[arg-type]
    assert "extra" not in book().tree.desks
    now = MONDAY - timedelta(hours=1)
    changed = file(desk("extra", "lake"))
    ledger.current = lambda kind: (  # type: ignore[method-assign]
        ("tree2", msgspec.msgpack.encode(changed)) if kind == TREE else Versions().current(kind)
    )
    assert "extra" in book().tree.desks


def test_a_policy_is_known_by_the_version_it_was_recorded_under_by_whatever_program() -> None:
    ledger = Versions()
    ledger.earlier["test@0123456789ab"] = DAILY  # another hash of the same text: policies had fewer fields then
    rules = Rulebook(ledger, lambda: MONDAY)({"test@0123456789ab"})  # type: ignore[arg-type]
    assert rules.knows("test@0123456789ab")
    assert rules.policy("test@0123456789ab").version == "test@0123456789ab"
    (in_force,) = rules.policies
    assert in_force.version != "test@0123456789ab"
    assert rules.policy(in_force.version) is in_force
