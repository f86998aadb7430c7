"""The HTTP intake: a channel without a broker account posts its cases here, with a token of its own.

A 201 means that the case is in the ledger. The broker may be away: what the case leads to waits in the outbox.

When things fail
    The ledger is away: 503, nothing is stored, post the same again. An answer that got lost: post the same again,
    it is the same case. Nothing of a body is logged or repeated in an answer.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from router.broker.envelope import MAX_BODY_BYTES
from router.core.case import Case
from router.core.commands import Outcome
from router.core.refusals import Refusal
from router.errors import UnreachableError
from router.flow import Router
from router.ledger.port import Answer, Ledger
from router.tiers.batching import Batching, Stored
from router.tiers.posted import Wrong, WrongError, opening_of, too_large

#: Seconds after which to post again when the ledger was away.
_RETRY_AFTER_S = 5


class Taken(msgspec.Struct, frozen=True):
    """Answer to a case that is on record."""

    case_id: str
    version: int
    #: `received`, or `duplicate` when it was on record before with the same content.
    status: str


class Shown(msgspec.Struct, frozen=True):
    """What a channel may know of its own case: no text, no personal data, no desk."""

    case_id: str
    source_id: str
    version: int
    state: str
    opened_at: datetime
    due_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    outcome: Outcome | None


def app(
    router: Router,
    ledger: Ledger,
    tokens: Mapping[str, str],
    clock: Callable[[], datetime],
    health: Sequence[BaseRoute] = (),
) -> Starlette:
    """The application.

    Args:
        router: its own, used by no other thread, with a `batching.UnhurriedSender`.
        ledger: for looking up a channel's own cases.
        tokens: token → channel.
        clock: gives the instant of recording.
        health: routes of `/livez` and `/readyz`, beside those of the intake and without a token.
    """
    intake = Intake(Batching(router, ledger, clock), ledger, tokens)
    routes = [
        Route("/cases", intake.post, methods=["POST"]),
        Route("/cases/{case_id}", intake.show, methods=["GET"]),
        *health,
    ]
    return Starlette(routes=routes, exception_handlers={WrongError: _say_wrong})


class Intake:
    """Answers requests; stateless but for the batch that is being stored."""

    def __init__(self, batching: Batching, ledger: Ledger, tokens: Mapping[str, str]) -> None:
        self._batching = batching
        self._ledger = ledger
        self._tokens = [(token.encode(), channel) for token, channel in tokens.items()]

    async def post(self, request: Request) -> Response:
        """`POST /cases`: 201 when the case is on record, 409 when its id stands for another."""
        channel = self._channel(request)
        opening = opening_of(await _body(request), channel)
        try:
            stored = await self._batching.store(opening)
        except Exception as error:  # noqa: BLE001 - a bug is answered like every failure, and is in the log
            return _failed(error)
        return _answer(stored)

    async def show(self, request: Request) -> Response:
        """`GET /cases/{case_id}`: 404 also for cases of other channels."""
        channel, case_id = self._channel(request), request.path_params["case_id"]
        try:
            # No case has a NUL in its id, and one database will not even look for it.
            case = None if "\0" in case_id else await run_in_threadpool(self._ledger.case, case_id)
        except UnreachableError as error:
            return _failed(error)
        if case is None or case.source != channel:
            return _json(404, Wrong(code="unknown_case", what="you have no case of this id"))
        return _json(200, _shown(case))

    def _channel(self, request: Request) -> str:
        """The channel whose token the request carries.

        Raises:
            WrongError: none, or one that nobody has.
        """
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not given:
            todo = "Send the header Authorization: Bearer TOKEN."
            raise WrongError(401, Wrong(code="no_token", what="the request carries no token", todo=todo))
        found = None
        for token, channel in self._tokens:
            # Every token is compared, each in constant time: how long it takes tells nothing about any.
            if hmac.compare_digest(token, given.strip().encode()):
                found = channel
        if found is None:
            raise WrongError(401, Wrong(code="unknown_token", what="this token is nobody's"))
        return found


async def _body(request: Request) -> bytes:
    """The body; not a byte more than the limit is kept.

    Raises:
        WrongError: it is too large.
    """
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > MAX_BODY_BYTES:
        raise too_large()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise too_large()
    return bytes(body)


def _answer(stored: Stored) -> Response:
    answer = stored.answer
    if answer.refused is not None:
        return _json(409, _refused(answer))
    return _json(201, Taken(answer.case_id, answer.version, "duplicate" if stored.known else "received"))


def _refused(answer: Answer) -> dict[str, Any]:
    sentence = Refusal(code=answer.refused or "", data=dict(answer.data)).en
    wrong = Wrong(code=answer.refused or "", what=sentence, where="$.source_id", todo="Use an id of its own.")
    return {**msgspec.to_builtins(wrong), "case_id": answer.data.get("case", answer.case_id)}


def _shown(case: Case) -> Shown:
    return Shown(
        case_id=case.id,
        source_id=case.source_id,
        version=case.version,
        state=case.state,
        opened_at=case.opened_at,
        due_at=case.due_at,
        resolved_at=case.resolved_at,
        closed_at=case.closed_at,
        outcome=case.outcome,
    )


def _failed(error: Exception) -> Response:
    if isinstance(error, UnreachableError):
        wrong = Wrong(code="unreachable", what="the ledger does not answer", todo="Post the same again later.")
        return _json(503, wrong, {"Retry-After": str(_RETRY_AFTER_S)})
    wrong = Wrong(code="failing", what="the case could not be decided", todo="Ask the operator of the router.")
    return _json(500, wrong)


async def _say_wrong(_request: Request, error: Exception) -> Response:
    if not isinstance(error, WrongError):
        raise error
    headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else {}
    return _json(error.status, error.wrong, headers)


def _json(status: int, content: object, headers: Mapping[str, str] | None = None) -> Response:
    return Response(
        msgspec.json.encode(content), status, media_type="application/json", headers=dict(headers or {})
    )
