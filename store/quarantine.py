"""What could not be read, kept until it can be, and how it is asked for again. Reading it again is done elsewhere."""

import base64
import json
from collections.abc import Sequence
from typing import Any

from store.intake import plain
from store.listing import Writing
from store.rows import QuarantineRow
from store.session import Session
from store.tables import quarantine

_COLUMNS = (
    *("id", "topic", "partition", "offset", "key", "headers", "value", "timestamp"),
    *("reason", "detail", "at", "state"),
)
_HOLD = Writing(quarantine, _COLUMNS, replaces=())


class Quarantine(Session):
    """The part of a transaction that keeps what could not be read."""

    async def quarantine(self, rows: Sequence[QuarantineRow]) -> None:
        """Hold these messages with their bytes. One that is held already stays as it is. Takes anything: no byte in a
        key, header or body makes it fail."""
        await self._write(_HOLD, sorted((_values(row) for row in rows), key=lambda values: str(values[0])))


def _values(row: QuarantineRow) -> tuple[Any, ...]:
    return (
        *(row.id, plain(row.topic), row.partition, row.offset, row.key, packed(row.headers), row.value),
        *(row.timestamp, plain(row.reason), plain(row.detail), row.at, "held"),
    )


def packed(headers: Sequence[tuple[str, bytes]]) -> str:
    """Headers as ASCII JSON: names escaped, values in base 64, order and repetition kept."""
    return json.dumps([(name, base64.b64encode(value).decode()) for name, value in headers])


def unpacked(headers: str) -> tuple[tuple[str, bytes], ...]:
    """The headers that `packed` wrote."""
    return tuple((name, base64.b64decode(value)) for name, value in json.loads(headers))
