"""How wide the columns of a table are: ids and codes are never broken, texts give way."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from router.cli.wrapping import columns_of

#: Columns of the terminal between two columns of a table.
BETWEEN = 3
#: Up to this many columns a piece without spaces is never broken: narrow letters, and Chinese.
_LATIN, _CHINESE = 40, 8


def column_widths(rows: Sequence[Sequence[str]], whole: Collection[int], available: int) -> list[int]:
    """Widths that fit into `available` columns, or as near to it as is possible with every word whole.

    Args:
        rows: the headers and the cells; at least one row.
        whole: columns whose cells stay on one line.
        available: columns of the terminal.
    """
    count = len(rows[0])
    widths = [max(columns_of(row[index]) for row in rows) for index in range(count)]
    least = [widths[index] if index in whole else _least([row[index] for row in rows]) for index in range(count)]
    over = sum(widths) + BETWEEN * (count - 1) - available
    while over > 0:
        index = max(range(count), key=lambda one: widths[one] - least[one])
        if widths[index] <= least[index]:
            break  # Too long a line is better than half a code: it can still be copied.
        widths[index] -= 1
        over -= 1
    return widths


def _least(cells: Collection[str]) -> int:
    """The width below which a word would be broken; a long Chinese text may be broken anywhere."""
    pieces = [piece for cell in cells for piece in cell.split()]
    return max([2, *(min(columns_of(one), _LATIN if one.isascii() else _CHINESE) for one in pieces)])
