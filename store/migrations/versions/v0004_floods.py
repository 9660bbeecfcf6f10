"""Faults that come again and again from one cause, and the cause under which a message stands in quarantine."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Build the table; messages that are in quarantine already stand under no cause."""
    op.create_table(
        "floods",
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("began_at", _INSTANT, nullable=False),
        sa.Column("last_at", _INSTANT, nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("next_at", _INSTANT),
        sa.PrimaryKeyConstraint("cause", name="floods_pkey"),
    )
    op.add_column("quarantine", sa.Column("cause", sa.Text()))
    op.create_index("quarantine_cause_idx", "quarantine", ["cause"])
