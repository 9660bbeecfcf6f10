"""Contents under the key of the child that they are about (those of before stay where they are, and are read there),
and children of whom nothing may go."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Make the tables and the indexes."""
    op.create_table(
        "sealed_contents",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("hash", "person", "line")),
        sa.Column("episode", sa.Text()),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "key")),
        sa.Column("contents", sa.LargeBinary()),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("hash", "person", name="sealed_contents_pkey"),
    )
    op.create_table(
        "legal_holds",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("person", "authority", "by", "why")),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("until", _INSTANT),
        sa.PrimaryKeyConstraint("person", name="legal_holds_pkey"),
    )
    for name in ("person", "key", "at"):
        op.create_index(f"sealed_contents_{name}_idx", "sealed_contents", [name])
