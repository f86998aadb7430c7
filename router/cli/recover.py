"""`case-router recover`: the broker lost its messages, the ledger has them."""

from __future__ import annotations

import click

from router.app import Installation
from router.broker.apply import apply
from router.cli.call import Call
from router.cli.grammar import Spoken, option
from router.cli.output import emit_json, tell
from router.cli.words import said, word
from router.core.tree import Served
from router.errors import CheckFailedError, UsageError
from router.secret_files import broker_url


@click.command("recover", cls=Spoken)
@option("--topology", "declare", is_flag=True)
@click.pass_obj
def recover(call: Call, /, declare: bool) -> int:  # noqa: FBT001 - click's flag
    """Hand every open case over again; 7 when the broker did not confirm all of them."""
    with call.installation() as installation:
        if installation.settings.is_embedded:
            raise UsageError(said("recover_embedded"), where="--broker", todo=said("recover_embedded_todo"))
        if declare:
            apply(broker_url(installation.settings), installation.topology())
        # What a broker that is away did not confirm is no failure of some cases: it is not reachable (6).
        installation.broker.queues(())
        expected = _to_hand_over(installation)
        sent = installation.reconciler().recover(installation.now())
    missing = max(0, expected - sent)
    if call.as_json:
        emit_json({"handed_over": sent, "unconfirmed": missing})
    tell(word("recovered", count=sent))
    if missing:
        tell(word("recover_unconfirmed", count=missing))
    return CheckFailedError.exit_code if missing else 0


def _to_hand_over(installation: Installation) -> int:
    """Open cases whose lead has a program; an office at the shell has its list."""
    desks = installation.rulebook().tree.desks
    return sum(
        case.lead in desks and desks[case.lead].served is Served.AMQP
        for case in installation.ledger.all_cases(open_only=True)
    )
