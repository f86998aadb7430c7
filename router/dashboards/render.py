"""Files of all dashboards, in every language.

`python -m router.dashboards.render [FOLDER]` writes those that are committed, from the shipped policies.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from router.dashboards.classic import classic
from router.dashboards.colours import Look, look
from router.dashboards.said import LANGUAGES
from router.dashboards.shelf import dashboards
from router.presets import list_presets, preset_policy
from router.settings import Settings

#: Where the provider of deploy/grafana/provisioning finds them: a folder for each language.
FOLDER = Path("deploy/grafana/dashboards")


def shipped_look() -> Look:
    """Of all policies that are shipped, and the target that is a city's where it sets none."""
    return look((preset_policy(name) for name in list_presets()), Settings().on_time_target)


def rendered(chosen: Look) -> Iterator[tuple[str, str]]:
    """Path (`zh/city.json`) and content of each file; the same look, the same bytes."""
    shelf = dashboards(chosen)
    for language in LANGUAGES:
        for dashboard in shelf:
            content = classic(dashboard, shelf, language)
            yield f"{language}/{dashboard.slug}.json", json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def written(files: Mapping[str, str], folder: Path) -> tuple[Path, ...]:
    """Write the files below a folder, which is made if need be, and return their paths.

    Raises:
        OSError: the folder cannot be written.
    """
    paths = []
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        paths.append(path)
    return tuple(paths)


if __name__ == "__main__":
    written(dict(rendered(shipped_look())), Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
