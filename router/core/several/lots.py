"""Drawing by lot (抽查): from a seed that nobody could choose afterwards to the few that are looked at.

The hash of the seed is on record before the draw, the seed after it. With both and the list of candidates anybody
can draw again, by hand if need be: `printf 'SEED\\nDESK\\nCASE' | sha256sum`, and the smallest are drawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from router.core.commands import Target

#: Letters a seed has at least: a shorter one could be found by trying.
LEAST_SEED = 16


def seed_hash(seed: str) -> str:
    """What is put on record before the draw: SHA-256 of the seed's UTF-8, in hexadecimal digits."""
    return hashlib.sha256(seed.encode()).hexdigest()


def draw(seed: str, candidates: Sequence[Target], count: int) -> tuple[Target, ...]:
    """The `count` candidates whose lots are the smallest, in the order of their lots.

    A candidate's lot is the SHA-256 of seed, desk and case (empty: none), a line each. The order in which they are
    listed decides nothing.
    """
    return tuple(sorted(candidates, key=lambda one: _lot(seed, one))[:count])


def falls_on(seed: str, candidate: Target, share: float) -> bool:
    """Whether a candidate is among a `share` (0 to 1) of all there could be: its lot, of 0 to 1, lies below that.

    Each is drawn for itself, so that nobody waits until all are known. In hexadecimal digits a quarter is `4000…`:
    what comes before it in the order of the alphabet is drawn.
    """
    return int(_lot(seed, candidate), 16) < int(share * 2**256)


def _lot(seed: str, candidate: Target) -> str:
    return hashlib.sha256(f"{seed}\n{candidate.desk}\n{candidate.case or ''}".encode()).hexdigest()
