"""How far the hub's own canaries have got; and the triggers of the outbox, by which a canary may leave again, and
nothing else."""

import sqlalchemy as sa
from alembic import op

from store.append_only import statements
from store.rows import CANARY

revision = "0021"
down_revision = "0020"

_INSTANT = sa.Text().with_variant(sa.DateTime(timezone=True), "postgresql")
_OURS = sa.text(f"type = '{CANARY}'")
_LASTING = (
    *("position", "id", "message_id", "aggregatetype", "aggregateid", "type", "at", "trace", "clauses"),
    *("authority", "subject", "destination", "urgency", "kind"),
)


def upgrade() -> None:
    """Make the table and the index, and the triggers anew."""
    postgres = op.get_context().dialect.name == "postgresql"
    op.create_table(
        "canaries",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("authority", "walk")),
        sa.Column("begun_at", _INSTANT, nullable=False),
        sa.Column("by_mail", sa.Integer(), nullable=False),
        *(sa.Column(f"{stage}_at", _INSTANT) for stage in ("sent", "taken", "topic", "mail")),
        sa.Column("counts_from", _INSTANT, nullable=False),
        sa.Column("whole_at", _INSTANT),
        sa.PrimaryKeyConstraint("authority", name="canaries_pkey"),
    )
    op.create_index("outbox_canaries", "outbox", ["message_id"], sqlite_where=_OURS, postgresql_where=_OURS)
    triggers = ("only_grows", "only_empties") if postgres else ("no_update", "no_delete", "only_empties")
    for trigger in triggers:
        op.execute(f"DROP TRIGGER outbox_{trigger}" + (" ON outbox" if postgres else ""))
    for statement in statements("outbox", _LASTING, "payload", postgres, leaves=True):
        op.execute(statement)
