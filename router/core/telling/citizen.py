"""The code with which a citizen sees a case and urges it: made from the case's id under the installation's key.

Nobody stores it: it is made again when somebody shows one, and whoever reads the ledger finds none in it.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable

from router.errors import ConfigurationError

#: Letters of a code: fifty bits, which nobody guesses over a network.
_LETTERS = 10


def code_of(keyed_hash: Callable[[str], str], case_id: str) -> str | None:
    """The code of a case, as it is told: `ABCDE-23456`; None in an installation without a key.

    Args:
        keyed_hash: 64 hexadecimal digits that tell nothing without the key (`Ledger.keyed_hash`).
        case_id: of the case.
    """
    try:
        digest = bytes.fromhex(keyed_hash(f"code\0{case_id}"))
    except ConfigurationError:
        return None
    letters = base64.b32encode(digest)[:_LETTERS].decode()
    return f"{letters[:5]}-{letters[5:]}"


def is_code(given: str, code: str) -> bool:
    """Whether somebody has shown that code, however it is written; takes as long for a wrong one."""
    plain = "".join(letter for letter in given.upper() if letter.isalnum())
    return hmac.compare_digest(plain.encode(), code.replace("-", "").encode())
