"""What happens to a case that several offices have to do with."""

from __future__ import annotations

from router.core.events.base import Event, Milestone


class Whistled(Event, frozen=True, kw_only=True, tag="Whistled"):
    """吹哨: a desk was called to help; it assists, and must report in by the milestone, which it holds itself."""

    desk: str
    by: str
    milestone: Milestone


class ReportedIn(Event, frozen=True, kw_only=True, tag="ReportedIn"):
    """报到: a called desk is there."""

    desk: str


class AssistAdded(Event, frozen=True, kw_only=True, tag="AssistAdded"):
    """A desk helps with the case; who leads does not change."""

    desk: str
    by: str


class AssistRemoved(Event, frozen=True, kw_only=True, tag="AssistRemoved"):
    """A desk helps no more; a call it has not answered is void."""

    desk: str
    by: str
