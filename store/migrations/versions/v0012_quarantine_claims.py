"""Of a message in quarantine: which cluster it came from, so that what is read again has the place that it had; and the
claim that it was set aside under, so that it passes that one when it is replayed."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """What is held already came from a cluster that nobody wrote down."""
    op.add_column("quarantine", sa.Column("cluster", sa.Text(), nullable=False, server_default=""))
    op.add_column("quarantine", sa.Column("claim", sa.Text()))
