"""The map of the core in ARCHITECTURE.md names every module, in the package where it lies."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
CORE = REPOSITORY / "router" / "core"
TEXT = (REPOSITORY / "ARCHITECTURE.md").read_text(encoding="utf-8")
#: One module per family of commands: the table says that in words.
FAMILIES = {"commands", "events", "folds"}
PACKAGES = sorted(folder.name for folder in CORE.iterdir() if (folder / "__init__.py").exists())


def modules(folder: Path) -> set[str]:
    return {file.stem for file in folder.glob("*.py")} - {"__init__"}


@pytest.mark.parametrize("package", sorted(set(PACKAGES) - FAMILIES))
def test_the_row_of_a_package_names_its_modules_and_no_others(package: str) -> None:
    (row,) = (line for line in TEXT.splitlines() if re.match(rf"\| `{package}`(:|\s*\|)", line))
    assert set(re.findall(r"`(\w+)`", row)) - {package} == modules(CORE / package)


def test_what_stands_at_the_top_is_named() -> None:
    said = TEXT[TEXT.index("At the top of `core/`") : TEXT.index("What it needs lies in packages")]
    assert set(re.findall(r"`(\w+)`", said)) == modules(CORE)
