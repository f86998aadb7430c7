"""Who may type what: a command only reads, is a word of a desk or an office, or is the operator's."""

from __future__ import annotations

import getpass
import shutil
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from router.core.guards import Hold, HoldKind
from router.ledger.sql import SqlLedger
from tests.unit.cli.conftest import Shell
from tests.unit.cli.grammar import COMMANDS
from tests.unit.cli.test_case_import import row, table
from tests.unit.cli.test_guards import RECEIVED, put_on
from tests.unit.cli.test_parked import accept, park

#: Sits at a street office.
_CLERK = "ting.1"
_BROKER = "--broker amqp://nobody:none@127.0.0.1:1/none"

#: They change an installation and are no word of a desk; what is typed to see that a clerk changes nothing.
_OPERATORS = {
    "calendar import": "cn",
    "calendar recompute": "",
    "case import": "--open {old} --mapping {mapping}",
    "db upgrade": "",
    "divisions accounts": "hubin --add ting.1",
    "divisions add": "new --name 新街道 --parent hubin",
    "divisions deactivate": "yunxi",
    "divisions import": "{tree}",
    "divisions merge": "liuyin --into hubin",
    "divisions redirect": "liuyin --to hubin",
    "divisions rename": "liuyin --name 新名",
    "divisions reroute": "",
    "escalation undo": "--since 2026-01-01 --until 2099-01-01 --by li --reason clock",
    "figures recount": "",
    "parked drop": "one --reason x --by li",
    "parked replay": "--all",
    "policy import": "default",
    "policy replan": "--yes",
    "recover": _BROKER,
    "run": f"sla --at 2099-01-01T00:00:00+08:00 {_BROKER}",
    "sla cancel": "--by li --reason storm",
    "sla catch-up": "--by li --reason storm",
    "sla hold": "--desk liuyin --reason storm --by li",
    "sla release": "--by li --reason storm",
    "sla unhold": "hold-1 --by li",
    "topology apply": _BROKER,
    "up": "--http-port 0",
}
#: Of these somebody who only looks may ask what they would come to.
_REHEARSED = {
    "calendar import",
    "calendar recompute",
    "case import",
    "escalation undo",
    "policy import",
    "policy replan",
    "sla catch-up",
}
#: Words of an office or a desk that name no case by an argument; `case open` is everybody's who brings a case.
_WORDS = {"case open", "inspection order", "inspection plan"}
#: They read. Some leave a trace: who has read, or the first printing of a week.
_READING = {
    "audit",
    "calendar check",
    "calendar show",
    "case contact",
    "case export",
    "case list",
    "case show",
    "case time",
    "check",
    "dashboards render",
    "db status",
    "divisions categories",
    "divisions list",
    "divisions show",
    "figures show",
    "follow-up list",
    "follow-up verify",
    "health",
    "inspection hash",
    "inspection list",
    "inspection verify",
    "notices list",
    "parked list",
    "parked show",
    "policy list",
    "policy presets",
    "policy show",
    "report week",
    "rules render",
    "sla due",
    "sla explain",
    "sla held",
    "sla holds",
    "sla what-if",
    "status",
    "topology definitions",
    "topology plan",
}
#: They play in a ledger of their own.
_APART = {"demo", "replay"}


#: Words about one case.
_ABOUT_A_CASE = sorted(
    name
    for name, one in COMMANDS.items()
    if name not in _READING and any(isinstance(p, click.Argument) and p.name == "case_id" for p in one.params)
)


def test_every_command_of_the_grammar_only_reads_or_is_a_desks_or_the_operators() -> None:
    assert sorted([*_OPERATORS, *_WORDS, *_ABOUT_A_CASE, *_READING, *_APART]) == sorted(COMMANDS)
    assert len(_ABOUT_A_CASE) > 30
    asked = {name for name, one in COMMANDS.items() if any("--dry-run" in param.opts for param in one.params)}
    assert asked - {"divisions import"} == _REHEARSED


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, _city: Path) -> tuple[Path, str]:
    """A ledger in which each of them finds something to do, and a case at the clerk's desk."""
    folder = tmp_path_factory.mktemp("town") / "town"
    shutil.copytree(_city, folder)
    shell = Shell(folder)
    assert shell("divisions", "accounts", "liuyin", "--add", _CLERK).code == 0
    case = shell.open(*RECEIVED)
    park(shell, "one", "failing", accept(case, "x"), kind="accept", case=case)
    ledger = SqlLedger(shell.ledger, key=None)
    at = datetime(2026, 1, 20, tzinfo=UTC)
    ledger.put_hold(Hold(id="hold-1", kind=HoldKind.ALL, what="", reason="x", by="li", since=at, until=None))
    ledger.close()
    put_on(shell)
    return folder, case


def _kept(shell: Shell) -> dict[str, list[tuple[object, ...]]]:
    """The whole ledger but for who was here."""
    tables = [str(name) for (name,) in shell.rows("select name from sqlite_master where type = 'table'")]
    return {name: shell.rows(f"select * from {name}") for name in tables}


def _typed(shell: Shell, name: str) -> list[str]:
    old, mapping = table(shell, row(7))
    tree = shell.file("tree.toml", shell("divisions", "show", "--toml").out.replace("柳荫", "新荫"))
    words = _OPERATORS[name].format(old=old, mapping=mapping, tree=tree)
    return [*name.split(), *words.split()]


@pytest.mark.parametrize("name", _OPERATORS)
def test_nobody_who_is_listed_at_a_desk_does_what_is_the_operators(
    town: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    shutil.copytree(town[0], tmp_path / "town")
    shell = Shell(tmp_path / "town")
    for module in ("run", "up"):  # without the law they would run until somebody stops them
        monkeypatch.setattr(f"router.cli.{module}.run_roles", lambda *_: None)
    typed, before = _typed(shell, name), _kept(shell)
    monkeypatch.setattr(getpass, "getuser", lambda: _CLERK)
    refused = shell(*typed)
    assert (refused.code, refused.out) == (5, ""), refused
    assert f"the account {_CLERK} belongs to liuyin" in refused.err
    assert f"账号 {_CLERK} 属于 liuyin" in shell(*typed, lang="zh").err
    assert _kept(shell) == before


@pytest.mark.parametrize("name", sorted(_REHEARSED))
def test_what_it_would_come_to_is_said_to_a_clerk_too(
    town: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    shutil.copytree(town[0], tmp_path / "town")
    shell = Shell(tmp_path / "town")
    typed, before = [one for one in _typed(shell, name) if one != "--yes"], _kept(shell)
    monkeypatch.setattr(getpass, "getuser", lambda: _CLERK)
    assert shell(*typed, "--dry-run").code == 0
    assert _kept(shell) == before


def _required(command: click.Command) -> list[str]:
    """Something that may be said of each option without which the command is not understood."""
    said = []
    for option in command.params:
        if not isinstance(option, click.Option) or not (option.required or option.name == "text"):
            continue
        said.append(max(option.opts, key=len))
        if isinstance(option.type, click.Choice):
            said.append(str(option.type.choices[0]))
        elif option.name in ("due_at", "until"):
            said.append("2030-01-01T00:00:00+08:00")
        elif not option.is_flag:
            said.append("1" if isinstance(option.type, click.IntRange) else "hubin")
    return said


@pytest.mark.parametrize("name", _ABOUT_A_CASE)
def test_nobody_who_is_listed_at_a_desk_speaks_about_a_case_for_another(
    town: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    shutil.copytree(town[0], tmp_path / "town")
    shell = Shell(tmp_path / "town")
    before = shell.rows("select count(*) from entries")
    monkeypatch.setattr(getpass, "getuser", lambda: _CLERK)
    refused = shell(*name.split(), town[1], *_required(COMMANDS[name]), "--as", "supervision")
    assert refused.code == 5, refused
    assert "does not speak as" in refused.err
    assert shell.rows("select count(*) from entries") == before
