"""The table of the hub's own canaries: one row for each authority, about the present one."""

from sqlalchemy import Column, Index, Integer, Table, Text, literal_column

from store.instants import UtcInstant
from store.rows import CANARY
from store.tables import metadata, outbox

canaries = Table(
    "canaries",
    metadata,
    Column("authority", Text, primary_key=True),
    Column("walk", Text, nullable=False),
    Column("begun_at", UtcInstant, nullable=False),
    Column("by_mail", Integer, nullable=False),
    *(Column(f"{stage}_at", UtcInstant) for stage in ("sent", "taken", "topic", "mail")),
    Column("counts_from", UtcInstant, nullable=False),
    Column("whole_at", UtcInstant),
)

_OURS = outbox.c.type == literal_column(f"'{CANARY}'", Text)
# There are a handful of them, if any, among all that was ever sent.
Index("outbox_canaries", outbox.c.message_id, sqlite_where=_OURS, postgresql_where=_OURS)
