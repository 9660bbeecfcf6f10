"""What each claimed message says, as a hash: another message under the same name is told from a repeat. And what was
noticed and is not told again."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Add what is missing. Of what was claimed before nothing is known: the same name again is a repeat, as it was."""
    op.add_column("inbox", sa.Column("content", sa.Text()))
    op.create_table(
        "noted",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="noted_pkey"),
    )
    op.create_index("noted_about", "noted", ["about", "at"])
