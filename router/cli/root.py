"""The command `case-router` itself: where every ending gets its sentence and its exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, NoReturn

import click

from router.cli.call import Call
from router.cli.grammar import Nouns, everywhere
from router.cli.usage_words import of_click
from router.cli.words import LANGUAGES, choose_language, pick, word
from router.errors import ConfigurationError, RouterError


class Root(Nouns):
    """All commands. A command returns its exit code, or None for 0."""

    def __init__(self, name: str, commands: Mapping[str, str]) -> None:
        super().__init__(name, commands, params=everywhere(hidden=False), no_args_is_help=True)
        self.params.append(_version_option())

    def main(  # type: ignore[override]
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        **extra: Any,
    ) -> NoReturn:
        """Run a command and leave with its exit code; no traceback reaches the terminal."""
        extra.pop("standalone_mode", None)
        args = list(sys.argv[1:] if args is None else args)
        choose_language(_language(args))

        def run() -> Any:
            _require_language(args)
            return super(Root, self).main(args, prog_name or self.name, complete_var, **_PLAIN, **extra)

        sys.exit(_ending(run))

    def invoke(self, ctx: click.Context) -> Any:
        """Set up logging before anything can log; `up` and `run` ask for more of it themselves."""
        from router.logs import configure

        configure(as_json=ctx.ensure_object(Call).log_json, level="warning")
        return super().invoke(ctx)


def _language(args: Sequence[str]) -> str:
    """The language of this call, known before anything is parsed: help and errors are in it wherever it stands."""
    said = [value for name, value in pairwise(args) if name == "--lang"]
    said += [one.partition("=")[2] for one in args if one.startswith("--lang=")]
    said += [os.environ.get("CASE_ROUTER_LANG", "")]
    return next((one for one in said if one in LANGUAGES), LANGUAGES[0])


def _require_language(args: Sequence[str]) -> None:
    """Refuse a language that nobody speaks here, rather than answer in another; `--lang` is looked at by itself.

    Raises:
        ConfigurationError: the environment names one.
    """
    value = os.environ.get("CASE_ROUTER_LANG", "")
    if value and value not in LANGUAGES and not any(one.partition("=")[0] == "--lang" for one in args):
        raise ConfigurationError(
            "CASE_ROUTER_LANG is {value!r}",
            todo="Set it to one of {known}.",
            value=value,
            known=", ".join(LANGUAGES),
        )


_PLAIN: dict[str, Any] = {"standalone_mode": False}


def _ending(run: Any) -> int:
    """Run to the end, say what went wrong, and give the exit code."""
    try:
        code = run()
    except RouterError as error:
        _say(pick((error.what_zh, error.what)), error.where, pick((error.todo_zh, error.todo)))
        return error.exit_code
    except click.ClickException as error:
        _say_usage(error)
        return error.exit_code
    except click.Abort:
        click.echo(word("interrupted"), err=True)
        return 1
    except Exception as error:  # noqa: BLE001 - the last door: the terminal gets one line, the file the rest
        click.echo(word("unexpected", error=type(error).__name__, file=_keep_traceback()), err=True)
        return 1
    return code if isinstance(code, int) else 0


def _say(what: str, where: str, todo: str) -> None:
    """An error as what, where, what to do."""
    click.echo(word("error_what", what=what), err=True)
    if where:
        click.echo(word("error_where", where=where), err=True)
    if todo:
        click.echo(word("error_todo", todo=todo), err=True)


def _say_usage(error: click.ClickException) -> None:
    ctx = getattr(error, "ctx", None)
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return
    todo = word("see_help", command=ctx.command_path) if ctx is not None else ""
    what = of_click(error.format_message())
    _say(pick((what.zh, what.en)), "", todo)


def _keep_traceback() -> Path:
    """The traceback in a file that only its owner may read: it may quote what was being handled."""
    with NamedTemporaryFile("w", prefix="case-router-", suffix=".log", delete=False, encoding="utf-8") as file:
        traceback.print_exc(file=file)
        return Path(file.name)


def _version_option() -> click.Option:
    from router.cli.grammar import SpokenOption

    def show(ctx: click.Context, _param: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
        if value and not ctx.resilient_parsing:
            from router import __version__

            click.echo(f"case-router {__version__}")
            ctx.exit()

    return SpokenOption(["--version"], is_flag=True, expose_value=False, is_eager=True, callback=show)
