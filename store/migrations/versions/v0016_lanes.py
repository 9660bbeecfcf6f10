"""Whether anything of a lane waits, asked for each row that is promised."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_OF_LANE = sa.text("state IN ('prepared', 'retrying', 'sending', 'parked', 'failed')")


def upgrade() -> None:
    """Make the index."""
    op.create_index("deliveries_of_lane", "deliveries", ["lane"], sqlite_where=_OF_LANE, postgresql_where=_OF_LANE)
