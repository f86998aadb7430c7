"""`case-router run ROLE…`: roles of a larger installation, one process or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from threading import Event

import click

from router.app import clock, installation
from router.cli.call import Call, require_ledger
from router.cli.grammar import Spoken, option
from router.cli.health import Health, checks_of
from router.cli.output import emit_json, tell
from router.cli.serving import serving
from router.cli.times import WHEN
from router.cli.words import word
from router.core.calendar import Calendar
from router.core.policy import Policy
from router.core.rules import Rules
from router.core.tree import Tree
from router.errors import UsageError
from router.logs import configure
from router.roles import run_roles, stop_on_signals


@click.command("run", cls=Spoken)
@click.argument("roles", nargs=-1, required=True, metavar="ROLE…")
@option("--http-host", metavar="HOST")
@option("--http-port", type=click.IntRange(0, 65535), says="run --http-port")
@option("--at", type=WHEN, hidden=True)
@option("--replay", is_flag=True, hidden=True)
@click.pass_obj
def run(
    call: Call,
    roles: Sequence[str],
    http_host: str | None,
    http_port: int | None,
    at: datetime | None,
    replay: bool,  # noqa: FBT001 - click's flag
) -> None:
    """Run roles until told to stop."""
    configure(as_json=call.log_json, level="info")
    settings = call.settings(http_host=http_host, http_port=http_port)
    _refuse_embedded(settings.is_embedded)
    stop = Event()
    stop_on_signals(stop)
    started = clock()
    # A clock that stood still would never let a lease run out.
    now = clock if at is None else lambda: at + (clock() - started)
    with ExitStack() as stack:
        opened = stack.enter_context(
            installation(require_ledger(settings), now=now, make=_replaying if replay else None)
        )
        running = opened.roles(tuple(dict.fromkeys(roles)))
        url = None
        if http_port is not None:
            health = Health(running, checks_of(opened), now, opened.runtime)
            url = stack.enter_context(serving(health.app(), settings.http_host, settings.http_port))
        if call.as_json:
            emit_json({"url": url, "roles": [role.name for role in running]})
        tell(word("run_running", roles=", ".join(role.name for role in running)) + (f"  {url}" if url else ""))
        stack.enter_context(opened.pulse().beating())
        run_roles(running, stop)
    tell(word("stopped"))


def _refuse_embedded(embedded: bool) -> None:  # noqa: FBT001 - one question
    """Roles of several processes cannot meet in the memory of one."""
    if embedded:
        raise UsageError(
            "the embedded broker lives in one process, so roles cannot run apart",
            where="--broker embedded:",
            todo="Use `case-router up`, or name a RabbitMQ with --broker amqp://user:password@host/vhost.",
        )


def _replaying(
    tree: Tree, policies: Sequence[Policy], calendars: Mapping[str, Calendar], earlier: Sequence[Policy]
) -> Rules:
    """Rules under which the source's own time counts."""
    return Rules(tree, policies, calendars, earlier=earlier, replay=True)
