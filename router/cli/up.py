"""`case-router up`: everything in one process, with nothing installed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from secrets import token_urlsafe
from threading import Event

import click

from router.app import ROLES, Installation, prepare
from router.cli.call import Call
from router.cli.grammar import Spoken, option
from router.cli.health import Health, checks_of
from router.cli.hosted import desk_roles
from router.cli.intake import intake_app, tokens_of
from router.cli.operating import require_operator
from router.cli.output import emit_json, tell
from router.cli.serving import serving
from router.cli.words import word
from router.clock import clock
from router.logs import configure
from router.roles import run_roles, stop_on_signals
from router.rulebook import TREE
from router.tiers.hosting import load_desk

#: The channel of the token that `up` makes up when there is no file of tokens.
DEMO_CHANNEL = "hotline"


@click.command("up", cls=Spoken)
@option("--desk", "desks", multiple=True, metavar="MODULE:ATTR", says="up --desk")
@option("--http-host", metavar="HOST")
@option("--http-port", type=click.IntRange(0, 65535))
@click.pass_obj
def up(call: Call, desks: Sequence[str], http_host: str | None, http_port: int | None) -> None:
    """Run everything until told to stop."""
    configure(as_json=call.log_json, level="info")
    settings = call.settings(http_host=http_host, http_port=http_port)
    tokens = tokens_of(settings.tokens_file) or {token_urlsafe(16): DEMO_CHANNEL}
    hosted = [load_desk(name) for name in desks]
    stop = Event()
    stop_on_signals(stop)
    prepare(settings, clock())
    with ExitStack() as stack:
        installation = stack.enter_context(call.installation(http_host=http_host, http_port=http_port))
        require_operator(installation.ledger.current(TREE))
        installation.declare_embedded()
        # What the memory broker of the last process held went with it.
        resent = installation.reconciler().recover(clock()).confirmed if settings.is_embedded else 0
        desk_loops = desk_roles(installation, hosted)
        installation.runtime.roles += desk_loops
        roles = [*installation.roles(ROLES), *desk_loops]
        health = Health(roles, checks_of(installation), clock, installation.runtime)
        app = intake_app(installation, tokens, health)
        url = stack.enter_context(serving(app, settings.http_host, settings.http_port)).url
        _banner(call, installation, url, tokens, [desk.code for desk in hosted], resent)
        stack.enter_context(installation.pulse().beating())
        run_roles(roles, stop)
    tell(word("stopped"))


def _banner(
    call: Call,
    installation: Installation,
    url: str,
    tokens: Mapping[str, str],
    desks: Sequence[str],
    resent: int,
) -> None:
    """Where everything is; with `--json` one document on stdout for a program that started this one."""
    ledger, broker = installation.ledger.name, installation.broker.name
    tokens_file = installation.settings.tokens_file
    token = None if tokens_file else next(iter(tokens))
    if call.as_json:
        emit_json({"url": url, "ledger": ledger, "broker": broker, "token": token, "resent": resent})
        return
    rows = [
        ("up_http", f"{url}/cases"),
        ("up_health", f"{url}/livez  {url}/readyz  {url}/metrics"),
        ("up_ledger", ledger),
        ("up_broker", broker),
    ]
    tell(word("up_running"))
    for key, value in rows:
        tell(f"{word(key)}  {value}")
    if desks:
        tell(f"{word('up_desks')}  {', '.join(desks)}")
    tell(
        f"{word('up_tokens_file')}  {tokens_file}"
        if tokens_file
        else word("up_token", channel=DEMO_CHANNEL, token=token)
    )
    if resent:
        tell(word("up_resent", count=resent))
