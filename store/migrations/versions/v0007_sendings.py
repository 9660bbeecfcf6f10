"""Which sending of a delivery is under way: what comes back about an earlier one says nothing of it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Every delivery is at its first sending, as far as anybody knows."""
    op.add_column("deliveries", sa.Column("sending", sa.Integer(), nullable=False, server_default="1"))
