"""The committed rules and routes in a hurry: minutes become seconds, and nothing else is changed."""

from __future__ import annotations

import re
from pathlib import Path

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


def rules() -> dict[str, str]:
    """File below the folder of prometheus.yml → text."""
    return {
        f"rules/{path.name}": _hurried(path.read_text(encoding="utf-8"))
        for path in (DEPLOY / "prometheus" / "rules").iterdir()
    }


def routes() -> str:
    """Text of alertmanager.yml; half a minute is two seconds."""
    text = (DEPLOY / "alertmanager" / "alertmanager.yml").read_text(encoding="utf-8")
    return _hurried(text).replace("group_wait: 30s", "group_wait: 2s")


def _hurried(text: str) -> str:
    return re.sub(r"(?m)^(.*(?:for|interval): \d+)m$", r"\1s", text)
