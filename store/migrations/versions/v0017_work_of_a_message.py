"""Finding what a message waits for without walking all that waits."""

from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Make the index."""
    op.create_index("worklist_message_idx", "worklist", ["message"])
