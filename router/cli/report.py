"""`case-router report`: the weekly bulletin, as a page, tables or JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from router.cli.call import Call
from router.cli.grammar import Nouns, option
from router.cli.handing_in import operator
from router.cli.output import local, tell
from router.cli.words import language, said, step_word, value_word, word
from router.errors import ConfigurationError, UsageError
from router.sentences import UnfitError

if TYPE_CHECKING:
    from router.app import Installation
    from router.bulletin.printing import Press
    from router.core.bulletin.week import Week

FORMATS = ("html", "csv", "json")
ENCODINGS = ("utf-8", "gb18030")
_STDOUT = "-"

report = Nouns("report")


@report.command("week")
@option("--week", "name", metavar="YEAR-Wnn", says="report week --week")
@option(
    "--format", "form", type=click.Choice(FORMATS), default="html", show_default=True, says="report week --format"
)
@option("--out", default=_STDOUT, metavar="FILE|-", show_default=True, says="report week --out")
@option("--encoding", type=click.Choice(ENCODINGS), says="report week --encoding")
@option("--ranking", is_flag=True, says="report week --ranking")
@option("--draft", is_flag=True, says="report week --draft")
@option("--revised", is_flag=True, says="report week --revised")
@click.pass_obj
def week(
    call: Call,
    /,
    *,
    name: str | None,
    form: str,
    out: str,
    encoding: str | None,
    ranking: bool,
    draft: bool,
    revised: bool,
) -> None:
    """Print the bulletin of a week."""
    form = "json" if call.as_json else form
    if encoding is not None and form != "csv":
        raise UsageError(said("report_encoding"))
    if draft and revised:
        raise UsageError(said("report_both"))
    with call.installation() as installation:
        asked = _week(installation, name)
        files = _files(installation, asked, form, ranking=ranking, draft=draft, revised=revised)
    deliver(files, form, out, encoding or ENCODINGS[0])


def _week(installation: Installation, name: str | None) -> Week:
    from router.core.bulletin.week import last_complete, week_named

    rules = installation.rulebook()
    calendar = rules.calendar(rules.policies[-1])
    if name is None:
        return last_complete(installation.now(), calendar)
    try:
        return week_named(name, calendar)
    except UnfitError as error:
        raise UsageError(error.reason, where="--week") from error


def _files(
    installation: Installation, asked: Week, form: str, *, ranking: bool, draft: bool, revised: bool
) -> Mapping[str, str]:
    """What is to be written: a text by the name of its file, in the order of printing."""
    from router.bulletin.forms import render, render_revision
    from router.bulletin.printing import Press
    from router.bulletin.words import Words

    words = Words(language(), value_word, step_word)
    with _watched() as progress:
        press = Press(installation.ledger, installation.rulebook, operator(), progress)
        if draft:
            files = render(press.draft(asked), form, words, ranking=ranking)
        elif revised:
            files = render_revision(press.revision(asked), form, words, ranking=ranking)
        else:
            # Of what is rendered a form's name says all that it depends on.
            parts = [form, *([] if form == "json" else [words.language]), *(["ranking"] if ranking else [])]
            name, now = "-".join(parts), installation.now()
            files = press.form(asked, name, now, lambda found: render(found, form, words, ranking=ranking))
    if draft or revised:
        tell(word("report_not_kept", week=asked.name))
    else:
        _say_kept(press, asked)
    return files


def _say_kept(press: Press, asked: Week) -> None:
    kept = press.kept(asked)
    if kept is not None:
        tell(
            word("report_kept", week=asked.name, at=local(kept.printed_at), by=kept.printed_by, sha256=kept.sha256)
        )


def deliver(files: Mapping[str, str], form: str, out: str, encoding: str) -> None:
    """Write what was printed where it is wanted.

    Args:
        files: texts by name; of a CSV form with one that has them all.
        form: of `FORMATS`.
        out: a file, `-` for stdout, or for CSV a folder: one that exists, or a name that ends in a slash.
        encoding: of CSV, of `ENCODINGS`.

    Raises:
        ConfigurationError: a file cannot be written.
    """
    from router.bulletin.forms import ALL
    from router.bulletin.spreadsheet import encoded

    target = Path(out)
    if form == "csv" and out != _STDOUT and (target.is_dir() or out.endswith("/")):
        _make(target)
        for name, text in files.items():
            if name != ALL:
                _write(target / name, encoded(text, encoding))
    elif form == "csv":
        _write_one(out, encoded(files[ALL], encoding))
    else:
        for text in files.values():
            _write_one(out, text.encode())


def _write_one(out: str, body: bytes) -> None:
    if out == _STDOUT:
        click.echo(body, nl=False)
    else:
        _write(Path(out), body)


def _write(file: Path, body: bytes) -> None:
    with _writing(file):
        file.write_bytes(body)
    tell(word("report_wrote", file=file))


def _make(folder: Path) -> None:
    """Only the last folder of a path is made: a mistyped path makes no tree of folders."""
    with _writing(folder):
        folder.mkdir(exist_ok=True)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigurationError(
            "it cannot be written: {reason}", where=str(path), reason=error.strerror
        ) from error


@contextmanager
def _watched() -> Iterator[Callable[[int], None] | None]:
    """Shows on a terminal how many cases were read; None elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    try:
        yield lambda count: click.echo(f"\r{word('report_reading', count=count)}", err=True, nl=False)
    finally:
        click.echo(f"\r{'':40}\r", err=True, nl=False)
