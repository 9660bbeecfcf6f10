"""What each claimed message says, as a hash: another message under the same name is told from a repeat."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add what is missing. Of what was claimed before nothing is known: the same name again is a repeat, as it was."""
    op.add_column("inbox", sa.Column("content", sa.Text()))
