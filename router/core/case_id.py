"""Ids of cases: derived from what the source calls them."""

from __future__ import annotations

import base64
import hashlib
import re

#: Bytes of the digest in a case id: 16 letters; a collision among 10⁹ cases has a chance of about 4 in 10⁷.
_ID_BYTES = 10
#: An id of a case in whatever is written.
CASE_ID = re.compile(r"(?<![A-Z2-7])[A-Z2-7]{16}(?![A-Z2-7])")


def case_id_of(source: str, source_id: str) -> str:
    """The id of the case that a source's own id stands for: sixteen letters and digits, the same everywhere.

    Derived, not counted: several routers make it without asking each other, a repeat finds its case by it, and
    no gap in a sequence tells anybody of a case they must not know of.
    """
    digest = hashlib.sha256(f"{source}\0{source_id}".encode()).digest()
    return base64.b32encode(digest[:_ID_BYTES]).decode()
