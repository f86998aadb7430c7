"""No command of the shell tells whoever a report names that there is one: all of the grammar is gone through."""

from __future__ import annotations

import getpass
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest

from router.app import installation
from router.arrivals import direct
from router.cli.reading import Gate
from router.core.timing.deadlines import wake_up
from router.presets import preset_text
from router.settings import Settings
from tests.unit.cli.conftest import Shell
from tests.unit.cli.grammar import COMMANDS
from tests.unit.cli.test_case_import import row, table
from tests.unit.cli.test_guards import RECEIVED, put_on
from tests.unit.cli.test_parked import accept, park

_REPORT = ("--matter", "report", "--subject-desk", "wanghu", "--named-person", "wang")
#: Who must not find it: whom it names, and whoever sits at the desk that it is about.
_LISTED = "ting.1"
_KEPT_OUT = ("wang", _LISTED)


def _list_accounts(shell: Shell) -> None:
    assert shell("divisions", "accounts", "wanghu", "--add", _LISTED).code == 0


def _sit_down_as(monkeypatch: pytest.MonkeyPatch, account: str) -> None:
    """From now on that account types."""
    monkeypatch.setattr(getpass, "getuser", lambda: account)


def _urged(shell: Shell, _: pytest.MonkeyPatch) -> tuple[str, str]:
    case = shell.open(*_REPORT)
    assert shell("case", "urge", case).code == 0
    return case, "--all"


def _inspected(shell: Shell, _: pytest.MonkeyPatch) -> tuple[str, str]:
    """The task: it is not there for whom its case names."""
    case = shell.open(*_REPORT)
    ordered = shell("inspection", "order", "--case", case, "--due", "2030-01-01T00:00:00+08:00")
    return ordered.out.strip(), "--all"


def _open(shell: Shell, _: pytest.MonkeyPatch) -> tuple[str, str]:
    return shell.open(*_REPORT), "--all"


def _parked(shell: Shell, _: pytest.MonkeyPatch) -> tuple[str, str]:
    case = shell.open(*_REPORT)
    park(shell, "about-the-report", "failed", accept(case, "x"), case=case)
    return "about-the-report", ""


def _held(shell: Shell, _: pytest.MonkeyPatch) -> tuple[str, str]:
    case = shell.open(*_REPORT, *RECEIVED)
    put_on(shell)
    # Whatever only tells somebody goes on, and is taken with the next command.
    assert shell("case", "report", case, "--desk", _lead(shell, case), "--text", "x").code == 0
    return case, ""


def _overdue(shell: Shell, _: pytest.MonkeyPatch) -> tuple[str, str]:
    return shell.open(*_REPORT, *RECEIVED), "--grace 0 --outbox 0"


def _to_be_asked(shell: Shell, _: pytest.MonkeyPatch) -> tuple[str, str]:
    """All of those that are resolved are drawn."""
    text = preset_text("policies", "assessed-units").replace("sample = 0.3", "sample = 0.999999")
    assert shell("policy", "import", shell.file("assessed-units.toml", text), "default").code == 0
    case = shell.open(*_REPORT)
    assert shell("case", "resolve", case, "--desk", _lead(shell, case)).code == 0
    return case, ""


def _drawn(shell: Shell, patch: pytest.MonkeyPatch) -> tuple[str, str]:
    patch.setattr("router.cli.follow_up._is_over", lambda *_: True)
    case, _ = _to_be_asked(shell, patch)
    (drawn,) = [one for one in _shown(shell, case)["history"] if "seed_hash" in one["event"]]
    return case, f"--day {drawn['event']['day']}"


def _lead(shell: Shell, case: str) -> str:
    return str(_shown(shell, case)["case"]["lead"])


def _shown(shell: Shell, case: str) -> Any:
    return shell("case", "show", case, "--json").json


#: Commands that print ids of cases; what makes one stand there for a report, and what is typed to see it.
_LISTING: dict[str, Callable[[Shell, pytest.MonkeyPatch], tuple[str, str]]] = {
    "case list": _open,
    "notices list": _urged,
    "follow-up list": _to_be_asked,
    "follow-up verify": _drawn,
    "inspection list": _inspected,
    "parked list": _parked,
    "sla held": _held,
    "audit": _overdue,
}
#: They need more than a word to find anything.
_TESTED_ALONE = {
    "case export",
    "inspection order",
    "inspection plan",
    "parked show",
    "parked drop",
    "parked replay",
}
#: The others, and what is typed to see that they neither name nor repeat the report; `{longer}` is a policy file,
#: `{old}` and `{mapping}` a table that has the report's source id, `{own}` a folder.
_NAMELESS = {
    "status": "",
    "health": "",
    "check": "{longer}",
    "case open": "--source old --source-id 1 --text mine",
    "case import": "--open {old} --mapping {mapping}",
    "inspection hash": "--seed 0123456789abcdef",
    "divisions add": "new --name 新街道 --parent hubin",
    "divisions accounts": "liuyin --add li.9",
    "divisions rename": "liuyin --name 新名",
    "divisions import": "{tree}",
    "divisions deactivate": "hubin",
    "divisions merge": "hubin --into yunxi",
    "divisions redirect": "hubin --to yunxi",
    "divisions reroute": "",
    "divisions list": "",
    "divisions show": "hubin",
    "divisions categories": "",
    "policy replan": "--yes",
    "policy import": "{longer}",
    "policy list": "",
    "policy show": "default",
    "policy presets": "",
    "sla due": "{old} --policy default --columns received=opened",
    "sla release": "--by li --reason storm",
    "sla cancel": "--by li --reason storm",
    "sla hold": "--all --reason storm --by li",
    "sla unhold": "1 --by li",
    "sla holds": "",
    "sla catch-up": "--dry-run",
    "sla what-if": "--policy {longer} --since 2026-01-01",
    "escalation undo": "--since 2026-01-01 --until 2099-01-01 --by li --reason clock",
    "calendar import": "cn",
    "calendar recompute": "",
    "calendar show": "",
    "calendar check": "",
    "db upgrade": "",
    "db status": "",
    "topology definitions": "",
    "report week": "--draft",
    "figures show": "",
    "figures recount": "",
    "rules render": "--out {own}",
    "dashboards render": "--out {own}",
}
#: They run until they are stopped, make a city of their own, or need a broker, of which they name queues.
_NEVER_HERE = {"demo", "up", "run", "replay", "topology plan", "topology apply", "recover"}
_OTHERS = {*_TESTED_ALONE, *_NAMELESS, *_NEVER_HERE}


_ABOUT_A_CASE = sorted(
    name
    for name, one in COMMANDS.items()
    if any(isinstance(said, click.Argument) and said.name == "case_id" for said in one.params)
)


def _required(command: click.Command) -> list[str]:
    """Something that may be said of each option without which the command is not understood."""
    said = []
    for option in command.params:
        if isinstance(option, click.Option) and (option.required or option.name == "text"):
            said.append(max(option.opts, key=len))
            if isinstance(option.type, click.Choice):
                said.append(str(option.type.choices[0]))
            elif option.is_flag:
                continue
            elif isinstance(option.type, click.IntRange):
                said.append("1")
            elif option.name in ("due_at", "until"):
                said.append("2030-01-01T00:00:00+08:00")
            else:
                said.append("hubin")
    return said


def test_every_command_of_the_grammar_is_known_to_tell_of_cases_or_not() -> None:
    assert sorted({*_LISTING, *_OTHERS, *_ABOUT_A_CASE}) == sorted(COMMANDS)
    assert len(_ABOUT_A_CASE) > 30


@pytest.mark.parametrize("account", _KEPT_OUT)
@pytest.mark.parametrize("name", _ABOUT_A_CASE)
def test_for_whom_it_is_kept_from_no_command_finds_the_case(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str, account: str
) -> None:
    _list_accounts(shell)
    case = shell.open(*_REPORT)
    _sit_down_as(monkeypatch, account)
    command = COMMANDS[name]
    who = ["--as", "supervision"] if any("--as" in one.opts for one in command.params) else []
    kept = shell(*name.split(), case, *_required(command), *who)
    assert (kept.code, kept.out, "no case" in kept.err) == (3, "", True), kept


@pytest.mark.parametrize("account", _KEPT_OUT)
@pytest.mark.parametrize("name", _LISTING)
def test_for_whom_it_is_kept_from_no_list_has_the_case(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str, account: str
) -> None:
    _list_accounts(shell)
    about, more = _LISTING[name](shell, monkeypatch)

    def listed() -> list[bool]:
        """Whether it is there: for people, and in JSON."""
        every = [shell(*name.split(), *more.split(), *form) for form in ((), ("--json",))]
        assert all(done.code in (0, 7) for done in every), every
        return [about in done.out + done.err for done in every]

    _sit_down_as(monkeypatch, "li")
    assert listed() == [True, True]
    _sit_down_as(monkeypatch, account)
    assert listed() == [False, False]
    monkeypatch.setattr(Gate, "hides", lambda *_: False)  # it is the gate that keeps it out, and nothing else
    assert listed() == [True, True]


def test_whoever_is_named_sends_nobody_to_inspect_it(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    case = shell.open(*_REPORT)
    _sit_down_as(monkeypatch, "wang")
    refused = shell("inspection", "order", "--case", case, "--due", "2030-01-01T00:00:00+08:00")
    assert (refused.code, "no case" in refused.err) == (3, True)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory, _city: Path) -> tuple[Path, tuple[str, ...]]:
    """A ledger with reports that are there for every command: one went up in vain, a deadline of one is held."""
    folder = tmp_path_factory.mktemp("town") / "town"
    shutil.copytree(_city, folder)
    shell = Shell(folder)
    _list_accounts(shell)
    told = (*_REPORT, "--source", "old", "--text", _WORDS)
    first = shell.open(*told, source_id="1")
    shell.sql("delete from outbox")  # it was handed over: else its desk would lose nothing
    with installation(Settings(ledger=shell.ledger)) as here:
        router, now = here.leaving_router(), here.now()
        for days in (3, 20):
            later = now + timedelta(days=days)
            due = here.ledger.claim_due(later, 10, 0.0)
            router.carry_out(
                [direct(wake_up(one.case_id, one.milestone, one.due_at), "due") for one in due], later
            )
    assert "escalated from" in shell("case", "show", first).out
    second = shell.open(*told, *RECEIVED, source_id="2")
    put_on(shell)
    assert shell("case", "report", second, "--desk", _lead(shell, second), "--text", "x").code == 0
    return folder, (first, second)


_WORDS = "收受礼金"


@pytest.mark.parametrize("account", _KEPT_OUT)
@pytest.mark.parametrize("name", _NAMELESS)
def test_no_other_command_names_the_case_or_has_its_words(
    town: tuple[Path, tuple[str, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, account: str
) -> None:
    folder, cases = town
    shutil.copytree(folder, tmp_path / "town")
    shell = Shell(tmp_path / "town")
    old, mapping = table(shell, row(1), row(2))
    longer = preset_text("policies", "default").replace('within = "5wd"', 'within = "15wd"')
    files = {
        "old": old,
        "mapping": mapping,
        "longer": shell.file("longer.toml", longer),
        "own": tmp_path / "made",
        "tree": shell.file("tree.toml", shell("divisions", "show", "--toml").out),
    }
    if name == "policy replan":
        assert shell("policy", "import", files["longer"]).code == 0
    _sit_down_as(monkeypatch, account)
    for more in ((), ("--json",)):
        done = shell(*name.split(), *_NAMELESS[name].format(**files).split(), *more)
        assert done.code != 2, done
        assert not any(secret in done.out + done.err for secret in (*cases, _WORDS)), done


def test_what_is_undone_is_counted_and_not_told_by_office(
    town: tuple[Path, tuple[str, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    shell = Shell(town[0])
    undo = ("escalation", "undo", "--since", "2026-01-01", "--until", "2099-01-01", "--by", "li", "--reason", "x")
    _sit_down_as(monkeypatch, "li")
    everybody = shell(*undo, "--dry-run")
    assert "hubin" in everybody.out
    _sit_down_as(monkeypatch, "wang")
    named = shell(*undo, "--dry-run")
    assert (named.out, named.err) == ("", everybody.err)
