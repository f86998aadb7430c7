"""Counts by word that one thread grows while another reads them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from threading import Lock


class Tally:
    """Counts by word. Any thread may add and read: a scrape comes while a batch is being counted."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def add(self, word: str, count: int = 1) -> None:
        """Count once more, or `count` times."""
        with self._lock:
            self._counts[word] += count

    def update(self, counted: Mapping[str, int] | Iterable[str]) -> None:
        """Add what was counted elsewhere, or count each word."""
        with self._lock:
            self._counts.update(counted)

    def __getitem__(self, word: str) -> int:
        """0 for a word that was never counted."""
        return self._counts[word]

    def counted(self) -> Counter[str]:
        """A copy of what is counted so far: going through it, nobody meets a word that has just come."""
        with self._lock:
            return self._counts.copy()
