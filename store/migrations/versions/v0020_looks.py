"""Finding what somebody looked at without walking the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_IS_LOOK = sa.text("kind = 'look'")


def upgrade() -> None:
    """Make the index."""
    op.create_index("ledger_looks", "ledger", ["causation", "at"], sqlite_where=_IS_LOOK, postgresql_where=_IS_LOOK)
