"""Finding what somebody looked at without walking the ledger; and how often each feed is heard, by hour of the week."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_IS_LOOK = sa.text("kind = 'look'")
_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Make the index and the tables."""
    op.create_index("ledger_looks", "ledger", ["causation", "at"], sqlite_where=_IS_LOOK, postgresql_where=_IS_LOOK)
    op.create_table(
        "feed_states",
        sa.Column("feed", sa.Text(), nullable=False),
        *(sa.Column(name, _INSTANT, nullable=False) for name in ("since", "until")),
        sa.Column("heard_at", _INSTANT),
        sa.Column("expected", sa.Float(), nullable=False),
        sa.Column("quiet_since", _INSTANT),
        sa.PrimaryKeyConstraint("feed", name="feed_states_pkey"),
    )
    op.create_table(
        "feed_hours",
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in ("heard", "listened")),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("hour", "feed", name="feed_hours_pkey"),
    )
