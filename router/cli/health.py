"""Health answers over HTTP: whether this process is alive, whether it could do its work now, and its metrics.

`/livez` touches nothing: a process whose broker is away is not helped by being killed. `/readyz` asks ledger and
broker, at most once a second however often it is asked. `/metrics` reads what the process has counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from threading import Lock
from time import monotonic

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from router.app import Installation
from router.core.territory import address
from router.errors import RouterError
from router.metrics.runtime import Runtime
from router.roles import Role

#: A role that has not come round for this long is stuck: the longest pause of a waiting role is 15 seconds, and a
#: batch may take the database's busy time-out on top.
ALIVE_S = 60.0
#: How long an answer of `/readyz` holds, seconds.
_FRESH_S = 1.0

#: Name → a sentence about what is wrong; None when nothing is.
Checks = Mapping[str, Callable[[], str | None]]


class Report(msgspec.Struct, frozen=True):
    """What the checks found."""

    ready: bool
    #: Name → `ok` or what is wrong.
    checks: dict[str, str]


def ledger_check(installation: Installation) -> str | None:
    """Whether the ledger answers."""
    installation.ledger.clock()
    return None


def rules_check(installation: Installation) -> str | None:
    """Whether there are rules to decide by."""
    installation.rulebook()
    return None


def restore_check(installation: Installation) -> str | None:
    """Whether roles may work: while a restore is under way they wait."""
    installation.rulebook.require_whole()
    return None


def broker_check(installation: Installation) -> str | None:
    """Whether the broker answers."""
    installation.broker.queues([address.INTAKE])
    return None


def topology_check(installation: Installation) -> str | None:
    """Whether the router's own queues are there; desks' queues are `topology plan`'s business."""
    wanted = own_queues(installation)
    found = {state.name for state in installation.broker.queues(wanted)}
    missing = [name for name in wanted if name not in found]
    return f"missing: {', '.join(missing)}; run case-router topology apply" if missing else None


def own_queues(installation: Installation) -> list[str]:
    """The queues the router itself consumes."""
    return queues_of(installation.rulebook().tree.tiers)


def queues_of(tiers: Iterable[str]) -> list[str]:
    """The queues the router itself consumes in a city of these tiers."""
    return [address.INTAKE, address.REPORTS, *(address.due_queue(tier) for tier in tiers)]


def checks_of(installation: Installation) -> Checks:
    """The checks of a process that works on this installation."""
    return {
        "ledger": lambda: ledger_check(installation),
        "broker": lambda: broker_check(installation),
        "topology": lambda: topology_check(installation),
        "restore": lambda: restore_check(installation),
    }


def ledger_checks_of(installation: Installation) -> Checks:
    """The checks of a process that works on while the broker is away: an intake, an exporter."""
    return {"ledger": lambda: ledger_check(installation), "rules": lambda: rules_check(installation)}


def examine(checks: Checks) -> Report:
    """Run the checks; one that raises has found something."""
    found: dict[str, str] = {}
    for name, check in checks.items():
        try:
            found[name] = check() or "ok"
        except RouterError as error:
            found[name] = f"{error.where}: {error.what}" if error.where else error.what
    return Report(ready=all(one == "ok" for one in found.values()), checks=found)


def stuck(roles: Sequence[Role], started_at: datetime, now: datetime) -> list[str]:
    """Names of roles whose loop has not come round lately."""
    lately = now - timedelta(seconds=ALIVE_S)
    return [role.name for role in roles if (role.beat_at or started_at) < lately]


class Health:
    """Answers `/livez`, `/readyz` and, when there is something to read, `/metrics`."""

    def __init__(
        self,
        roles: Sequence[Role],
        checks: Checks,
        clock: Callable[[], datetime],
        runtime: Runtime | None = None,
    ) -> None:
        """`runtime`: what the process counts; None: it has no metrics."""
        self._runtime = runtime
        self._roles = roles
        self._checks = checks
        self._clock = clock
        self._started_at = clock()
        self._lock = Lock()
        self._last: tuple[float, Report] | None = None

    def report(self) -> Report:
        """What the checks find, or found less than a second ago; any thread may ask."""
        with self._lock:
            # Not the clock of the roles: that one may be turned by hand.
            passed_s = monotonic()
            if self._last is None or passed_s - self._last[0] >= _FRESH_S:
                self._last = (passed_s, examine(self._checks))
            return self._last[1]

    async def livez(self, _request: Request) -> JSONResponse:
        """200 while every loop comes round, else 503 with the names of those that do not."""
        found = stuck(self._roles, self._started_at, self._clock())
        return JSONResponse({"alive": not found, "stuck": found}, 503 if found else 200)

    async def readyz(self, _request: Request) -> JSONResponse:
        """200 when ledger, broker and topology are there, else 503; either way one line a check."""
        report = await run_in_threadpool(self.report)
        return JSONResponse(msgspec.to_builtins(report), 200 if report.ready else 503)

    def routes(self) -> list[Route]:
        """For an application."""
        routes = [Route("/livez", self.livez), Route("/readyz", self.readyz)]
        if self._runtime is not None:
            routes.append(Route("/metrics", partial(_metrics, self._runtime)))
        return routes

    def app(self) -> Starlette:
        """An application that answers nothing else."""
        return Starlette(routes=self.routes())


async def _metrics(runtime: Runtime, _request: Request) -> Response:
    """What the process has counted, in Prometheus' text format; asks neither ledger nor broker."""
    return Response(runtime.exposition(), headers={"Content-Type": CONTENT_TYPE_LATEST})
