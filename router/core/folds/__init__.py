"""How each kind of event changes a case, by family; `router.core.history` puts them together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from router.core import events as e
from router.core.case import Case
from router.core.folds import clocks, guards, inspections, levels, life, links, projects, together

Fold = Callable[[Case, Any, e.Entry], None]

#: An event missing here cannot be recorded.
FOLDS: dict[type[e.Event], Fold] = {
    **life.FOLDS,
    **together.FOLDS,
    **clocks.FOLDS,
    **inspections.FOLDS,
    **levels.FOLDS,
    **guards.FOLDS,
    **links.FOLDS,
    **projects.FOLDS,
}
