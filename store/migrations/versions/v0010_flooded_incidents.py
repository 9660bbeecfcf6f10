"""The incidents that were folded into a flood and have not been named to anybody yet."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"


def upgrade() -> None:
    """Add the column."""
    op.add_column("floods", sa.Column("incidents", sa.Text(), nullable=False, server_default="[]"))
