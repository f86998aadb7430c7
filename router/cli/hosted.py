"""A hosted desk (`up --desk`) as a role beside the router's own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Event, Thread
from typing import TYPE_CHECKING

from router.app import Installation
from router.errors import NotFoundError
from router.roles import persist
from router.sentences import nearest
from router.tiers.hosting import Hosted

if TYPE_CHECKING:
    from router.tiers import Desk

#: How long a desk waits for the next message before it shows that it is alive, seconds.
_WAIT_S = 0.5


class DeskRole:
    """Implements `router.roles.Role`: the desk's loop ends when the others' do."""

    def __init__(self, hosted: Hosted, now: Callable[[], datetime]) -> None:
        self.name = f"desk {hosted.desk.code}"
        self.beat_at: datetime | None = None
        self._hosted = hosted
        self._now = now

    def run(self, stop: Event) -> None:
        """Work until told to stop; what was not handled goes back."""
        # A handler that is being tried again must hear of the stop while it waits.
        Thread(target=self._stop_with, args=(stop,), name=f"{self.name} watch", daemon=True).start()
        try:
            while not stop.is_set():
                persist(lambda: self._hosted.run_once(_WAIT_S), stop, self, self._now)
                self.beat_at = self._now()
        finally:
            self._hosted.close()

    def _stop_with(self, stop: Event) -> None:
        stop.wait()
        self._hosted.stop()


def desk_roles(installation: Installation, desks: Sequence[Desk]) -> list[DeskRole]:
    """One role a desk.

    Raises:
        NotFoundError: the tree in force has no such desk.
    """
    known = installation.rulebook().tree.desks
    for desk in desks:
        if desk.code not in known:
            raise NotFoundError(
                "there is no desk {code}",
                where="--desk",
                todo="{nearest}`case-router divisions list` shows the desks.",
                code=desk.code,
                nearest=nearest(desk.code, known),
            )
    return [DeskRole(Hosted(desk, installation.broker, installation.now), installation.now) for desk in desks]
