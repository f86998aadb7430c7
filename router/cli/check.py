"""`case-router check`: files before they are put in force; names what is wrong by file and key or row."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
import msgspec

from router.calendars import CalendarSet
from router.cli.call import Call
from router.cli.division_import import is_national, read_divisions, read_text
from router.cli.grammar import Spoken, option
from router.cli.output import emit, emit_json
from router.cli.words import pick, word
from router.core.calendars.calendar import Calendar
from router.core.calendars.calendar_faults import calendar_faults
from router.core.calendars.calendar_file import load_calendar
from router.core.policies.policy import Policy
from router.core.policies.policy_file import TIERS, load_policy
from router.core.territory.division_faults import Fault
from router.core.territory.division_tables import FaultyDivisionsError
from router.core.territory.divisions import check as check_tree, complete
from router.core.territory.named_desks import absent as named_in_vain, require_receivers
from router.core.territory.tree import Tree
from router.errors import CheckFailedError, ConfigurationError, RouterError
from router.replay.mapping_file import load_mapping
from router.settings import Settings, load_settings

KINDS = ("policy", "calendar", "divisions", "mapping", "settings")

#: A key that only a file of that kind has, looked for in this order.
_TELLING = (
    ("divisions", {"tiers", "division", "desk", "category"}),
    ("policy", {"milestone", "ladder"}),
    ("calendar", {"zone", "coverage_end", "weekend", "notice", "based_on"}),
    ("settings", set(Settings.__struct_fields__)),
)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong in one place."""

    where: str
    zh: str
    en: str
    todo_zh: str = ""
    todo_en: str = ""


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in one file, or in tables that are one tree."""

    #: Its name; of several, joined by ` + `.
    file: str
    #: None: nobody could tell.
    kind: str | None
    faults: list[Finding]
    #: For divisions: each desk and its superiors up to the top, by code.
    chains: list[list[str]] = []
    #: What is not wrong and should be known: desks and categories that a policy names in vain.
    notes: list[Finding] = []


@click.command("check", cls=Spoken)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE…")
@option("--kind", type=click.Choice(KINDS), says="check --kind")
@option("--columns", metavar="MAPPING")
@option("--root", metavar="CODE")
@click.pass_obj
def check(call: Call, /, files: tuple[Path, ...], kind: str | None, columns: str | None, root: str | None) -> int:
    """Check files; 7 when something is wrong in one."""
    texts = [(file, read_text(file)) for file in files]
    known = _Known()
    checked = []
    # Calendars and divisions first: policies name calendars and tiers.
    together = [] if columns is not None else _tables(texts, kind)
    if together:
        checked.append(_divisions(together, known, columns, root))
    alone = [one for one in texts if one[0] not in together]
    for file, text in sorted(alone, key=lambda one: _turn(kind or kind_of(*one))):
        checked.append(_check(file, text, kind or kind_of(file, text), known, columns, root))
    count = sum(len(one.faults) for one in checked)
    if call.as_json:
        emit_json({"ok": count == 0, "files": checked})
    else:
        _show(checked)
        emit(word("faults", count=count) if count else word("all_well"))
    return CheckFailedError.exit_code if count else 0


class _Known:
    """What earlier files of the same call declared."""

    def __init__(self) -> None:
        self.tiers: Sequence[str] = TIERS
        #: Of the divisions checked before; None: no tree, so nobody knows which desks there are.
        self.tree: Tree | None = None
        self.calendars: dict[str, Calendar] = CalendarSet().calendars()


def kind_of(file: Path, text: str) -> str | None:
    """What a file is, by its keys; None when it cannot be told."""
    if file.suffix != ".toml":
        return "divisions"
    try:
        keys = set(tomllib.loads(text.removeprefix("\ufeff")))
    except tomllib.TOMLDecodeError:
        return None
    if "columns" in keys:
        return "mapping"
    return next((kind for kind, telling in _TELLING if keys & telling), None)


def _tables(texts: Sequence[tuple[Path, str]], kind: str | None) -> list[Path]:
    """The tables of the national codes among the files: one tree, a level in each; empty when there is none.

    That of the provinces names no level in its header: beside the others it is the topmost.
    """
    if (kind or "divisions") != "divisions":
        return []
    tables = [(file, text) for file, text in texts if file.suffix != ".toml"]
    return [file for file, _ in tables] if any(is_national(text) for _, text in tables) else []


def _turn(kind: str | None) -> int:
    return ("calendar", "divisions").index(kind) if kind in ("calendar", "divisions") else len(KINDS)


def _check(
    file: Path, text: str, kind: str | None, known: _Known, columns: str | None, root: str | None
) -> Checked:
    if kind is None:
        return Checked(file=str(file), kind=None, faults=[_untold(file, text)])
    if kind == "divisions":
        return _divisions([file], known, columns, root)
    if kind == "calendar":
        return Checked(file=str(file), kind=kind, faults=_calendar(file, text, known))
    if kind == "policy":
        found: list[Policy] = []
        faults = _caught(file, lambda: found.append(_policy(file, text, known)))
        absent = named_in_vain(found, known.tree) if known.tree is not None else ()
        notes = [Finding(where=one.where, zh=one.said.zh, en=one.said.en) for one in absent]
        return Checked(file=str(file), kind=kind, faults=faults, notes=notes)
    checks: dict[str, Callable[[], object]] = {
        "mapping": lambda: load_mapping(text, str(file)),
        "settings": lambda: load_settings(file, {}, {}),
    }
    return Checked(file=str(file), kind=kind, faults=_caught(file, checks[kind]))


def _caught(file: Path, run: Callable[[], object]) -> list[Finding]:
    try:
        run()
    except FaultyDivisionsError as error:
        return [_finding(one) for one in error.faults]
    except RouterError as error:
        return [_finding_of(error, file)]
    return []


def _finding_of(error: RouterError, file: Path) -> Finding:
    where = error.where or str(file)
    return Finding(where=where, zh=error.what_zh, en=error.what, todo_zh=error.todo_zh, todo_en=error.todo)


def _policy(file: Path, text: str, known: _Known) -> Policy:
    policy = load_policy(text, str(file), known.tiers)
    if policy.calendar not in known.calendars:
        raise ConfigurationError(
            "there is no calendar {calendar}",
            where=f"{file}, calendar",
            todo="Check its file together with this one, or name one of {known}.",
            calendar=policy.calendar,
            known=", ".join(sorted(known.calendars)),
        )
    if known.tree is not None:
        require_receivers([policy], known.tree)
    return policy


def _calendar(file: Path, text: str, known: _Known) -> list[Finding]:
    faults = calendar_faults(text, str(file), known.calendars)
    if not faults:
        calendar = load_calendar(text, str(file), known.calendars)
        known.calendars[calendar.name] = calendar
    return [_finding_of(error, file) for error in faults]


def _divisions(files: Sequence[Path], known: _Known, columns: str | None, root: str | None) -> Checked:
    """One tree: a TOML file, a table of its own, or the national tables together."""
    found: list[Any] = []
    name = " + ".join(map(str, files))
    faults = _caught(files[0], lambda: found.append(read_divisions(files, root=root, columns=columns)))
    if not found:
        return Checked(file=name, kind="divisions", faults=faults)
    loaded = found[0]
    whole = complete(loaded.file)
    wrong = check_tree(whole, loaded.origin)
    known.tiers = whole.tiers
    tree = known.tree = Tree(whole)
    chains = [] if wrong else [[desk.code for desk in tree.chain(one.code)] for one in tree]
    return Checked(file=name, kind="divisions", faults=[_finding(one) for one in wrong], chains=chains)


def _finding(fault: Fault) -> Finding:
    return Finding(where=fault.where, zh=fault.zh, en=fault.en, todo_zh=fault.todo_zh, todo_en=fault.todo_en)


def _untold(file: Path, text: str) -> Finding:
    """Not TOML, or TOML of no kind we know."""
    try:
        tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        return Finding(where=str(file), zh=f"不是 TOML：{error}", en=f"this is no TOML: {error}")
    return Finding(
        where=str(file),
        zh="看不出是哪一种文件",
        en="nobody can tell what this file is",
        todo_zh="用 --kind 指明",
        todo_en="say it with --kind",
    )


def _show(checked: list[Checked]) -> None:
    for one in checked:
        emit(f"{one.file}  {one.kind or '-'}  {'✗' if one.faults else '✓'}")
        for chain in one.chains:
            emit(f"  {' → '.join(chain)}")
        for fault in one.faults:
            emit(f"  {fault.where}: {pick((fault.zh, fault.en))}")
            if todo := pick((fault.todo_zh, fault.todo_en)):
                emit(f"    {todo}")
        for note in one.notes:
            emit(f"  {note.where}: {pick((note.zh, note.en))}")
