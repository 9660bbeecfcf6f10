"""How far a delivery has got, in the field's words; its urgency, the other side's name for it, whether it may have
arrived before, and when a person heard that it has not."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
_READY = "state IN ('prepared', 'retrying')"
_UNSETTLED = (
    "state IN ('sending', 'parked', 'failed', 'bounced', 'in_doubt')"
    " OR state IN ('prepared', 'retrying') AND next_attempt_at IS NOT NULL"
)
_PRESSING = "state IN ('prepared', 'retrying', 'sending') AND told_at IS NULL AND urgency != 'routine'"
_INDEXES = (
    ("ready", ["channel", "position", "shard"], _READY),
    ("unsettled", ["lane", "position"], _UNSETTLED),
    ("pressing", ["urgency", "position"], _PRESSING),
    ("asked", ["channel", "next_attempt_at"], "state = 'accepted' AND next_attempt_at IS NOT NULL"),
    ("reference", ["reference"], "reference IS NOT NULL"),
)
_CALLED = {"pending": "prepared", "leased": "sending", "sent": "accepted", "dead": "failed"}


def upgrade() -> None:
    """Add the columns, call the states anew, and build the indexes over them again."""
    for name in ("ready", "unsettled"):
        op.drop_index(f"deliveries_{name}", "deliveries")
    op.add_column("deliveries", sa.Column("urgency", sa.Text(), nullable=False, server_default="routine"))
    op.add_column("deliveries", sa.Column("reference", sa.Text()))
    op.add_column("deliveries", sa.Column("repeats", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("deliveries", sa.Column("told_at", _INSTANT))
    op.create_table(
        "delivery_faults",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("began_at", _INSTANT, nullable=False),
        sa.Column("told_at", _INSTANT, nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="delivery_faults_pkey"),
    )
    urgency = "(SELECT outbox.urgency FROM outbox WHERE outbox.position = deliveries.position)"
    op.execute(f"UPDATE deliveries SET urgency = {urgency}")  # noqa: S608 - no value of anybody's
    op.execute("UPDATE deliveries SET state = 'retrying' WHERE state = 'pending' AND next_attempt_at IS NOT NULL")
    for before, after in _CALLED.items():
        op.execute(f"UPDATE deliveries SET state = '{after}' WHERE state = '{before}'")  # noqa: S608
    # Who was told of these was told by the version before.
    held = "state IN ('parked', 'failed', 'in_doubt')"
    op.execute(f"UPDATE deliveries SET told_at = settled_at WHERE {held}")  # noqa: S608
    for name, columns, condition in _INDEXES:
        where = sa.text(condition)
        op.create_index(f"deliveries_{name}", "deliveries", columns, sqlite_where=where, postgresql_where=where)
