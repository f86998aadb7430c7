"""How commands are declared: help in two languages, modules imported when needed, options that hold everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, TypeVar

import click

from router.cli import help_words
from router.cli.call import Call
from router.cli.words import LANGUAGES, choose_language, said, word
from router.cli.wrapping import wrapped
from router.errors import UsageError

_Function = TypeVar("_Function", bound=Callable[..., Any])


def option(*declarations: str, says: str | None = None, **more: Any) -> Callable[[_Function], _Function]:
    """An option; `says` names its sentence in `help_words.OPTIONS` when that is not the option's own name."""
    return click.option(*declarations, cls=SpokenOption, says=says, **more)


class SpokenOption(click.Option):
    """An option that explains itself in the reader's language."""

    def __init__(self, declarations: Any, *, says: str | None = None, **more: Any) -> None:
        super().__init__(declarations, **more)
        self.says = says or max(self.opts, key=len)

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The two columns of the help."""
        self.help = help_words.of_option(self.says)
        record = super().get_help_record(ctx)
        return None if record is None else (record[0], _respoken(record[1]))


def _respoken(help_text: str) -> str:
    """What click adds about a default, in the reader's language."""
    text, bracket, more = help_text.rpartition("  [")
    more = re.sub(r"\bdefault: ", word("help_default"), more)
    return text + bracket + re.sub(r"\brequired\]$", f"{word('help_required')}]", more)


def everywhere(*, hidden: bool, takes_json: bool = True) -> list[click.Parameter]:
    """The options that may stand before or after the command's name; help lists them once, at the top."""
    more: dict[str, Any] = {"expose_value": False, "hidden": hidden}
    return [
        SpokenOption(["--settings"], type=click.Path(), metavar="FILE", callback=_note, **more),
        SpokenOption(["--ledger"], metavar="URL", callback=_note, **more),
        SpokenOption(["--broker"], metavar="URL", callback=_note, **more),
        SpokenOption(["--lang"], type=click.Choice(LANGUAGES), callback=_note_language, is_eager=True, **more),
        SpokenOption(["--log"], type=click.Choice(["text", "json"]), callback=_note, **more),
        *([SpokenOption(["--json"], is_flag=True, default=None, callback=_note, **more)] if takes_json else []),
    ]


def _note(ctx: click.Context, param: click.Parameter, value: Any) -> None:
    call = ctx.find_root().ensure_object(Call)
    if value is not None and param.name is not None:
        call.note(param.name, value)


def _note_language(_ctx: click.Context, _param: click.Parameter, value: str | None) -> None:
    if value is not None:
        choose_language(value)


class Spoken(click.Command):
    """A command that explains itself in the reader's language."""

    def __init__(self, name: str | None, *, takes_json: bool = True, **more: Any) -> None:
        super().__init__(name, **more)
        self.params.extend(everywhere(hidden=True, takes_json=takes_json))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Refuse what no ledger can keep: of an argument's bytes that are no UTF-8, Python makes half characters.

        The names of files may be anything.
        """
        rest = super().parse_args(ctx, args)
        for param in self.params:
            value = ctx.params.get(param.name or "")
            if isinstance(value, str) and not isinstance(param.type, click.Path) and not _is_text(value):
                raise UsageError(said("not_utf8", where=param.opts[0]), todo=said("not_utf8_todo"))
        return rest

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The first line."""
        _usage(self, ctx, formatter)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The sentences about the command."""
        _text(ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of options."""
        _options(self, ctx, formatter)


def _is_text(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


class Nouns(click.Group):
    """A group of commands, each imported when it is called or, for one of this module, at hand."""

    command_class = Spoken

    def __init__(self, name: str | None = None, lazy: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(name, **more)
        self._lazy = dict(lazy or {})

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Names, in the order in which they were declared."""
        return [*self._lazy, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name in self._lazy:
            module, _, attribute = self._lazy[cmd_name].partition(":")
            found: click.Command = getattr(import_module(module), attribute)
            return found
        return super().get_command(ctx, cmd_name)

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The first line."""
        _usage(self, ctx, formatter)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The sentences about the group."""
        _text(ctx, formatter)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The table of options, then that of commands, without importing any of them."""
        _options(self, ctx, formatter)
        path = _path(ctx)
        rows = [(name, help_words.short(f"{path} {name}".strip())) for name in self.list_commands(ctx)]
        with formatter.section(word("help_commands")):
            formatter.write_dl(rows)


def _path(ctx: click.Context) -> str:
    """The command as typed, without the program's name."""
    return ctx.command_path.partition(" ")[2] if ctx.parent is not None else ""


def _usage(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    pieces = " ".join(command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, pieces, word("help_usage") + " ")


def _text(ctx: click.Context, formatter: click.HelpFormatter) -> None:
    formatter.write_paragraph()
    with formatter.indentation():
        for number, paragraph in enumerate(help_words.long(_path(ctx)).split("\n\n")):
            if number:
                formatter.write_paragraph()
            for line in wrapped(paragraph, formatter.width - formatter.current_indent):
                formatter.write(f"{'':{formatter.current_indent}}{line}\n")


def _options(command: click.Command, ctx: click.Context, formatter: click.HelpFormatter) -> None:
    # Arguments stand in the first line; click would list them here with nothing said about them.
    options = [param for param in command.get_params(ctx) if isinstance(param, click.Option)]
    rows = [record for param in options if (record := param.get_help_record(ctx)) is not None]
    if rows:
        # click's own --help has a sentence of its own.
        rows[-1] = (rows[-1][0], help_words.of_option("--help"))
        with formatter.section(word("help_options")):
            formatter.write_dl(rows)
