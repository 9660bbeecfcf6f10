"""What was noticed and need not be noticed again: a word that is said once, and events that are counted over a while.
What is noticed, and who hears of it, is not known here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, Text, bindparam, func, select

from store.instants import UtcInstant
from store.listing import KEYS, Writing
from store.session import Session
from store.tables import noted

LOOKED_AFTER = "looked after"
"""Of a child: that the register has shown the child in care, or leaving it. The key ends with the id."""
SEALED = "ledger sealed"
"""That there has been a root. It is the key as well."""
_COLUMNS = ("key", "about", "at")
_SAVE = Writing(noted, _COLUMNS, replaces=())
_COUNT = (
    select(func.count())
    .select_from(noted)
    .where(noted.c.about == bindparam("about", type_=Text), noted.c.at > bindparam("since", type_=UtcInstant))
)
_NEWEST = (
    select(noted.c.key).where(noted.c.about == bindparam("about", type_=Text)).order_by(noted.c.at.desc()).limit(1)
)
_AT = select(noted.c.at).where(noted.c.key == bindparam("key", type_=Text))


@dataclass(frozen=True, slots=True)
class Note:
    """Something noticed at an instant. `key` is what it is known by and tells nothing; `about` says of whom or what it
    is one of several."""

    key: str
    about: str
    at: datetime


@cache
def _noted(postgres: bool) -> Executable:
    asked = KEYS.of(postgres)
    return select(noted.c.key).select_from(asked.join(noted, noted.c.key == asked.c.key))


class Noting(Session):
    """The part of a transaction that knows what was noticed before."""

    async def noted(self, keys: Collection[str]) -> set[str]:
        """Which of these were noticed before."""
        if not keys:
            return set()
        return set((await self._with(KEYS, ((key,) for key in sorted(keys)), _noted(self._postgres))).scalars())

    async def noted_at(self, key: str) -> datetime | None:
        """When this was noticed; None where it was not."""
        row = (await self._rows(_AT, key=key)).first()
        return row.at if row else None

    async def note(self, notes: Collection[Note]) -> None:
        """Keep these; one that is kept already stays as it is."""
        await self._write(_SAVE, sorted((n.key, n.about, n.at) for n in notes))

    async def newest_note(self, about: str) -> str | None:
        """The key of what was noticed last about this."""
        row = (await self._rows(_NEWEST, about=about)).first()
        return row.key if row else None

    async def count_notes(self, about: str, since: datetime) -> int:
        """How many about this were noticed after an instant."""
        return int((await self._rows(_COUNT, about=about, since=since)).scalar_one())
