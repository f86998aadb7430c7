"""Breaking Chinese into lines: it has no spaces to break at, and its letters are two columns wide."""

from __future__ import annotations

from unicodedata import east_asian_width

#: What may not begin a line.
_CLOSING = frozenset("，。；：、）”！？,.;:)")


def columns_of(text: str) -> int:
    """Columns that a text takes in a terminal."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def wrapped(text: str, columns: int) -> list[str]:
    """Lines of at most `columns` columns; Latin words are kept whole, closing marks stay with what they close."""
    lines, line = [], ""
    for piece in _pieces(text):
        if line and columns_of(line + piece.rstrip()) > columns:
            lines.append(line.rstrip())
            line = piece.lstrip()
        else:
            line += piece
    return [*lines, line.rstrip()]


def _pieces(text: str) -> list[str]:
    """The parts between which a line may end."""
    pieces: list[str] = []
    for letter in text:
        joins = pieces and (letter in _CLOSING or (_is_narrow(letter) and _is_narrow(pieces[-1][-1])))
        # A space ends a Latin word and stays with it.
        if joins and not (pieces[-1].endswith(" ") and letter != " "):
            pieces[-1] += letter
        else:
            pieces.append(letter)
    return pieces


def _is_narrow(letter: str) -> bool:
    return east_asian_width(letter) not in "WF"
