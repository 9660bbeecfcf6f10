"""Whether change data capture reads the outbox from the log of Postgres: by a replication slot, which keeps what has
not been read yet, and nothing from before it was made."""

from dataclasses import dataclass

from sqlalchemy import text

from store.database import Store
from store.errors import translated

SLOT = "homeward_topics"
"""As `deploy/debezium` names it, and the publication that it is read by."""
_ASK = text(
    "SELECT active, pg_wal_lsn_diff(pg_current_wal_lsn(), confirmed_flush_lsn)::bigint AS unread "
    "FROM pg_replication_slots WHERE slot_name = :slot AND database = current_database() AND plugin = 'pgoutput' "
    "AND wal_status <> 'lost' "
    "AND EXISTS (SELECT FROM pg_publication_tables WHERE pubname = :slot AND tablename = 'outbox')"
)


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot that keeps what is promised: whether somebody reads it, and how many bytes of the log he has not read."""

    is_read: bool
    unread: int


async def capture_slot(store: Store) -> Slot | None:
    """None where what is promised now would not be kept: there is no slot or no publication of the outbox, or the slot
    has lost what it was to keep. Raises StoreUnavailableError."""
    async with store.reading_connection() as connection:
        with translated():
            found = (await connection.execute(_ASK, {"slot": SLOT})).one_or_none()
    return None if found is None else Slot(found.active, int(found.unread or 0))
