"""`case-router replay`: a table of past cases through the real flow; the figures come out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from router.cli.call import Call
from router.cli.grammar import Spoken, option
from router.cli.output import emit, tell
from router.cli.texts import WORDS
from router.cli.words import pick, word
from router.errors import ConfigurationError
from router.replay.run import Replayed, Request, replay as play


@click.command("replay", cls=Spoken, takes_json=False)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@option("--mapping", required=True, type=click.Path(path_type=Path), metavar="FILE")
@option("--policy", required=True, metavar="FILE|PRESET", says="replay --policy")
@option("--as-of", metavar="TIME")
@option("--json", "out", required=True, type=click.Path(path_type=Path), metavar="OUT", says="replay --json")
@click.pass_obj
def replay(call: Call, /, file: Path, mapping: Path, policy: str, as_of: str | None, out: Path) -> int:
    """Replay a file; `-` for OUT is stdout."""
    request = Request(
        file=file,
        mapping=mapping,
        policy=policy,
        as_of=as_of,
        ledger=call.given("ledger"),
        broker=_real(call.given("broker")),
    )
    played = play(
        request,
        say=lambda remark: tell(pick((remark.zh, remark.en))),
        progress=_progress if sys.stderr.isatty() else None,
    )
    _write(played, out)
    tell(
        word(
            "replayed",
            tally=word("comma").join(f"{_counted(name)} {count}" for name, count in sorted(played.tally.items())),
        )
    )
    return played.exit_code


def _counted(name: str) -> str:
    """What happened to commands, in words; the code of a refusal or of a trouble as it is."""
    return word(f"tally_{name}") if f"tally_{name}" in WORDS else name


def _write(played: Replayed, out: Path) -> None:
    if str(out) == "-":
        emit(played.out.decode().rstrip("\n"))
        return
    try:
        out.write_bytes(played.out)
    except OSError as error:
        raise ConfigurationError(
            "it cannot be written: {reason}", where=str(out), reason=error.strerror
        ) from error


def _real(broker: str | None) -> str | None:
    """None means the embedded broker, whichever way it is said."""
    return None if broker is None or broker.startswith("embedded") else broker


def _progress(what: str, done: int, of: int) -> None:
    click.echo(f"\r{word('progress_' + what)} {done}/{of}", err=True, nl=0 < of <= done)
