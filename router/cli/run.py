"""`case-router run ROLE…`: roles of a larger installation, one process or several."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from threading import Event

import click

from router.app import METRICS, ROLES, Installation, installation
from router.cli.call import Call, require_ledger
from router.cli.grammar import Spoken, option
from router.cli.health import Health, checks_of, ledger_checks_of, restore_check
from router.cli.intake import intake_app, tokens_of
from router.cli.operating import require_operator
from router.cli.output import emit_json, tell
from router.cli.serving import Served, serving
from router.cli.times import AS_OF
from router.cli.words import said, word
from router.clock import clock
from router.core.calendars.calendar import Calendar
from router.core.policies.policy import Policy
from router.core.rules import Rules
from router.core.territory.tree import Tree
from router.errors import ConfigurationError, UsageError
from router.logs import configure
from router.roles import Role, TickingRole, run_roles, stop_on_signals
from router.rulebook import TREE
from router.settings import Settings

#: The role that serves HTTP: the only one that is no loop over queues or the ledger, and that needs no broker.
INTAKE = "intake"

#: Looks at whether the intake still serves are this many seconds apart.
_LOOK_EVERY_S = 1.0


@click.command("run", cls=Spoken)
@click.argument("roles", nargs=-1, required=True, metavar="ROLE…")
@option("--http-host", metavar="HOST")
@option("--http-port", type=click.IntRange(0, 65535), says="run --http-port")
@option("--at", type=AS_OF, metavar="TIME", says="run --at")
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
    names = tuple(dict.fromkeys(roles))
    if unknown := sorted({*names}.difference(ROLES, (INTAKE,))):
        known = ", ".join((*ROLES, INTAKE))
        raise UsageError("there is no role {unknown}", todo="Roles: {known}.", unknown=unknown[0], known=known)
    if not {*names} <= {INTAKE, METRICS}:
        _refuse_embedded(settings.is_embedded)
    tokens = _required_tokens(settings) if INTAKE in names else {}
    stop = Event()
    stop_on_signals(stop)
    started = clock()
    # A clock that stood still would never let a lease run out.
    now = clock if at is None else lambda: at + (clock() - started)
    if names == (METRICS,):
        now = clock
    with ExitStack() as stack:
        opened = stack.enter_context(
            installation(require_ledger(settings), now=now, make=_replaying if replay else None)
        )
        require_operator(opened.ledger.current(TREE))
        opened.figures_at = at
        running = opened.roles([name for name in names if name != INTAKE])
        url = None
        if INTAKE in names:
            url = stack.enter_context(_serving_intake(opened, running, tokens)).url
        elif http_port is not None:
            checks = ledger_checks_of(opened) if names == (METRICS,) else checks_of(opened)
            health = Health(running, checks, now, opened.runtime)
            url = stack.enter_context(serving(health.app(), settings.http_host, settings.http_port)).url
        if call.as_json:
            emit_json({"url": url, "roles": [role.name for role in running]})
        tell(word("run_running", roles=", ".join(role.name for role in running)) + (f"  {url}" if url else ""))
        stack.enter_context(opened.pulse().beating())
        run_roles(running, stop)
    tell(word("stopped"))


def _required_tokens(settings: Settings) -> dict[str, str]:
    """Who may post: several processes behind one address must know the same tokens, so none is made up.

    Raises:
        ConfigurationError: there is no file of tokens, or nothing in it.
    """
    tokens = tokens_of(settings.tokens_file)
    if not tokens:
        raise ConfigurationError(said("no_tokens"), where="tokens_file", todo=said("no_tokens_todo"))
    return tokens


@contextmanager
def _serving_intake(opened: Installation, running: list[Role], tokens: Mapping[str, str]) -> Iterator[Served]:
    """The intake with the health answers; beside it stands a role that ends the process when it serves no more."""
    opened.require_key()
    checks = checks_of(opened) if {role.name for role in running} - {METRICS} else ledger_checks_of(opened)
    checks = {**checks, "restore": lambda: restore_check(opened)}
    health = Health(running, checks, opened.now, opened.runtime)
    app = intake_app(opened, tokens, health, ledger_only=True)
    with serving(app, opened.settings.http_host, opened.settings.http_port) as served:

        def look(_now: datetime) -> bool:
            served.check()
            return False

        role = TickingRole(INTAKE, look, opened.now, pause_s=_LOOK_EVERY_S)
        opened.note_role(INTAKE, role)
        running.append(role)
        yield served


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
