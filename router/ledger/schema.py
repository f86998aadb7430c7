"""The tables of the ledger, but for those of the figures (`count_schema`). What a CHECK can hold, a CHECK holds.

A migration is written for every change here (`migrations/versions`); a test holds the two together.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from router.core.case import State
from router.ledger.columns import ID, JSON_TEXT, Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: A row's place in the order of recording. SQLite's own row number serves, PostgreSQL draws from a sequence;
#: it orders rows of one case (their transactions follow each other), it is no cursor over a table.
SEQ = BigInteger().with_variant(Integer(), "sqlite")

_STATES = ", ".join(f"'{state.value}'" for state in State)

#: One row a case: the fold of its entries, with what is searched by in columns of its own.
cases = Table(
    "cases",
    metadata,
    Column("id", ID, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("source", ID, nullable=False),
    Column("source_id", ID, nullable=False),
    # Whose due queue wakes this case.
    Column("due_tier", Text, nullable=False),
    # Desk code; empty until dispatched.
    Column("lead", ID, nullable=False),
    Column("district", Text),
    Column("category", Text),
    Column("channel", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    # The statutory due date as first set.
    Column("due_at", Instant),
    # The earliest running milestone; null when nothing runs.
    Column("next_due_at", Instant),
    Column("next_milestone", Text),
    # Whether it takes the case up.
    Column("escalates", Boolean, nullable=False),
    # The earliest running milestone that does: it may stand behind one that only tells somebody.
    Column("escalates_at", Instant),
    # Whether it was handed out in vain, because something holds it back.
    Column("held", Boolean, nullable=False),
    # When that deadline may be handed out: the deadline itself, or the end of the lease of who has it.
    Column("wake_at", Instant),
    Column("dispatched_at", Instant),
    # When the present lead's assignment was put on record.
    Column("assigned_at", Instant),
    # How often that assignment was sent again because it showed no receipt, for which lead, and when it may be
    # sent again; all null before the first time. What was counted for an earlier lead counts no more.
    Column("resent_tries", Integer),
    Column("resent_version", Integer),
    Column("resend_at", Instant),
    # First version of the step that made the present lead lead; a receipt for an older one is somebody else's.
    Column("lead_version", Integer, nullable=False),
    # The newest version the lead's program said it has in hand; 0: none.
    Column("receipt_version", Integer, nullable=False),
    Column("closed_at", Instant),
    # The whole case; no contact in it.
    Column("body", JSON_TEXT, nullable=False),
    UniqueConstraint("source", "source_id"),
    CheckConstraint("version >= 1", name="version"),
    CheckConstraint(f"state in ({_STATES})", name="state"),
    CheckConstraint("(state = 'closed') = (closed_at is not null)", name="closed_at"),
    CheckConstraint("state <> 'closed' or next_due_at is null", name="closed_is_never_due"),
    CheckConstraint(
        "state not in ('dispatched', 'accepted') or (lead <> '' and assigned_at is not null)", name="lead"
    ),
    CheckConstraint("(next_due_at is null) = (next_milestone is null)", name="next_milestone"),
    CheckConstraint("(next_due_at is null) = (wake_at is null)", name="wake_at"),
    CheckConstraint("wake_at is null or wake_at >= next_due_at", name="never_woken_early"),
    Index(None, "wake_at", sqlite_where=text("wake_at is not null"), postgresql_where=text("wake_at is not null")),
    Index(
        None,
        "next_due_at",
        sqlite_where=text("next_due_at is not null"),
        postgresql_where=text("next_due_at is not null"),
    ),
    Index(None, "lead", sqlite_where=text("state <> 'closed'"), postgresql_where=text("state <> 'closed'")),
    Index(None, "held", sqlite_where=text("held"), postgresql_where=text("held")),
    Index(None, "recorded_at"),
    Index(
        None,
        "assigned_at",
        sqlite_where=text("state = 'dispatched'"),
        postgresql_where=text("state = 'dispatched'"),
    ),
)

#: Escalations, and those that were undone; a query that is to use their index says it in these words.
ESCALATED = "type in ('Escalated', 'EscalationUndone')"

#: The register (台账): appended, never edited.
entries = Table(
    "entries",
    metadata,
    Column("seq", SEQ, Identity(always=True), primary_key=True),
    # No foreign key: the case's row is inserted or locked before its entries, in the same transaction, and no
    # row is ever deleted; PostgreSQL takes a third of a batch's time to look that up again.
    Column("case_id", ID, nullable=False),
    Column("version", Integer, nullable=False),
    Column("cause", ID, nullable=False),
    Column("ordinal", Integer, nullable=False),
    # Name of the event: `Escalated`.
    Column("type", Text, nullable=False),
    Column("actor_role", Text, nullable=False),
    Column("actor_id", Text, nullable=False),
    Column("event_at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("data", JSON_TEXT, nullable=False),
    # Free text, apart from the event so that it can be redacted.
    Column("text", Text, nullable=False),
    # Tells a repeat from another command under the same id; on the first entry of a command.
    Column("said", Text, nullable=False),
    UniqueConstraint("cause", "ordinal"),
    CheckConstraint("version >= 1", name="version"),
    CheckConstraint("ordinal >= 0", name="ordinal"),
    Index(None, "case_id", "seq"),
    # How many escalations fell into a minute, and which were undone, for the brake.
    Index("ix_entries_escalated_at", "event_at", sqlite_where=text(ESCALATED), postgresql_where=text(ESCALATED)),
)

#: Messages that are on record but not known to have reached the broker.
outbox = Table(
    "outbox",
    metadata,
    Column("seq", SEQ, Identity(always=True), primary_key=True),
    Column("id", ID, nullable=False, unique=True),
    Column("exchange", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("case_id", ID, nullable=False),
    Column("case_version", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("timestamp", Instant, nullable=False),
    Column("mandatory", Boolean, nullable=False),
    Column("user_id", Text),
    Column("headers", JSON_TEXT, nullable=False),
    # Rejections and lost confirms so far.
    Column("attempts", Integer, nullable=False),
    # An attempt reached a broker, and a queue refused it.
    Column("rejected", Boolean, nullable=False),
    # When the relay may take it: at once, after a pause, or when the lease of who has it has run out.
    Column("not_before", Instant, nullable=False),
    CheckConstraint("attempts >= 0", name="attempts"),
    Index(None, "not_before", "seq"),
    # Rows come and go within a second: dead ones must not pile up in front of the index.
    postgresql_with={"autovacuum_vacuum_scale_factor": 0.01},
)

#: Hand-overs that waited for a broker longer than the skew of clocks: a desk's time in hand begins with them.
late_hand_overs = Table(
    "late_hand_overs",
    metadata,
    Column("message_id", ID, primary_key=True),
    Column("case_id", ID, nullable=False),
    Column("delivered_at", Instant, nullable=False),
)

#: Messages that could not be handled, whole, until somebody replays them.
parked = Table(
    "parked",
    metadata,
    Column("seq", SEQ, Identity(always=True), primary_key=True),
    Column("id", ID, nullable=False, unique=True),
    Column("reason", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("case_id", ID, nullable=False),
    Column("key", Text, nullable=False),
    Column("user_id", Text),
    # What somebody sent may hold personal data: it is sealed wherever there is a key.
    Column("body", LargeBinary, nullable=False),
    Column("sealed", Boolean, nullable=False),
    Column("parked_at", Instant, nullable=False),
    Column("replayed_at", Instant),
    # Who dismissed it for good, when and why; all null or none.
    Column("dismissed_at", Instant),
    Column("dismissed_by", Text),
    Column("dismissed_reason", Text),
    # What our own messages carry beside; null for those of others.
    Column("outgoing", JSON_TEXT),
    CheckConstraint(
        "(dismissed_at is null) = (dismissed_by is null) and (dismissed_at is null) = (dismissed_reason is null)",
        name="dismissed",
    ),
    Index(
        None,
        "case_id",
        sqlite_where=text("replayed_at is null and dismissed_at is null"),
        postgresql_where=text("replayed_at is null and dismissed_at is null"),
    ),
)

#: Personal data, encrypted, apart from everything else.
contacts = Table(
    "contacts",
    metadata,
    Column("ref", ID, primary_key=True),
    # Tells which key opens it, and tells nothing about the key.
    Column("key_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("kept_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index(None, "expires_at"),
)

#: Which case first said what: tells one appeal by two channels.
appeals = Table(
    "appeals",
    metadata,
    # Keyed hash of who said it, what and where.
    Column("content_key", ID, primary_key=True),
    Column("case_id", ID, nullable=False),
    Column("source", ID, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Index(None, "opened_at"),
)

#: Who read personal data, and why; kept longer than the data.
contact_reads = Table(
    "contact_reads",
    metadata,
    Column("seq", SEQ, Identity(always=True), primary_key=True),
    Column("ref", ID, nullable=False),
    Column("reader", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("read_at", Instant, nullable=False),
    # Whether there was anything to be read.
    Column("found", Boolean, nullable=False),
    CheckConstraint("reader <> '' and reason <> ''", name="who_and_why"),
    Index(None, "ref"),
)

#: What the people at a desk are to be told; written with the step that tells, kept for a while.
notices = Table(
    "notices",
    metadata,
    Column("seq", SEQ, Identity(always=True), primary_key=True),
    # Desk code.
    Column("recipient", ID, nullable=False),
    Column("case_id", ID, nullable=False),
    Column("kind", Text, nullable=False),
    Column("milestone", Text, nullable=False),
    Column("due_at", Instant),
    Column("ring", Text, nullable=False),
    # Whose office hours count.
    Column("calendar", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    # From when it may be sent; null: it was, or there is no queue to send it to.
    Column("ring_at", Instant),
    Column("sent_at", Instant),
    CheckConstraint("ring in ('now', 'hours', 'digest')", name="ring"),
    CheckConstraint("ring_at is null or sent_at is null", name="sent_rings_no_more"),
    Index(None, "ring_at", sqlite_where=text("ring_at is not null"), postgresql_where=text("ring_at is not null")),
    Index(None, "created_at"),
)

#: When each desk's people were last told, or somebody began to tell them.
notified = Table(
    "notified",
    metadata,
    Column("recipient", ID, primary_key=True),
    Column("told_at", Instant, nullable=False),
)

#: Trees, policy sets, calendars and printed bulletins: immutable, each under a version of its own.
versions = Table(
    "versions",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
    Column("put_at", Instant, nullable=False),
)

#: Which version of each kind is in force.
current_versions = Table(
    "current_versions",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("version", Text, nullable=False),
    Column("since", Instant, nullable=False),
)

#: Signs of life of the loops of running processes: one row for each loop, and for each queue it consumes.
beats = Table(
    "beats",
    metadata,
    # Host, process id and a random word.
    Column("instance", ID, primary_key=True),
    # Name of the loop: `router-2`, `clock`.
    Column("loop", ID, primary_key=True),
    # Empty for a loop that consumes nothing.
    Column("queue", ID, primary_key=True),
    # What `run` calls it: `router`, `relay`, `sla`.
    Column("role", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    # When the loop last came round.
    Column("beat_at", Instant, nullable=False),
    # Whatever was put into the queue before is out of it; null: nothing is known.
    Column("clear_until", Instant),
    # When the process was told to stop and did; null: it runs, or died.
    Column("stopped_at", Instant),
    Index(None, "beat_at"),
)

#: Every time the brake was put on, and how it came off. While one holds, no deadline takes a case up.
brakes = Table(
    "brakes",
    metadata,
    Column("seq", SEQ, Identity(always=True), primary_key=True),
    # `storm`, `skew`; `catch_up`: it was never on, but what had passed by then was let through by name.
    Column("cause", Text, nullable=False),
    Column("braked_at", Instant, nullable=False),
    # Deadlines that were due at once, and how many are let through.
    Column("due", Integer, nullable=False),
    Column("threshold", Integer, nullable=False),
    # Our clock ahead of the database's.
    Column("skew_s", Float, nullable=False),
    Column("holds", Boolean, nullable=False),
    # `released` or `cancelled`; null while it holds.
    Column("ended_how", Text),
    Column("ended_at", Instant),
    Column("ended_by", Text),
    Column("reason", Text),
    CheckConstraint("holds = (ended_at is null) and holds = (ended_how is null)", name="ended"),
    # One at a time, however many clocks look.
    Index(None, "holds", unique=True, sqlite_where=text("holds"), postgresql_where=text("holds")),
)

#: Holds of a desk, a district, a policy or everything; over, each is an outage window on record.
holds = Table(
    "holds",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("what", ID, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant),
    Column("released_at", Instant),
    Column("released_by", Text),
    # Of the outage after a restore: up to when the restored ledger knew.
    Column("restored_to", Instant),
    CheckConstraint("reason <> '' and \"by\" <> ''", name="who_and_why"),
    CheckConstraint("(released_at is null) = (released_by is null)", name="released"),
    Index(None, "since"),
)

#: When each desk's program was last seen consuming, and when the desk last reported.
staffing = Table(
    "staffing",
    metadata,
    Column("desk", ID, primary_key=True),
    Column("consuming_at", Instant),
    Column("reported_at", Instant),
)
