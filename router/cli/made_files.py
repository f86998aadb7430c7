"""Files that a command makes: written below a folder, or compared with what lies there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from router.cli.call import Call
from router.cli.output import emit_json, tell
from router.cli.words import word
from router.errors import CheckFailedError


def write_or_compare(call: Call, made: Mapping[str, str], out: Path, *, check: bool, command: str) -> int:
    """Write what differs, or only say so.

    Args:
        call: says whether JSON is asked for.
        made: name below the folder → text.
        out: the folder, which is made if need be.
        check: write nothing.
        command: that makes them again (`rules render`), for the message.

    Returns:
        The exit code: 7 when something was to be compared and differs.
    """
    changed = [name for name, text in made.items() if _there(out / name) != text]
    for name in changed if not check else ():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[name], encoding="utf-8")
    if call.as_json:
        emit_json({"folder": str(out), "changed": changed, "unchanged": sorted(set(made) - set(changed))})
    for name in made if not call.as_json else ():
        state = "made_same" if name not in changed else "made_differs" if check else "made_written"
        tell(word(state, path=str(out / name), command=command))
    return CheckFailedError.exit_code if check and changed else 0


def _there(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
