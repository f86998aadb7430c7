"""The first version: cases and their entries, outbox, parked messages, contacts, notices, versions, beats,
guards, figures.

What stands here is what databases in use were made by: it never changes. The next change is a file of its own.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _id() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _instant() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def _json() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(postgresql.JSON(), "postgresql")


def _seq() -> sa.Column[int]:
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("seq", number, sa.Identity(always=True), nullable=False)


def _partial_index(name: str, table: str, column: str, condition: str) -> None:
    where = sa.text(condition)
    op.create_index(op.f(name), table, [column], sqlite_where=where, postgresql_where=where)


def upgrade() -> None:
    _cases()
    _entries()
    _outbox()
    _parked()
    _contacts()
    _notices()
    _versions()
    _beats()
    _guards()
    _figures()
    _problems()


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("id", _id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("source", _id(), nullable=False),
        sa.Column("source_id", _id(), nullable=False),
        sa.Column("due_tier", sa.Text(), nullable=False),
        sa.Column("lead", _id(), nullable=False),
        sa.Column("district", sa.Text()),
        sa.Column("category", sa.Text()),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("opened_at", _instant(), nullable=False),
        sa.Column("recorded_at", _instant(), nullable=False),
        sa.Column("due_at", _instant()),
        sa.Column("next_due_at", _instant()),
        sa.Column("next_milestone", sa.Text()),
        sa.Column("escalates", sa.Boolean(), nullable=False),
        sa.Column("escalates_at", _instant()),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("wake_at", _instant()),
        sa.Column("dispatched_at", _instant()),
        sa.Column("assigned_at", _instant()),
        sa.Column("resent_tries", sa.Integer()),
        sa.Column("resent_version", sa.Integer()),
        sa.Column("resend_at", _instant()),
        sa.Column("lead_version", sa.Integer(), nullable=False),
        sa.Column("receipt_version", sa.Integer(), nullable=False),
        sa.Column("closed_at", _instant()),
        sa.Column("body", _json(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cases")),
        sa.UniqueConstraint("source", "source_id", name=op.f("uq_cases_source_source_id")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_cases_version")),
        sa.CheckConstraint(
            "state in ('received', 'dispatched', 'accepted', 'resolved', 'closed', 'suspended')",
            name=op.f("ck_cases_state"),
        ),
        sa.CheckConstraint("(state = 'closed') = (closed_at is not null)", name=op.f("ck_cases_closed_at")),
        sa.CheckConstraint("state <> 'closed' or next_due_at is null", name=op.f("ck_cases_closed_is_never_due")),
        sa.CheckConstraint(
            "state not in ('dispatched', 'accepted') or (lead <> '' and assigned_at is not null)",
            name=op.f("ck_cases_lead"),
        ),
        sa.CheckConstraint(
            "(next_due_at is null) = (next_milestone is null)", name=op.f("ck_cases_next_milestone")
        ),
        sa.CheckConstraint("(next_due_at is null) = (wake_at is null)", name=op.f("ck_cases_wake_at")),
        sa.CheckConstraint("wake_at is null or wake_at >= next_due_at", name=op.f("ck_cases_never_woken_early")),
    )
    _partial_index("ix_cases_wake_at", "cases", "wake_at", "wake_at is not null")
    _partial_index("ix_cases_next_due_at", "cases", "next_due_at", "next_due_at is not null")
    _partial_index("ix_cases_lead", "cases", "lead", "state <> 'closed'")
    _partial_index("ix_cases_held", "cases", "held", "held")
    op.create_index(op.f("ix_cases_recorded_at"), "cases", ["recorded_at"])
    _partial_index("ix_cases_assigned_at", "cases", "assigned_at", "state = 'dispatched'")


def _entries() -> None:
    op.create_table(
        "entries",
        _seq(),
        sa.Column("case_id", _id(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("cause", _id(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("event_at", _instant(), nullable=False),
        sa.Column("recorded_at", _instant(), nullable=False),
        sa.Column("data", _json(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_entries")),
        sa.UniqueConstraint("cause", "ordinal", name=op.f("uq_entries_cause_ordinal")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_entries_version")),
        sa.CheckConstraint("ordinal >= 0", name=op.f("ck_entries_ordinal")),
    )
    op.create_index(op.f("ix_entries_case_id_seq"), "entries", ["case_id", "seq"])
    _partial_index("ix_entries_escalated_at", "entries", "event_at", "type in ('Escalated', 'EscalationUndone')")


def _outbox() -> None:
    op.create_table(
        "outbox",
        _seq(),
        sa.Column("id", _id(), nullable=False),
        sa.Column("exchange", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("case_id", _id(), nullable=False),
        sa.Column("case_version", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("timestamp", _instant(), nullable=False),
        sa.Column("mandatory", sa.Boolean(), nullable=False),
        sa.Column("user_id", sa.Text()),
        sa.Column("headers", _json(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Boolean(), nullable=False),
        sa.Column("not_before", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_outbox")),
        sa.UniqueConstraint("id", name=op.f("uq_outbox_id")),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outbox_attempts")),
        postgresql_with={"autovacuum_vacuum_scale_factor": 0.01},
    )
    op.create_index(op.f("ix_outbox_not_before_seq"), "outbox", ["not_before", "seq"])
    op.create_table(
        "late_hand_overs",
        sa.Column("message_id", _id(), nullable=False),
        sa.Column("case_id", _id(), nullable=False),
        sa.Column("delivered_at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_late_hand_overs")),
    )


def _parked() -> None:
    op.create_table(
        "parked",
        _seq(),
        sa.Column("id", _id(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("case_id", _id(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text()),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("parked_at", _instant(), nullable=False),
        sa.Column("replayed_at", _instant()),
        sa.Column("dismissed_at", _instant()),
        sa.Column("dismissed_by", sa.Text()),
        sa.Column("dismissed_reason", sa.Text()),
        sa.Column("outgoing", _json()),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_parked")),
        sa.UniqueConstraint("id", name=op.f("uq_parked_id")),
        sa.CheckConstraint(
            "(dismissed_at is null) = (dismissed_by is null) "
            "and (dismissed_at is null) = (dismissed_reason is null)",
            name=op.f("ck_parked_dismissed"),
        ),
    )
    _partial_index("ix_parked_case_id", "parked", "case_id", "replayed_at is null and dismissed_at is null")


def _contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("ref", _id(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("kept_at", _instant(), nullable=False),
        sa.Column("expires_at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("ref", name=op.f("pk_contacts")),
    )
    op.create_index(op.f("ix_contacts_expires_at"), "contacts", ["expires_at"])
    op.create_table(
        "appeals",
        sa.Column("content_key", _id(), nullable=False),
        sa.Column("case_id", _id(), nullable=False),
        sa.Column("source", _id(), nullable=False),
        sa.Column("opened_at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("content_key", name=op.f("pk_appeals")),
    )
    op.create_index(op.f("ix_appeals_opened_at"), "appeals", ["opened_at"])
    op.create_table(
        "contact_reads",
        _seq(),
        sa.Column("ref", _id(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("read_at", _instant(), nullable=False),
        sa.Column("found", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_contact_reads")),
        sa.CheckConstraint("reader <> '' and reason <> ''", name=op.f("ck_contact_reads_who_and_why")),
    )
    op.create_index(op.f("ix_contact_reads_ref"), "contact_reads", ["ref"])


def _notices() -> None:
    op.create_table(
        "notices",
        _seq(),
        sa.Column("recipient", _id(), nullable=False),
        sa.Column("case_id", _id(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("milestone", sa.Text(), nullable=False),
        sa.Column("due_at", _instant()),
        sa.Column("ring", sa.Text(), nullable=False),
        sa.Column("calendar", sa.Text(), nullable=False),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("ring_at", _instant()),
        sa.Column("sent_at", _instant()),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_notices")),
        sa.CheckConstraint("ring in ('now', 'hours', 'digest')", name=op.f("ck_notices_ring")),
        sa.CheckConstraint("ring_at is null or sent_at is null", name=op.f("ck_notices_sent_rings_no_more")),
    )
    _partial_index("ix_notices_ring_at", "notices", "ring_at", "ring_at is not null")
    op.create_index(op.f("ix_notices_created_at"), "notices", ["created_at"])
    op.create_table(
        "notified",
        sa.Column("recipient", _id(), nullable=False),
        sa.Column("told_at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("recipient", name=op.f("pk_notified")),
    )


def _versions() -> None:
    op.create_table(
        "versions",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("put_at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "version", name=op.f("pk_versions")),
    )
    op.create_table(
        "current_versions",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("since", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_current_versions")),
    )


def _beats() -> None:
    op.create_table(
        "beats",
        sa.Column("instance", _id(), nullable=False),
        sa.Column("loop", _id(), nullable=False),
        sa.Column("queue", _id(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("started_at", _instant(), nullable=False),
        sa.Column("beat_at", _instant(), nullable=False),
        sa.Column("clear_until", _instant()),
        sa.Column("stopped_at", _instant()),
        sa.PrimaryKeyConstraint("instance", "loop", "queue", name=op.f("pk_beats")),
    )
    op.create_index(op.f("ix_beats_beat_at"), "beats", ["beat_at"])


def _guards() -> None:
    op.create_table(
        "brakes",
        _seq(),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("braked_at", _instant(), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("threshold", sa.Integer(), nullable=False),
        sa.Column("skew_s", sa.Float(), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("ended_how", sa.Text()),
        sa.Column("ended_at", _instant()),
        sa.Column("ended_by", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_brakes")),
        sa.CheckConstraint(
            "holds = (ended_at is null) and holds = (ended_how is null)", name=op.f("ck_brakes_ended")
        ),
    )
    where = sa.text("holds")
    op.create_index(
        op.f("ix_brakes_holds"), "brakes", ["holds"], unique=True, sqlite_where=where, postgresql_where=where
    )
    op.create_table(
        "holds",
        sa.Column("id", _id(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("what", _id(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("since", _instant(), nullable=False),
        sa.Column("until", _instant()),
        sa.Column("released_at", _instant()),
        sa.Column("released_by", sa.Text()),
        sa.Column("restored_to", _instant()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_holds")),
        sa.CheckConstraint("reason <> '' and \"by\" <> ''", name=op.f("ck_holds_who_and_why")),
        sa.CheckConstraint("(released_at is null) = (released_by is null)", name=op.f("ck_holds_released")),
    )
    op.create_index(op.f("ix_holds_since"), "holds", ["since"])
    op.create_table(
        "staffing",
        sa.Column("desk", _id(), nullable=False),
        sa.Column("consuming_at", _instant()),
        sa.Column("reported_at", _instant()),
        sa.PrimaryKeyConstraint("desk", name=op.f("pk_staffing")),
    )


def _figures() -> None:
    op.create_table(
        "uncounted",
        _seq(),
        sa.Column("case_id", _id(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_uncounted")),
        postgresql_with={"autovacuum_vacuum_scale_factor": 0.01},
    )
    op.create_table(
        "standings",
        sa.Column("case_id", _id(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("district", _id(), nullable=False),
        sa.Column("category", _id(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("opened_at", _instant(), nullable=False),
        sa.Column("due_at", _instant()),
        sa.Column("due_met", sa.Boolean(), nullable=False),
        sa.Column("changed_due_at", _instant()),
        sa.Column("changed_met", sa.Boolean(), nullable=False),
        sa.Column("due_desk", _id(), nullable=False),
        sa.Column("lead", _id(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("suspended", sa.Boolean(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("proposed", sa.Boolean(), nullable=False),
        sa.Column("colours", _json(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_standings")),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_standings_counted")),
    )
    op.create_index(op.f("ix_standings_due_at"), "standings", ["due_at"])
    op.create_index(op.f("ix_standings_changed_due_at"), "standings", ["changed_due_at"])
    _partial_index("ix_standings_open", "standings", "opened_at", "is_open")
    op.create_table(
        "tallies",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("labels", _id(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "labels", name=op.f("pk_tallies")),
    )


def _problems() -> None:
    op.create_table(
        "sightings",
        sa.Column("case_id", _id(), nullable=False),
        sa.Column("link_group", _id()),
        sa.Column("link_place", _id()),
        sa.Column("body", _json(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_sightings")),
        sa.CheckConstraint("(link_group is null) = (link_place is null)", name=op.f("ck_sightings_link")),
    )
    op.create_index(op.f("ix_sightings_link_place_link_group"), "sightings", ["link_place", "link_group"])
    op.create_table(
        "problems",
        sa.Column("first_case", _id(), nullable=False),
        sa.Column("link_group", _id()),
        sa.Column("link_place", _id()),
        sa.Column("district", _id(), nullable=False),
        sa.Column("proactive", sa.Boolean(), nullable=False),
        sa.Column("first_seen_at", _instant(), nullable=False),
        sa.Column("last_resolved_at", _instant()),
        sa.Column("recurs_until", _instant()),
        sa.Column("before", sa.Boolean(), nullable=False),
        sa.Column("on_the_spot", sa.Boolean(), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("members", _json(), nullable=False),
        sa.PrimaryKeyConstraint("first_case", name=op.f("pk_problems")),
        sa.CheckConstraint("(last_resolved_at is null) = (recurs_until is null)", name=op.f("ck_problems_recurs")),
        sa.CheckConstraint("not before or recurs_until is not null", name=op.f("ck_problems_before")),
    )
    op.create_index(op.f("ix_problems_link_place_link_group"), "problems", ["link_place", "link_group"])
    op.create_index(op.f("ix_problems_first_seen_at"), "problems", ["first_seen_at"])
    op.create_index(op.f("ix_problems_last_resolved_at"), "problems", ["last_resolved_at"])
    _partial_index("ix_problems_recurs_until", "problems", "recurs_until", "before")
