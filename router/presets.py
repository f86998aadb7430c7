"""The policies and calendars that are shipped with the program, by name."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from router.core.calendars.calendar import Calendar
from router.core.calendars.calendar_file import load_calendar
from router.core.policies.policy import Policy
from router.core.policies.policy_file import load_policy
from router.errors import NotFoundError
from router.sentences import nearest


def list_presets() -> tuple[str, ...]:
    """Names of the shipped policies, sorted."""
    return _names("policies")


def list_calendars() -> tuple[str, ...]:
    """Names of the shipped calendars, sorted."""
    return _names("calendars")


def preset_family(name: str) -> tuple[str, ...]:
    """The shipped policies a name means: itself, and all whose names begin with it (`guangdong`), in order.

    Raises:
        NotFoundError: there is none.
    """
    known = list_presets()
    # The one without a second word takes what the others leave.
    found = (*(one for one in known if one.startswith(f"{name}-")), *(one for one in known if one == name))
    if not found:
        preset_text("policies", name)
    return found


@cache
def preset_policy(name: str) -> Policy:
    """The shipped policy of that name.

    Raises:
        NotFoundError: there is none.
    """
    return load_policy(preset_text("policies", name), f"preset {name}")


@cache
def preset_calendar(name: str) -> Calendar:
    """The shipped calendar of that name.

    Raises:
        NotFoundError: there is none.
    """
    return load_calendar(preset_text("calendars", name), f"calendar {name}")


def preset_text(kind: str, name: str) -> str:
    """The TOML of a shipped policy or calendar, as a starting point for one's own.

    Args:
        kind: `policies` or `calendars`.
        name: without the ending.

    Raises:
        NotFoundError: there is none of that name.
    """
    known = _names(kind)
    if name not in known:
        raise NotFoundError(
            "there is no {name}",
            where=f"shipped {kind}",
            todo="{nearest}Shipped: {known}.",
            name=name,
            nearest=nearest(name, known),
            known=", ".join(known),
        )
    return (_folder(kind) / f"{name}.toml").read_text(encoding="utf-8")


def _names(kind: str) -> tuple[str, ...]:
    found = (entry.name for entry in _folder(kind).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in found if name.endswith(".toml")))


def _folder(kind: str) -> Traversable:
    return files("router") / "data" / kind
