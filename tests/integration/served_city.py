"""A city at work on a real RabbitMQ: its router in a thread, desks in threads, and waiting with a deadline."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from router.app import Installation
from router.broker.apply import apply
from router.broker.port import Fate, Outgoing, Publisher
from router.calendars import Source
from router.core.case import Case
from router.core.case_id import case_id_of
from router.ledger.migrations import upgrade
from router.roles import run_roles
from router.rulebook import PolicySet, install_policies, install_tree
from router.settings import Settings
from tests.city import MONDAY, file
from tests.messages import handed_in, opening
from tests.servers.waiting import wait_until
from tests.town import DAILY

DEADLINE_S = 60.0


class ServedCity:
    """An installation whose roles run, and programs beside it; everything ends with :func:`served_city`."""

    def __init__(self, settings: Settings, management_url: str | None, passwords: dict[str, str]) -> None:
        self.url = settings.broker
        upgrade(settings.ledger)
        # The clock stands: nothing falls due while desks work.
        self.on = Installation(settings, now=lambda: MONDAY)
        install_tree(self.on.ledger, file(), MONDAY)
        policies = PolicySet(policies=(Source("test", DAILY),))
        install_policies(self.on.ledger, policies, file().tiers, MONDAY)
        apply(self.url, self.on.topology(), management_url, passwords=passwords)
        self.stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._failed: list[BaseException] = []
        self._publisher: Publisher | None = None

    def start(self, *roles: str) -> None:
        """Run the installation's roles."""
        self.beside(lambda: run_roles(self.on.roles(roles), self.stop))

    def beside(self, program: Callable[[], object]) -> threading.Thread:
        """Run a program that ends when `stop` is set; what it raises fails the test at the end."""

        def run() -> None:
            try:
                program()
            except BaseException as error:  # noqa: BLE001 - raised again at the end
                self._failed.append(error)

        thread = threading.Thread(target=run, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def send(self, *messages: Outgoing) -> None:
        """Publish, until the broker has everything."""
        if self._publisher is None:
            self._publisher = self.on.broker.publisher()
        fates = self._publisher.publish(messages)
        assert set(fates) == {Fate.CONFIRMED}

    def open(self, number: int, **more: Any) -> str:
        """A channel brings a case of the willow street's; returns its id."""
        self.send(handed_in(opening(number, **more), MONDAY))
        return case_id_of("hotline", str(number))

    def case(self, case_id: str) -> Case:
        """The case as the ledger has it."""
        found = self.on.ledger.case(case_id)
        assert found is not None, case_id
        return found

    def until(self, case_id: str, holds: Callable[[Case], bool], what: str) -> Case:
        """Wait until the case is such."""

        def is_so() -> bool:
            self._raise_failure()
            case = self.on.ledger.case(case_id)
            return case is not None and holds(case)

        wait_until(is_so, deadline_s=DEADLINE_S, what=what)
        return self.case(case_id)

    def events(self, case_id: str) -> list[str]:
        """Names of a case's entries, in order."""
        return [type(entry.event).__name__ for entry in self.on.ledger.entries(case_id)]

    def _raise_failure(self) -> None:
        if self._failed:
            raise self._failed[0]

    def close(self) -> None:
        """Stop everything; raises what a program raised."""
        self.stop.set()
        for thread in self._threads:
            thread.join(DEADLINE_S)
        if self._publisher is not None:
            self._publisher.close()
        self.on.close()
        self._raise_failure()


@contextmanager
def served_city(
    url: str,
    folder: Path,
    *,
    management_url: str | None = None,
    passwords: dict[str, str] | None = None,
    **settings: Any,
) -> Iterator[ServedCity]:
    """A city on that broker, its router running."""
    chosen = Settings(
        ledger=f"sqlite:///{folder / 'ledger.db'}",
        broker=url,
        channels=("hotline",),
        batch_wait_s=0.05,
        **settings,
    )
    city = ServedCity(chosen, management_url, passwords or {})
    try:
        city.start("router")
        yield city
    finally:
        city.close()
