"""What a person has paused; answers that are half typed at the duty desk; and finding the newest word of the police and
the episodes of the last days without walking what is older."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
_OF_POLICE = sa.text("type LIKE 'police.%'")


def upgrade() -> None:
    """Make the tables and the indexes."""
    op.create_table(
        "pauses",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("name", "by")),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pauses_pkey"),
    )
    op.create_table(
        "desk_drafts",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kept_at", _INSTANT, nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="desk_drafts_pkey"),
    )
    op.create_index("desk_drafts_kept_at_idx", "desk_drafts", ["kept_at"])
    op.create_index("inbox_of_police", "inbox", ["received_at"], sqlite_where=_OF_POLICE, postgresql_where=_OF_POLICE)
    op.create_index("episode_references_episode_idx", "episode_references", ["episode"])
    op.create_index("episodes_opened_at_idx", "episodes", ["opened_at"])
