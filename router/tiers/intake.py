"""The HTTP intake: a channel without a broker account posts its cases here, with a token of its own.

A citizen sees a case, and urges it, by its id and the code that its channel got when it was opened.

A 201 means that the case is in the ledger. The broker may be away: what the case leads to waits in the outbox.

When things fail
    The ledger is away: 503, nothing is stored, post the same again. An answer that got lost: post the same again,
    it is the same case. Nothing of a body is logged or repeated in an answer.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
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
from router.core.commands import Actor, ActorRole, Outcome, Urge
from router.core.refusals import Refusal
from router.core.telling.citizen import code_of, is_code
from router.errors import RestoringError, UnreachableError
from router.flow import Router
from router.ledger.port import Answer, Ledger
from router.tiers.batching import Batching, Stored
from router.tiers.posted import Wrong, WrongError, ignored_in, opening_of, text_of, too_large

#: Seconds after which to post again when the ledger was away.
_RETRY_AFTER_S = 5


class Taken(msgspec.Struct, frozen=True, omit_defaults=True):
    """Answer to a case that is on record."""

    case_id: str
    version: int
    #: `received`, or `duplicate` when it was on record before with the same content.
    status: str
    #: What the citizen shows to see the case and to urge it; None: the installation has no key to make one.
    code: str | None
    #: Fields of the body that nobody reads; left out when there is none.
    ignored: tuple[str, ...] = ()


class Urged(msgspec.Struct, frozen=True):
    """Answer to whoever urged: the lead is told."""

    case_id: str
    version: int


class SeenByCitizen(msgspec.Struct, frozen=True):
    """What a citizen may know of a case: its stage and when it is due."""

    case_id: str
    state: str
    opened_at: datetime
    due_at: datetime | None
    resolved_at: datetime | None
    closed_at: datetime | None
    outcome: Outcome | None
    #: How often it was urged.
    urges: int


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
        Route("/cases/{case_id}/urge", intake.urge, methods=["POST"]),
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
        body = await _body(request)
        opening = opening_of(body, channel)
        try:
            stored = await self._batching.store(opening)
        except Exception as error:  # noqa: BLE001 - a bug is answered like every failure, and is in the log
            return _failed(error)
        return _answer(stored, self._code(stored.answer.case_id), ignored_in(body))

    async def show(self, request: Request) -> Response:
        """`GET /cases/{case_id}`, with a token or a code: 404 also for cases of other channels."""
        try:
            case, actor = await self._asked_about(request)
        except UnreachableError as error:
            return _failed(error)
        return _json(200, _shown(case) if actor.role is ActorRole.CHANNEL else _seen(case))

    async def urge(self, request: Request) -> Response:
        """`POST /cases/{case_id}/urge`, with a token or a code: 409 for the second time on one day.

        The header `Idempotency-Key` names the request: sent again, it is the same one.
        """
        try:
            case, actor = await self._asked_about(request)
            text = text_of(await _body(request))
            key = request.headers.get("idempotency-key")
            name = f"{case.id}\0{actor.id}\0{key}".encode()
            said = hashlib.sha256(name).hexdigest()[:32] if key else secrets.token_hex(16)
            stored = await self._batching.store(Urge(id=f"urge:{said}", case_id=case.id, actor=actor, text=text))
        except WrongError:
            raise
        except Exception as error:  # noqa: BLE001 - answered like every failure
            return _failed(error)
        if stored.answer.refused is not None:
            return _json(409, _refused(stored.answer))
        return _json(201, Urged(stored.answer.case_id, stored.answer.version))

    async def _asked_about(self, request: Request) -> tuple[Case, Actor]:
        """The case a request is about, and who asks: its channel by a token, its citizen by a code.

        Raises:
            WrongError: there is none that whoever asks may know of; which of the two is wrong is not said.
            UnreachableError: the ledger does not answer.
        """
        code, case_id = request.headers.get("case-code"), request.path_params["case_id"]
        channel = self._channel(request) if code is None else None
        # No case has a NUL in its id, and one database will not even look for it.
        case = None if "\0" in case_id else await run_in_threadpool(self._ledger.case, case_id)
        if code is not None:
            known = self._code(case_id)
            fits = known is not None and is_code(code, known)
            if case is not None and fits:
                return case, Actor(ActorRole.CITIZEN, case.source)
        elif case is not None and channel is not None and case.source == channel:
            return case, Actor(ActorRole.CHANNEL, channel)
        raise WrongError(404, Wrong(code="unknown_case", what="you have no case of this id"))

    def _code(self, case_id: str) -> str | None:
        return code_of(self._ledger.keyed_hash, case_id)

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


def _answer(stored: Stored, code: str | None, ignored: tuple[str, ...]) -> Response:
    answer = stored.answer
    if answer.refused is not None:
        return _json(409, _refused(answer, "$.source_id", "Use an id of its own."))
    status = "duplicate" if stored.known else "received"
    return _json(201, Taken(answer.case_id, answer.version, status, code, ignored))


def _refused(answer: Answer, where: str = "", todo: str = "") -> dict[str, Any]:
    refusal = Refusal(code=answer.refused or "", data=dict(answer.data))
    wrong = Wrong(code=refusal.code, what=refusal.en, where=where, todo=todo)
    said = {**msgspec.to_builtins(wrong), "what_zh": refusal.zh}
    return {**said, "case_id": answer.data.get("case", answer.case_id)}


def _seen(case: Case) -> SeenByCitizen:
    return SeenByCitizen(
        case_id=case.id,
        state=case.state,
        opened_at=case.opened_at,
        due_at=case.extended_due_at or case.due_at,
        resolved_at=case.resolved_at,
        closed_at=case.closed_at,
        outcome=case.outcome,
        urges=case.links.urges,
    )


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
    if isinstance(error, RestoringError):
        wrong = Wrong(code="restoring", what="the ledger is being restored", todo="Post the same again later.")
        return _json(503, wrong, {"Retry-After": str(_RETRY_AFTER_S)})
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
