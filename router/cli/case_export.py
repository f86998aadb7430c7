"""`case-router case export`: one person's, household's or enterprise's register; who asked is on record."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from router.cli.acting import require_speaker
from router.cli.call import Call
from router.cli.case_open import contact_in
from router.cli.grammar import Spoken, option
from router.cli.handing_in import on_record, operator, require_desk
from router.cli.output import tell
from router.cli.reading import Gate
from router.cli.report import ENCODINGS, FORMATS, deliver
from router.cli.words import language, said, step_word, value_word, word
from router.core.commands import Actor, ActorRole, Contact
from router.core.counting.register import Of, Reader, Register, Wanted, line_of, oldest_first
from router.core.telling.masking import SEE_WHOLE, masked
from router.errors import UsageError

if TYPE_CHECKING:
    from router.app import Installation
    from router.core.case import Case

#: Roles of people who may ask for a register.
_ROLES = (ActorRole.DESK, ActorRole.DISPATCHER, ActorRole.FOLLOW_UP, ActorRole.SUPERVISION)


@click.command("export", cls=Spoken)
@option("--person", type=click.Path(path_type=Path), metavar="FILE", says="case export --person")
@option("--household", metavar="ID", says="case export --household")
@option("--enterprise", metavar="CODE", says="case export --enterprise")
@option("--role", required=True, type=click.Choice([one.value for one in _ROLES]), says="case export --role")
@option("--reason", required=True, metavar="TEXT", says="case contact --reason")
@option("--reader", metavar="NAME", says="case export --reader")
@option("--desk", metavar="CODE", says="case export --desk")
@option("--unmask", is_flag=True, says="case export --unmask")
@option(
    "--format", "form", type=click.Choice(FORMATS), default="csv", show_default=True, says="report week --format"
)
@option("--out", default="-", metavar="FILE|-", show_default=True, says="case export --out")
@option("--encoding", type=click.Choice(ENCODINGS), says="report week --encoding")
@click.pass_obj
def export(call: Call, /, *, form: str, out: str, encoding: str | None, unmask: bool, **asked: Any) -> None:
    """Export all cases of one person, household or enterprise."""
    form = "json" if call.as_json else form
    if encoding is not None and form != "csv":
        raise UsageError(said("report_encoding"))
    reader = _reader(asked, unmask=unmask)
    given = [Of(name) for name in ("person", "household", "enterprise") if asked[name] is not None]
    if len(given) != 1:
        raise UsageError(said("export_whose"), todo=said("export_whose_todo"))
    with call.installation() as installation:
        if reader.desk:
            require_desk(installation, reader.desk)
        actor = Actor(reader.role, reader.desk or operator())
        require_speaker(installation, actor, [one.version for one in installation.rulebook().policies])
        register = _register(installation, given[0], asked[given[0].value], reader, unmask=unmask)
        files = _files(installation, register, form)
    deliver(files, form, out, encoding or ENCODINGS[0])
    tell(word("export_logged", count=len(register.lines), reader=reader.name, reason=reader.reason))


def _reader(asked: dict[str, Any], *, unmask: bool) -> Reader:
    role = ActorRole(asked["role"])
    if (role is ActorRole.DESK) != (asked["desk"] is not None):
        raise UsageError(said("export_desk"), todo=said("export_desk_todo"))
    if unmask and role not in SEE_WHOLE:
        roles = ", ".join(one.value for one in _ROLES if one in SEE_WHOLE)
        raise UsageError(said("export_masked", role=role.value), todo=said("export_masked_todo", roles=roles))
    if not asked["reason"].strip():
        raise UsageError(said("export_reason"), where="--reason")
    name = asked["reader"] or operator()
    return Reader(role=role, name=name, reason=asked["reason"].strip(), desk=asked["desk"] or "")


def _register(installation: Installation, of: Of, value: Any, reader: Reader, *, unmask: bool) -> Register:
    wanted = _wanted(installation, of, value)
    known = Gate(installation).cases(installation.ledger.all_cases())
    taken = [case for case in known if wanted.takes(case)]
    rules = installation.rulebook({case.policy for case in taken})
    tree = rules.tree
    found = [case for case in taken if reader.knows_of(case, rules)]
    seen = [case for case in found if reader.sees(case, tree)]
    contacts = _contacts(installation, of, wanted, seen, reader)
    return Register(
        of=of,
        reader=reader,
        made_at=installation.now(),
        masked=not unmask,
        lines=oldest_first(
            line_of(case, installation.ledger.entries(case.id), tree, _shown(contacts, case, unmask), whole=unmask)
            for case in seen
        ),
        withheld=sum(case.is_restricted for case in found) - sum(case.is_restricted for case in seen),
    )


def _wanted(installation: Installation, of: Of, value: Any) -> Wanted:
    keyed_hash = installation.ledger.keyed_hash
    if of is Of.HOUSEHOLD:
        return Wanted(places=frozenset({f"address:{value}"}))
    if of is Of.ENTERPRISE:
        return Wanted(complainants=frozenset({keyed_hash(value)}), places=frozenset({f"asset:{value}"}))
    contact = contact_in(value)
    numbers = [number for number in (contact.identity_number, contact.phone) if number]
    if not numbers:
        raise UsageError(said("export_nobody"), where=str(value), todo=said("export_nobody_todo"))
    # A case is known by the identity number where it came with one, else by the telephone.
    return Wanted(complainants=frozenset(map(keyed_hash, numbers)))


def _contacts(
    installation: Installation, of: Of, wanted: Wanted, seen: Iterable[Case], reader: Reader
) -> dict[str, Contact]:
    """Their personal data; that a register was made is on record, with whose, also when there are none."""
    whose = hashlib.sha256("\0".join(sorted({*wanted.complainants, *wanted.places})).encode()).hexdigest()[:16]
    return installation.ledger.contacts(
        {case.contact_ref for case in seen if case.contact_ref is not None},
        about=f"register:{of.value}:{whose}",
        reader=f"{reader.role.value}:{on_record(reader.name)}",
        reason=reader.reason,
        now=installation.now(),
    )


def _shown(contacts: dict[str, Contact], case: Case, unmask: bool) -> Contact | None:  # noqa: FBT001 - click's flag
    contact = contacts.get(case.contact_ref or "")
    return contact if contact is None or unmask else masked(contact)


def _files(installation: Installation, register: Register, form: str) -> dict[str, str]:
    from router.bulletin.forms import ALL, json_text
    from router.bulletin.register import register_page, register_table
    from router.bulletin.spreadsheet import table_text
    from router.bulletin.words import Words

    if form == "json":
        return {"register.json": json_text(register)}
    words = Words(language(), value_word, step_word)
    rules = installation.rulebook()
    zone = rules.calendar(rules.policies[-1]).zone
    if form == "html":
        return {"register.html": register_page(register, words, zone)}
    text = table_text(register_table(register, words, zone), words)
    return {"register.csv": text, ALL: text}
