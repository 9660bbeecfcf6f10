"""What a hub has promised to say: the rows of its outbox, each with how it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import orjson
from sqlalchemy import select

from store import Store
from store.delivery_table import deliveries
from store.tables import outbox


@dataclass(frozen=True, slots=True)
class Promised:
    """A row of the outbox, with how it stands."""

    position: int
    message: str
    destination: str
    lane: str
    state: str
    type: str
    at: datetime
    payload: Mapping[str, object]


async def all_promised(store: Store) -> list[Promised]:
    """Every row, in order."""
    asked = (
        select(
            outbox.c.position, outbox.c.message_id, outbox.c.destination, deliveries.c.lane, deliveries.c.state,
            outbox.c.type, outbox.c.at, outbox.c.payload,
        )
        .join(deliveries, deliveries.c.position == outbox.c.position)
        .order_by(outbox.c.position)
    )  # fmt: skip
    async with store.reading_connection() as connection:
        return [Promised(*row[:7], orjson.loads(row[7])) for row in await connection.execute(asked)]
