"""Saying it again: what a program has sent since an instant, for a ledger that was restored from a backup.

The same bodies under the same ids: what the ledger knows already it answers from its record. The last message says
that nothing more comes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import msgspec
import structlog

from router.broker.envelope import RECEIPT, RESENT, Resent, encode
from router.broker.port import Delivery
from router.core.telling.told import ResendWanted
from router.core.territory import address
from router.tiers.dispatching import Ending
from router.tiers.report import Outbound, Report, verb_of
from router.tiers.sent import ERRORS, Sent, resent

log = structlog.get_logger(__name__)

_TAG = str(ResendWanted.__struct_config__.tag)
_decoder = msgspec.json.Decoder(ResendWanted)


class Keeping:
    """An `Outbound` that keeps what goes through it, with the instant; but no receipts, which come anew."""

    def __init__(self, outbound: Outbound, sent: Sent, clock: Callable[[], datetime]) -> None:
        self._outbound = outbound
        self._sent = sent
        self._clock = clock

    def send(self, report: Report) -> None:
        """Keep it, then send it: what was sent and not kept could be missing one day."""
        now = self._clock()
        if report.type != RECEIPT:
            self._sent.note(report, now)
        self._outbound.send(msgspec.structs.replace(report, said_at=now))

    def settle(self) -> None:
        """As the `Outbound` behind it."""
        self._outbound.settle()


def is_resend_wanted(delivery: Delivery) -> bool:
    """Whether the router asks to hear again what it was told."""
    return delivery.type == _TAG


def say_again(
    delivery: Delivery, outbound: Outbound, sent: Sent, *, speaker: str, code: str, now: datetime
) -> Ending:
    """Send again what was sent since the instant that the message names.

    Args:
        delivery: the router's message.
        outbound: on its way back.
        sent: what was kept.
        speaker: `desk` or `channel`.
        code: of it.
        now: aware instant.

    Raises:
        UnreachableError: the program was told to stop before all of it was confirmed.
    """
    try:
        wanted = _decoder.decode(delivery.body)
        count, kept_since = 0, sent.kept_since(now)
        for report in sent.since(wanted.since, now):
            outbound.send(resent(report, wanted.restore))
            count += 1
    except (msgspec.DecodeError, *ERRORS) as error:
        log.error("resend.failed", speaker=code, error=type(error).__name__)
        return Ending.REJECTED
    exchange, key = _way(speaker, code)
    done = Resent(
        id=f"{wanted.restore}/resent/{code}/{int(now.timestamp())}",
        restore=wanted.restore,
        speaker=speaker,
        code=code,
        count=count,
        kept_since=kept_since,
    )
    # Last: the queue keeps the order, and whoever reads it knows that nothing more comes.
    outbound.settle()
    outbound.send(Report(id=done.id, exchange=exchange, key=key, type=RESENT, case_id="", body=encode(done)))
    outbound.settle()
    log.info("resend.done", speaker=code, count=count)
    return Ending.DONE


def _way(speaker: str, code: str) -> tuple[str, str]:
    verb = verb_of(RESENT)
    if speaker == "desk":
        return address.REPORTS, address.report_key(code, verb)
    return address.INTAKE, address.intake_key(code, verb)
