"""The first tables: inbox, register, episodes, ledger, outbox with deliveries, timers, quarantine, leases.

Types are spelt out here and not taken from `store.tables`, which moves on while this step stays as it is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
UNSETTLED = "state IN ('leased', 'parked', 'dead', 'in_doubt') OR state = 'pending' AND next_attempt_at IS NOT NULL"


def _text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _maybe_text(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text()) for name in names]


def _drawn_position() -> sa.Column[int]:
    return sa.Column("position", POSITION, sa.Identity(), nullable=False)


def upgrade() -> None:
    """Build everything."""
    _register()
    _ledger()
    _outbox()
    _clocks_and_quarantine()
    _only_grow()


def _register() -> None:
    op.create_table(
        "inbox",
        *_text("key", "source", "message", "type"),
        *_maybe_text("topic"),
        sa.Column("partition", sa.BigInteger()),
        sa.Column("offset", sa.BigInteger()),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="inbox_pkey"),
    )
    op.create_index("inbox_received_at_idx", "inbox", ["received_at"])
    op.create_table(
        "people",
        *_text("id", "authority"),
        sa.Column("doc", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("described", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="people_pkey"),
    )
    op.create_table(
        "blocking",
        *_text("key", "authority", "person"),
        sa.PrimaryKeyConstraint("key", "authority", "person", name="blocking_pkey"),
    )
    op.create_index("blocking_person_idx", "blocking", ["person"])
    op.create_table(
        "feeds",
        *_text("authority"),
        sa.Column("newest_at", _INSTANT, nullable=False),
        sa.Column("read_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("authority", name="feeds_pkey"),
    )
    op.create_table(
        "identifiers",
        *_text("authority", "system", "value", "person"),
        sa.PrimaryKeyConstraint("authority", "system", "value", name="identifiers_pkey"),
    )
    op.create_index("identifiers_person_idx", "identifiers", ["person"])
    op.create_table(
        "episode_references",
        *_text("force", "incident", "authority", "episode", "person"),
        sa.PrimaryKeyConstraint("force", "incident", "authority", "episode", name="episode_references_pkey"),
    )
    op.create_table(
        "episodes",
        *_text("id", "authority", "person"),
        sa.Column("opened_at", _INSTANT, nullable=False),
        *_text("state"),
        sa.Column("doc", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="episodes_pkey"),
    )
    op.create_index("episodes_person_idx", "episodes", ["person"])


def _ledger() -> None:
    op.create_table(
        "ledger",
        _drawn_position(),
        *_text("id"),
        sa.Column("at", _INSTANT, nullable=False),
        *_text("kind"),
        *_maybe_text("authority", "episode", "causation"),
        *_text("entry"),
        *_maybe_text("contents_hash"),
        *_text("hash"),
        sa.PrimaryKeyConstraint("position", name="ledger_pkey"),
        sa.UniqueConstraint("id", name="ledger_id_key"),
        sqlite_autoincrement=True,
    )
    for column in ("at", "episode", "causation"):
        op.create_index(f"ledger_{column}_idx", "ledger", [column])
    op.create_table(
        "ledger_contents",
        *_text("hash"),
        sa.Column("contents", sa.LargeBinary()),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="ledger_contents_pkey"),
    )
    op.create_index("ledger_contents_at_idx", "ledger_contents", ["at"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        _drawn_position(),
        *_text("id", "message_id", "aggregatetype", "aggregateid", "type"),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        *_maybe_text("trace"),
        *_text("clauses", "authority"),
        *_maybe_text("subject"),
        *_text("destination", "urgency"),
        *_maybe_text("kind"),
        sa.PrimaryKeyConstraint("position", name="outbox_pkey"),
        sa.UniqueConstraint("id", name="outbox_id_key"),
        sqlite_autoincrement=True,
    )
    for column in ("message_id", "subject"):
        op.create_index(f"outbox_{column}_idx", "outbox", [column])
    op.create_table(
        "deliveries",
        sa.Column("position", POSITION, nullable=False),
        *_text("lane"),
        *_text("channel"),
        sa.Column("shard", sa.Integer(), nullable=False),
        *_text("state"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", _INSTANT),
        *_maybe_text("lease_owner"),
        sa.Column("lease_until", _INSTANT),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        *_maybe_text("address"),
        sa.Column("settled_at", _INSTANT),
        *_maybe_text("detail"),
        sa.PrimaryKeyConstraint("position", name="deliveries_pkey"),
        sa.ForeignKeyConstraint(["position"], ["outbox.position"], name="deliveries_position_fkey"),
    )
    for name, columns, condition in (
        ("ready", ["channel", "position", "shard"], "state = 'pending'"),
        ("unsettled", ["lane", "position"], UNSETTLED),
    ):
        where = sa.text(condition)
        op.create_index(f"deliveries_{name}", "deliveries", columns, sqlite_where=where, postgresql_where=where)


def _clocks_and_quarantine() -> None:
    op.create_table(
        "timers",
        *_text("id", "authority", "person"),
        *_maybe_text("episode"),
        *_text("rule"),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="timers_pkey"),
    )
    op.create_index("timers_due", "timers", ["due_at", "id"])
    op.create_index("timers_person_idx", "timers", ["person"])
    op.create_table(
        "quarantine",
        *_text("id", "topic"),
        sa.Column("partition", sa.BigInteger(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.LargeBinary()),
        *_text("headers"),
        sa.Column("value", sa.LargeBinary()),
        sa.Column("timestamp", _INSTANT, nullable=False),
        *_text("reason", "detail"),
        sa.Column("at", _INSTANT, nullable=False),
        *_text("state"),
        sa.Column("replayed_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name="quarantine_pkey"),
    )
    op.create_index("quarantine_state_idx", "quarantine", ["state"])
    op.create_table(
        "leases",
        *_text("name", "owner"),
        sa.Column("until", _INSTANT, nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="leases_pkey"),
    )


def _only_grow() -> None:
    postgres = op.get_context().dialect.name == "postgresql"
    if postgres:
        op.execute("""
CREATE OR REPLACE FUNCTION homeward_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows: no row of it is changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
""")
    columns = {
        "ledger": "position, id, at, kind, authority, episode, causation, entry, contents_hash, hash",
        "outbox": "position, id, message_id, aggregatetype, aggregateid, type, at, trace, clauses, authority, subject, "
        "destination, urgency, kind",
    }
    for table, lasting in columns.items():
        refused = f"BEGIN SELECT RAISE(ABORT, '{table} only grows: no row of it is changed or removed'); END"
        if postgres:
            op.execute(
                f"CREATE TRIGGER {table}_only_grows BEFORE UPDATE OF {lasting} OR DELETE OR TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION homeward_refuse_change()"
            )
        else:
            op.execute(f"CREATE TRIGGER {table}_no_update BEFORE UPDATE OF {lasting} ON {table} {refused}")
            op.execute(f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refused}")
    emptied = "CREATE TRIGGER outbox_only_empties BEFORE UPDATE OF payload ON outbox"
    if postgres:
        op.execute(f"{emptied} FOR EACH ROW WHEN (length(NEW.payload) > 0) EXECUTE FUNCTION homeward_refuse_change()")
    else:
        op.execute(
            f"{emptied} WHEN length(NEW.payload) > 0 "
            "BEGIN SELECT RAISE(ABORT, 'outbox only grows: no row of it is changed or removed'); END"
        )
