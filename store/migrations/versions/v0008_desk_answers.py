"""What people answered on the duty desk, until Kafka has it and, without what was said, afterwards; and looking a child
up there by a police reference or by any number."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
_UNSENT = sa.text("sent_at IS NULL")


def upgrade() -> None:
    """Make the table and the indexes."""
    op.create_table(
        "desk_answers",
        sa.Column("id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("authority", "by", "type")),
        *(sa.Column(name, sa.Text()) for name in ("episode", "message", "said")),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("sent_at", _INSTANT),
        sa.Column("event", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name="desk_answers_pkey"),
    )
    op.create_index("desk_answers_message_idx", "desk_answers", ["message"])
    op.create_index("desk_answers_unsent", "desk_answers", ["made_at"], sqlite_where=_UNSENT, postgresql_where=_UNSENT)
    op.create_index("identifiers_value", "identifiers", ["authority", "value"])
    op.create_index("episode_references_incident_idx", "episode_references", ["incident"])
