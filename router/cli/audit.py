"""`case-router audit`: every open case is looked at for what must never be."""

from __future__ import annotations

from datetime import datetime, timedelta

import click
import msgspec

from router.cli.call import Call
from router.cli.grammar import Spoken, option
from router.cli.output import age, emit_json, emit_table, local, tell
from router.cli.reading import Gate
from router.cli.texts import WORDS
from router.cli.words import LANGUAGES, pick, word
from router.errors import CheckFailedError
from router.sla.auditor import GRACE_S, OUTBOX_S, Auditor, Datum, Finding


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A finding as `audit --json` prints it."""

    code: str
    #: Empty when it is not about one case.
    case: str
    zh: str
    en: str


@click.command("audit", cls=Spoken)
@option("--grace", "grace_s", type=click.IntRange(0), default=GRACE_S, show_default=True)
@option("--outbox", "outbox_s", type=click.IntRange(0), default=OUTBOX_S, show_default=True)
@click.pass_obj
def audit(call: Call, /, grace_s: int, outbox_s: int) -> int:
    """Look at every open case, with no window and no sampling."""
    with call.installation() as installation:
        auditor = Auditor(
            installation.ledger, installation.rulebook, grace=timedelta(seconds=grace_s), outbox_s=outbox_s
        )
        found = auditor.run_once(installation.now())
        findings = [_said(one) for one in Gate(installation).rows(found.findings, lambda one: one.case)]
    if call.as_json:
        emit_json({"cases": found.looked_at, "findings": findings})
    elif findings:
        headers = [word(f"audit_{name}") for name in ("case", "code", "what")]
        emit_table(headers, ((one.case or "-", one.code, pick((one.zh, one.en))) for one in findings))
    tell(word("audit_done", cases=found.looked_at, findings=len(findings)))
    return CheckFailedError.exit_code if findings else 0


def _said(finding: Finding) -> Said:
    data = {name: _shown(value) for name, value in finding.data.items()}
    zh, en = (WORDS[f"audit_{finding.code}"][index].format_map(data) for index in range(len(LANGUAGES)))
    return Said(code=finding.code, case=finding.case, zh=zh, en=en)


def _shown(value: Datum) -> str:
    """An instant in the office's time, a number of seconds as an age."""
    if isinstance(value, datetime):
        return local(value)
    return value if isinstance(value, str) else age(value)
