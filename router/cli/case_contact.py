"""`case-router case contact`: the one door to personal data, and everybody who goes through it is on record."""

from __future__ import annotations

import click

from router.cli.call import Call
from router.cli.grammar import Spoken, option
from router.cli.handing_in import no_case, on_record
from router.cli.output import emit_fields, emit_json, tell
from router.cli.reading import case_for_reading
from router.cli.words import said, word
from router.core.telling.hiding import hidden_from_account
from router.errors import NotFoundError


@click.command("contact", cls=Spoken)
@click.argument("case_id", metavar="ID")
@option("--reader", required=True, metavar="NAME")
@option("--reason", required=True, metavar="TEXT", says="case contact --reason")
@click.pass_obj
def contact(call: Call, /, case_id: str, reader: str, reason: str) -> None:
    """Read a case's contact; the reading is recorded in the same transaction."""
    with call.installation() as installation:
        case = case_for_reading(installation, case_id)
        if hidden_from_account(installation.rulebook().tree, case, reader):
            raise no_case(case_id)
        found = None
        if case.contact_ref is not None:
            found = installation.ledger.contact(
                case.contact_ref, reader=on_record(reader), reason=reason, now=installation.now()
            )
    if found is None:
        raise NotFoundError(said("contact_none"), where=case_id)
    if call.as_json:
        emit_json(found)
    else:
        emit_fields(
            [
                (word("contact_name"), found.name),
                (word("contact_phone"), found.phone),
                (word("contact_identity"), found.identity_number),
                (word("contact_address"), found.address),
            ]
        )
    tell(word("contact_logged", reader=on_record(reader), reason=reason))
