"""By which pack each episode is governed, so that a hub that starts need not read the documents to know. What an older
version writes says nothing of it (the default): that is read as before."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0013"

_SAID = sa.text("governed_by != ''")


def upgrade() -> None:
    """Add the column and its index."""
    op.add_column("episodes", sa.Column("governed_by", sa.Text(), server_default=""))
    op.create_index("episodes_governed_by", "episodes", ["governed_by"], sqlite_where=_SAID, postgresql_where=_SAID)
