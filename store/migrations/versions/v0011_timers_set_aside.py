"""Of each timer: how often it has failed, and until when it is set aside for that."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
_ASIDE = sa.text("again_at IS NOT NULL")


def upgrade() -> None:
    """None has failed as far as anybody knows."""
    op.add_column("timers", sa.Column("failures", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("timers", sa.Column("again_at", _INSTANT))
    op.create_index("timers_again", "timers", ["again_at"], sqlite_where=_ASIDE, postgresql_where=_ASIDE)
