"""How old what a register has told is, authority by authority. What it told lives in `store.cases`."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, select

from store.listing import Writing
from store.session import Session
from store.tables import feeds

_COLUMNS = ("authority", "newest_at", "read_at")
_SAVE = Writing(feeds, _COLUMNS, replaces=_COLUMNS[1:], only_if_later="newest_at")
_ALL: Executable = select(*(feeds.c[name] for name in _COLUMNS)).order_by(feeds.c.authority)


@dataclass(frozen=True, slots=True)
class RegisterFreshness:
    """The newest record of an authority's register: when it was sent (by Kafka's clock) and when it was taken in."""

    authority: str
    newest_at: datetime
    read_at: datetime


class RegisterAges(Session):
    """The part of a transaction that knows the age of what registers have told."""

    async def note_register_freshness(self, rows: Collection[RegisterFreshness]) -> None:
        """Keep these where they are newer than what is known; one row an authority."""
        values: list[tuple[Any, ...]] = sorted((r.authority, r.newest_at, r.read_at) for r in rows)
        await self._write(_SAVE, values)

    async def register_freshness(self) -> list[RegisterFreshness]:
        """Every register that has ever told anything, by authority."""
        return [RegisterFreshness(*row) for row in await self._rows(_ALL)]
