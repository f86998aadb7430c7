"""The tables of the figures: what changed, how each case was counted last, what all add up to, and the problems.

All of it follows from the entries and can be counted anew; the rest of the ledger is in `schema`.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Identity, Index, Integer, Table, Text, text

from router.ledger.columns import ID, JSON_TEXT, Instant
from router.ledger.schema import SEQ, metadata

#: Cases that have changed since the figures counted them; written with the change, taken by the role `metrics`.
uncounted = Table(
    "uncounted",
    metadata,
    Column("seq", SEQ, Identity(always=True), primary_key=True),
    Column("case_id", ID, nullable=False),
    # Rows come and go: dead ones must not pile up in front of the index.
    postgresql_with={"autovacuum_vacuum_scale_factor": 0.01},
)

#: How each case stands, as the figures counted it last (`router.core.counting.standing`).
standings = Table(
    "standings",
    metadata,
    Column("case_id", ID, primary_key=True),
    # So many of its entries are in the tallies.
    Column("counted", Integer, nullable=False),
    Column("district", ID, nullable=False),
    Column("category", ID, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("due_at", Instant),
    Column("due_met", Boolean, nullable=False),
    Column("changed_due_at", Instant),
    Column("changed_met", Boolean, nullable=False),
    Column("due_desk", ID, nullable=False),
    Column("lead", ID, nullable=False),
    Column("tier", Text, nullable=False),
    Column("suspended", Boolean, nullable=False),
    Column("level", Integer, nullable=False),
    Column("proposed", Boolean, nullable=False),
    # From when on it has which colour.
    Column("colours", JSON_TEXT, nullable=False),
    CheckConstraint("counted >= 0", name="counted"),
    Index(None, "due_at"),
    Index(None, "changed_due_at"),
    Index(
        "ix_standings_open",
        "opened_at",
        sqlite_where=text("is_open"),
        postgresql_where=text("is_open"),
    ),
)

#: What all counted cases add up to, by series (`router.core.counting.counted`).
tallies = Table(
    "tallies",
    metadata,
    Column("name", Text, primary_key=True),
    # JSON array of the labels' values.
    Column("labels", ID, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

#: What each case is to the problems (`router.core.counting.problems.Sighting`).
sightings = Table(
    "sightings",
    metadata,
    Column("case_id", ID, primary_key=True),
    # Category group and place key; both null where the case cannot be linked.
    Column("link_group", ID),
    Column("link_place", ID),
    Column("body", JSON_TEXT, nullable=False),
    CheckConstraint("(link_group is null) = (link_place is null)", name="link"),
    Index(None, "link_place", "link_group"),
)

#: Problems (未诉先办): the cases of one place and category that are one matter.
problems = Table(
    "problems",
    metadata,
    # Id of the first case of it, in event order.
    Column("first_case", ID, primary_key=True),
    Column("link_group", ID),
    Column("link_place", ID),
    # Code of the district of the first case.
    Column("district", ID, nullable=False),
    Column("proactive", Boolean, nullable=False),
    Column("first_seen_at", Instant, nullable=False),
    Column("last_resolved_at", Instant),
    # Until when a complaint would still join it.
    Column("recurs_until", Instant),
    Column("before", Boolean, nullable=False),
    Column("on_the_spot", Boolean, nullable=False),
    Column("verified", Boolean, nullable=False),
    # Ids of its cases, in event order.
    Column("members", JSON_TEXT, nullable=False),
    CheckConstraint("(last_resolved_at is null) = (recurs_until is null)", name="recurs"),
    CheckConstraint("not before or recurs_until is not null", name="before"),
    Index(None, "link_place", "link_group"),
    Index(None, "first_seen_at"),
    Index(None, "last_resolved_at"),
    Index(None, "recurs_until", sqlite_where=text("before"), postgresql_where=text("before")),
)
