"""When the next row that was put off is due, without passing all that is in flight or was while a snapshot is held."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

_TIMED = sa.text("state != 'accepted' AND next_attempt_at IS NOT NULL")


def upgrade() -> None:
    """Make the index."""
    op.create_index("deliveries_timed", "deliveries", ["next_attempt_at"], sqlite_where=_TIMED, postgresql_where=_TIMED)
