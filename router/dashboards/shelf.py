"""All dashboards, in the order in which a reader goes through them."""

from __future__ import annotations

from router.dashboards import before_complaint, city, desk, district, escalations, pipeline
from router.dashboards.colours import Look
from router.dashboards.spec import Dashboard


def dashboards(look: Look) -> tuple[Dashboard, ...]:
    """Every dashboard in the look of a city's policies."""
    return tuple(one.dashboard(look) for one in (city, district, desk, escalations, before_complaint, pipeline))
