"""Answers that are half typed at the duty desk: sealed bytes under a key that tells neither the person nor the form.
Who can open them, and how long they are kept, is decided elsewhere."""

from datetime import datetime

from sqlalchemy import Text, bindparam, delete, select

from store.instants import UtcInstant
from store.listing import Writing
from store.session import Session
from store.tables import desk_drafts

_COLUMNS = ("key", "kept_at", "content")
_KEEP = Writing(desk_drafts, _COLUMNS, replaces=_COLUMNS[1:])
_ONE = bindparam("one", type_=Text)
_BY_KEY = select(desk_drafts.c.kept_at, desk_drafts.c.content).where(desk_drafts.c.key == _ONE)
_DROP = delete(desk_drafts).where(desk_drafts.c.key == _ONE)
_OLD = delete(desk_drafts).where(desk_drafts.c.kept_at < bindparam("before", type_=UtcInstant))


class Drafts(Session):
    """The part of a transaction that keeps drafts."""

    async def keep_draft(self, key: str, content: bytes, now: datetime) -> None:
        """Keep it in place of what is kept under this key."""
        await self._write(_KEEP, [(key, now, content)])

    async def draft(self, key: str) -> tuple[datetime, bytes] | None:
        """When it was kept, and what; None where there is none."""
        row = (await self._rows(_BY_KEY, one=key)).one_or_none()
        return None if row is None else (row.kept_at, row.content)

    async def drop_draft(self, key: str) -> None:
        """It is not needed any more."""
        await self._rows(_DROP, one=key)

    async def drop_drafts_before(self, instant: datetime) -> int:
        """Forget what was kept before an instant; returns how many there were."""
        return (await self._rows(_OLD, before=instant)).rowcount
