"""Speaking: whatever a desk says of a case, as messages whose ids depend on nothing but what caused them.

The same message handled twice (a crash between handling and acknowledging) says the same things under the same
ids: the ledger answers the second time from its record.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from typing import Any

from router.broker.envelope import RECEIPT, Receipt, encode, spelled
from router.core import commands as c
from router.core.telling.messages import Payload
from router.core.territory import address
from router.tiers.report import Report, verb_of

#: Hexadecimal digits of the digest in a command's id: 96 bits. Ids stay short however long the chain of causes.
_DIGEST_DIGITS = 24


class Speaking:
    """Says things of cases in a desk's name."""

    def __init__(self, desk: str, reference: str, send: Callable[[Report], None]) -> None:
        """Speak for `desk`; ids follow from `reference`, which is the message being handled or an id of yours."""
        self.desk = desk
        self._reference = reference
        self._send = send
        self._said: Counter[tuple[str, str]] = Counter()

    def say(self, kind: type[c.Command], case: Payload | str, **fields: Any) -> str:
        """Give any command of `router.core.commands`, with its fields; some have no method of their own here.

        Raises:
            UsageError: a field has a value of another type than the command's.
        """
        case_id = case if isinstance(case, str) else case.case_id
        tag = str(kind.__struct_config__.tag)
        verb = verb_of(tag)
        self._said[verb, case_id] += 1
        command = kind(
            id=f"{self._digest(case_id)}/{verb}/{self._said[verb, case_id]}",
            case_id=case_id,
            actor=c.Actor(c.ActorRole.DESK, self.desk),
            **fields,
        )
        self._send(self._report(command.id, tag, verb, case_id, spelled(command)))
        return command.id

    def receive(self, payload: Payload) -> None:
        """回执: say that a hand-over of this version is in hand. The library does this by itself."""
        receipt = Receipt(
            id=f"{self._digest(payload.case_id)}/receipt",
            case_id=payload.case_id,
            version=payload.version,
            desk=self.desk,
        )
        self._send(self._report(receipt.id, RECEIPT, verb_of(RECEIPT), receipt.case_id, encode(receipt)))

    def _digest(self, case_id: str) -> str:
        said_by = f"{self.desk}\0{self._reference}\0{case_id}"
        return hashlib.sha256(said_by.encode()).hexdigest()[:_DIGEST_DIGITS]

    def _report(self, report_id: str, tag: str, verb: str, case_id: str, body: bytes) -> Report:
        key = address.report_key(self.desk, verb)
        return Report(id=report_id, exchange=address.REPORTS, key=key, type=tag, case_id=case_id, body=body)
