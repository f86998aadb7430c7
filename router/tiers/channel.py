"""`Channel`: the program of a source channel. It hands cases in and hears what becomes of them.

    hotline = Channel("hotline")

    with hotline.line("amqp://channel.hotline:…@broker/") as line:
        line.open(source_id="2026-118", text="…", category="lighting")

    @hotline.on_answered
    def tell(answer): ...

    hotline.run("amqp://channel.hotline:…@broker/")

When things fail
    A case is handed in when `open` or the block of `line` has returned: then the broker has it on disk. Handing
    the same thing in again is safe: the same source id with the same content is the same case, and with other
    content it is refused as a conflict, which comes back through `on_refused`. Answers are as safe as a desk's
    messages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import Event
from typing import Any, TypeVar

import msgspec

from router.broker.envelope import spelled
from router.clock import clock as wall_clock
from router.core import commands as c
from router.core.case_id import case_id_of
from router.core.offices.opening import content_hash
from router.core.plausible import MAX_ID_BYTES
from router.core.telling import messages as m
from router.core.territory import address
from router.errors import ConfigurationError
from router.tiers.dispatching import Dispatching
from router.tiers.program import PREFETCH, Program
from router.tiers.report import Outbound, Report, verb_of
from router.tiers.sent import Sent

#: Hexadecimal digits of the content's hash in an id.
_DIGEST_DIGITS = 12

Handler = TypeVar("Handler", bound=Callable[[Any], object])


def command_id(command: c.Open) -> str:
    """The id of an opening: `<channel>:<source id>:<digest>`, so that a repeat is a repeat.

    Other content under the same source id is another command for the same case, which the router refuses as a
    conflict. A source id too long to stand in an id is hashed.
    """
    digest = content_hash(command)[:_DIGEST_DIGITS]
    said = f"{command.source}:{command.source_id}:{digest}"
    if len(said.encode()) <= MAX_ID_BYTES:
        return said
    return f"{hashlib.sha256(said.encode()).hexdigest()}:{digest}"


class Line:
    """Hands cases in, in a channel's name."""

    def __init__(self, channel: str, outbound: Outbound) -> None:
        """Speak for `channel` through `outbound`."""
        self._channel = channel
        self._outbound = outbound

    def open(self, *, source_id: str, wait: bool = True, **fields: Any) -> str:
        """受理: hand a case in; returns its id, which follows from channel and source id.

        Args:
            source_id: your own id of it, never used again for something else.
            wait: return only when the broker has it on disk. Without, many can be handed in at once; what is not
                confirmed yet is when the block of :meth:`Channel.line` ends.
            fields: those of `router.core.commands.Open`: `text`, `category`, `division`, `place`, `contact`, …

        Raises:
            UnreachableError: given up on the broker.
            ValueError: `source_id` is empty.
        """
        if not source_id:
            raise ValueError("a case needs the channel's own id in source_id")
        fields = {"channel": self._channel, **fields}
        case_id = case_id_of(self._channel, source_id)
        opening = c.Open(
            id="", case_id=case_id, actor=self._actor, source=self._channel, source_id=source_id, **fields
        )
        self._send(msgspec.structs.replace(opening, id=command_id(opening)))
        if wait:
            self._outbound.settle()
        return case_id

    def withdraw(self, case_id: str, *, reference: str, text: str = "") -> None:
        """撤回: take a case back. `reference` is an id of yours: the same one is the same request."""
        self._say(c.Withdraw, case_id, reference, text=text)

    def urge(self, case_id: str, *, reference: str, text: str = "") -> None:
        """催单: the resident asks what becomes of it; once a day is taken."""
        self._say(c.Urge, case_id, reference, text=text)

    def reopen(self, case_id: str, *, reference: str, text: str = "") -> None:
        """重办: the resident says it is not solved after all."""
        self._say(c.Reopen, case_id, reference, text=text)

    def correct(self, case_id: str, *, reference: str, **fields: Any) -> None:
        """更正: category, division or place were wrong; fields of `router.core.commands.Correct`."""
        self._say(c.Correct, case_id, reference, **fields)

    @property
    def _actor(self) -> c.Actor:
        return c.Actor(c.ActorRole.CHANNEL, self._channel)

    def _say(self, kind: type[c.Command], case_id: str, reference: str, **fields: Any) -> None:
        said = f"{self._channel}\0{case_id}\0{reference}"
        digest = hashlib.sha256(said.encode()).hexdigest()[: 2 * _DIGEST_DIGITS]
        verb = verb_of(str(kind.__struct_config__.tag))
        self._send(kind(id=f"{digest}/{verb}", case_id=case_id, actor=self._actor, **fields))
        self._outbound.settle()

    def _send(self, command: c.Command) -> None:
        tag = str(command.__struct_config__.tag)
        self._outbound.send(
            Report(
                id=command.id,
                exchange=address.INTAKE,
                key=address.intake_key(self._channel, verb_of(tag)),
                type=tag,
                case_id=command.case_id,
                body=spelled(command),
            )
        )


class Channel(Program):
    """A source channel with a program of its own."""

    speaker = "channel"

    def __init__(
        self,
        code: str,
        *,
        prefetch: int = PREFETCH,
        aside_limit: int | None = None,
        sent: Sent | None = None,
        clock: Callable[[], datetime] = wall_clock,
    ) -> None:
        """A channel without handlers; the settings are those of :class:`router.tiers.desk.Desk`.

        A file for `sent` holds what you hand in, names and phones too: keep it where only this program reads it.
        """
        dispatching = Dispatching(code, receipts=False)
        queue = address.channel_queue(code)
        super().__init__(
            code, queue, dispatching, prefetch=prefetch, aside_limit=aside_limit, sent=sent, clock=clock
        )

    def on_answered(self, handler: Handler) -> Handler:
        """Receipt, reply, mitigation, resolution, closing of a case of yours; a function of (answer)."""
        self._dispatching.on(m.Answered, lambda payload, _office: handler(payload))
        return handler

    def on_refused(self, handler: Handler) -> Handler:
        """Something you handed in was refused; a function of (refusal)."""
        self._dispatching.on(m.Refused, lambda payload, _office: handler(payload))
        return handler

    @contextmanager
    def line(self, url: str, *, stop: Event | None = None) -> Iterator[Line]:
        """A connection to hand cases in; everything is confirmed when the block ends.

        Args:
            url: `amqp[s]://user:password@host:port/vhost`.
            stop: set it to give up while the broker is away; None waits for it.

        Raises:
            UnreachableError: given up; handing the same in again is safe.
        """
        with self._speaking(url, stop) as outbound:
            yield Line(self.code, outbound)

    def check(self) -> None:
        """Refuse to work without a handler for answers.

        Raises:
            ConfigurationError: there is none.
        """
        if m.Answered not in self._dispatching:
            raise ConfigurationError(
                "there is no handler for answers",
                where=f"channel {self.code}",
                todo="Decorate a function of (answer) with @channel.on_answered.",
            )
