"""`case-router case import --open`: cases that run elsewhere are kept here from now on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

import click
import msgspec

from router.app import Installation
from router.arrivals import direct
from router.cli.call import Call
from router.cli.division_import import read_text
from router.cli.grammar import Spoken, option
from router.cli.operating import operating
from router.cli.output import emit_json, tell
from router.cli.veiling import veil
from router.cli.words import pick, word
from router.core.events import DeadlineMissed
from router.core.lifecycle import decide
from router.core.refusals import Refusal
from router.errors import RouterError
from router.replay.mapping_file import load_mapping
from router.replay.running import Row, running_of

#: Cases in one transaction, and between two signs of progress.
_BATCH = 256
_EVERY = 5_000
#: Bad rows that are named on stderr before the rest is only counted; `--json` has all of them.
_LISTED = 20


class BadRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was not taken, and why."""

    file: str
    line: int
    zh: str
    en: str


class Imported(msgspec.Struct, kw_only=True):
    """What became of a file."""

    rows: int = 0
    #: Cases that are kept here now; those that were already; those that run no more.
    taken: int = 0
    known: int = 0
    closed: int = 0
    #: Deadlines that had passed and are on record as missed; nobody here is charged with them.
    old_misses: int = 0
    bad: list[BadRow] = []


@click.command("import", cls=Spoken)
@option(
    "--open", "file", required=True, type=click.Path(path_type=Path), metavar="FILE", says="case import --open"
)
@option("--mapping", required=True, type=click.Path(path_type=Path), metavar="FILE")
@option("--dry-run", is_flag=True, says="case import --dry-run")
@click.pass_obj
def import_(call: Call, /, file: Path, mapping: Path, dry_run: bool) -> int:  # noqa: FBT001 - click's flag
    """Take over running cases; 1 when a row could not be taken."""
    read = load_mapping(read_text(mapping), str(mapping))
    with operating(call, dry_run=dry_run) as installation:
        now = installation.now()
        rows = running_of(file, read, installation.rulebook().tree, now)
        done = (_rehearse if dry_run else _take)(installation, rows, str(file), now)
        veiled = veil(installation, done.bad)
    if call.as_json:
        emit_json(veiled.document({"dry_run": dry_run, **msgspec.to_builtins(done)}))
    for one in done.bad[:_LISTED]:
        tell(word("import_bad", file=one.file, line=one.line, reason=veiled.text(pick((one.zh, one.en)))))
    if len(done.bad) > _LISTED:
        tell(word("due_more_bad", count=len(done.bad) - _LISTED))
    tell(word("import_dry" if dry_run else "import_done", **_counts(done)))
    return RouterError.exit_code if done.bad else 0


def _counts(done: Imported) -> dict[str, int]:
    named = ("rows", "taken", "known", "closed", "old_misses")
    return {name: getattr(done, name) for name in named} | {"bad": len(done.bad)}


def _take(installation: Installation, rows: Iterator[Row], file: str, now: datetime) -> Imported:
    """Take the rows over, some in each transaction; run again, only what is missing happens."""
    done, router = Imported(), installation.counter()
    while some := list(islice(rows, _BATCH)):
        wanted = _wanted(some, done, file)
        lines = {one.command.id: one.line for one in wanted if one.command is not None}
        before: Counter[str] = router.tally.counted()
        arrived = [direct(one.command, "import") for one in wanted if one.command is not None]
        answers = router.carry_out(arrived, now)
        router.flush(now)
        new = router.tally.counted()["accepted"] - before["accepted"]
        good = 0
        for command, line in lines.items():
            answer = answers.get(command)
            if answer is not None and answer.refused is None:
                good += 1
                continue
            refusal = Refusal(code=answer.refused, data=dict(answer.data)) if answer and answer.refused else None
            zh, en = (refusal.zh, refusal.en) if refusal else (word("import_parked"), word("import_parked"))
            done.bad.append(BadRow(file=file, line=line, zh=zh, en=en))
        done.taken += new
        done.known += good - new
        if done.rows >= _EVERY and done.rows % _EVERY < _BATCH:
            tell(word("import_progress", rows=done.rows, taken=done.taken))
    entries = installation.ledger.all_entries("DeadlineMissed")
    done.old_misses = sum(entry.cause.startswith("import/") and entry.recorded_at == now for entry in entries)
    return done


def _wanted(some: list[Row], done: Imported, file: str) -> list[Row]:
    """The rows that are commands; the others are counted."""
    done.rows += len(some)
    for one in some:
        if one.reason is not None:
            done.bad.append(BadRow(file=file, line=one.line, zh=one.reason.zh, en=one.reason.en))
        elif one.command is None:
            done.closed += 1
    return [one for one in some if one.command is not None]


def _rehearse(installation: Installation, rows: Iterator[Row], file: str, now: datetime) -> Imported:
    """What taking them over would lead to; nothing is written."""
    done, rules = Imported(), installation.rulebook()
    while some := list(islice(rows, _BATCH)):
        for one in _wanted(some, done, file):
            command = one.command
            if command is None:
                continue
            found = decide(installation.ledger.case(command.case_id), command, rules, now)
            if isinstance(found, Refusal):
                done.bad.append(BadRow(file=file, line=one.line, zh=found.zh, en=found.en))
            elif not found.entries:
                done.known += 1
            else:
                done.taken += 1
                done.old_misses += sum(isinstance(entry.event, DeadlineMissed) for entry in found.entries)
    return done
