"""The cities that come with the program: data files, read through the same door as a user's own."""

from __future__ import annotations

from importlib import resources

from router.core.territory.division_files import load_toml, refusal
from router.core.territory.divisions import check, complete
from router.core.territory.tree import TreeFile


def demo_city() -> TreeFile:
    """云溪市, a city that does not exist, completed: 4 districts, 14 street offices, its departments.

    Two offices work through the shell, one is inactive, supervision has five levels with a desk each.
    """
    text = resources.files("router").joinpath("data", "cities", "demo.toml").read_text(encoding="utf-8")
    loaded = load_toml(text, "demo.toml")
    file = complete(loaded.file)
    faults = check(file, loaded.origin)
    if faults:
        raise refusal(faults)
    return file
