"""`case-router topology`: what must exist in the broker, and making it so."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import click

from router.app import Installation
from router.broker.apply import Applied, apply, plan, vhost_of
from router.broker.definitions import Change, Difference, definitions
from router.cli.call import Call
from router.cli.division_import import read_text
from router.cli.grammar import Nouns, option
from router.cli.operating import operating
from router.cli.output import emit, emit_fields, emit_json, tell
from router.cli.words import said, word
from router.errors import CheckFailedError, ConfigurationError, UsageError
from router.secret_files import broker_url, management_url

topology = Nouns("topology")

_management = option("--management", metavar="URL")


@topology.command("plan")
@_management
@click.pass_obj
def plan_(call: Call, /, management: str | None) -> int:
    """Show what apply would change."""
    with call.installation() as installation:
        _refuse_embedded(installation)
        settings = installation.settings
        changes = plan(broker_url(settings), installation.topology(), management_url(settings, management))
    if call.as_json:
        emit_json(changes)
    else:
        for change in changes:
            sign = {Difference.MISSING: "+", Difference.OTHER: "~", Difference.SURPLUS: "?"}
            emit(f"{sign[change.difference]} {_spoken(change)}")
        tell(word("plan_changes", count=len(changes)) if changes else word("plan_none"))
        if management is None:
            tell(word("plan_partly"))
    due = any(change.difference is not Difference.SURPLUS for change in changes)
    return CheckFailedError.exit_code if due else 0


@topology.command("apply")
@_management
@option("--passwords", type=click.Path(path_type=Path), metavar="FILE")
@click.pass_obj
def apply_(call: Call, /, management: str | None, passwords: Path | None) -> int:
    """Make the broker follow the tree; 7 when policies and accounts are still to be imported."""
    given = _passwords(passwords)
    with operating(call) as installation:
        _refuse_embedded(installation)
        settings, wanted = installation.settings, installation.topology()
        url = broker_url(settings)
        made = apply(url, wanted, management_url(settings, management), _progress, given)
    rest = None if made.complete else definitions(wanted, vhost=vhost_of(url))
    if call.as_json:
        emit_json({"applied": made, "definitions": rest})
    elif rest is None:
        _show(made)
    else:
        emit_json(rest)
    if made.without_password:
        tell(word("applied_no_password", count=len(made.without_password), first=made.without_password[0]))
    if not made.complete:
        tell(word("applied_partly"))
        return CheckFailedError.exit_code
    return 0


@topology.command("definitions")
@click.pass_obj
def definitions_(call: Call, /) -> None:
    """Print RabbitMQ's definitions file; it needs no broker."""
    with call.installation() as installation:
        url = installation.settings.broker
        vhost = "/" if installation.settings.is_embedded else vhost_of(url)
        emit_json(definitions(installation.topology(), vhost=vhost))


def _show(made: Applied) -> None:
    names = ("exchanges", "queues", "bindings", "policies", "accounts")
    emit_fields((word(f"applied_{name}"), str(getattr(made, name))) for name in names)


def _spoken(change: Change) -> str:
    """One difference as a line: what it is in the reader's language, names as the broker has them."""
    detail = f"{word('colon')}{change.detail}" if change.detail else ""
    difference = word(f"plan_{change.difference.value}")
    return f"{difference} {word('thing_' + change.what.replace(' ', '_'))} {change.name}{detail}"


def _progress(what: str, done: int, of: int) -> None:
    """Thousands of queues take minutes: somebody watching wants to see that it goes on."""
    if sys.stderr.isatty():
        tell(f"  {word('applied_' + what)} {done}/{of}")


def _refuse_embedded(installation: Installation) -> None:
    if installation.settings.is_embedded:
        raise UsageError(said("topology_embedded"), where="--broker", todo=said("topology_embedded_todo"))


def _passwords(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    try:
        found = tomllib.loads(read_text(file))
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError("this is no TOML: {reason}", where=str(file), reason=error) from error
    for user, password in found.items():
        if not isinstance(password, str) or not password:
            raise ConfigurationError("a password is a text", where=f"{file}, {user}", todo='Write "user" = "…".')
    return found
