"""Waiting on a condition with a deadline: the only way a test lets time pass."""

from collections.abc import Callable
from threading import Event
from time import monotonic


def wait_until(condition: Callable[[], bool], *, deadline_s: float, what: str, every_s: float = 0.05) -> None:
    """Ask `condition` every `every_s` seconds until it holds.

    Raises:
        TimeoutError: it did not hold within `deadline_s` seconds; the message says `what` was awaited.
    """
    give_up_at_s = monotonic() + deadline_s
    pause = Event()
    while not condition():
        if monotonic() > give_up_at_s:
            msg = f"waited {deadline_s:g} s in vain for {what}"
            raise TimeoutError(msg)
        pause.wait(every_s)
