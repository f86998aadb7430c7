"""What a command asks, as sixteen letters: a repeat has the same ones, another command under its id has others."""

from __future__ import annotations

import hashlib

import msgspec

from router.core.commands.base import Command
from router.core.commands.life import Open

_LETTERS = 16


def fingerprint(command: Command) -> str:
    """What a command asks, and by whom. When it was sent is no part of it, nor are personal data, which are taken
    out on the way."""
    same = msgspec.structs.replace(command, id="", at=None)
    if isinstance(same, Open):
        same = msgspec.structs.replace(same, contact=None, contact_ref=None, complainant=None)
    return hashlib.sha256(msgspec.msgpack.encode(same)).hexdigest()[:_LETTERS]
