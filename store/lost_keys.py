"""That keys of what was received are not there, remembered in the database itself: what is sealed under new ones since
would hide it. Nobody may say meanwhile that something is erased."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Executable, Text, bindparam, func, select

from store.contents import Contents
from store.forgetting import ERASED
from store.noting import Note, Noting
from store.tables import noted

_LOST, _BACK, _GIVEN_UP = "keys lost", "keys back", "keys given up"
_IDS = select(noted.c.key, noted.c.at).where(noted.c.about == _LOST)
_ERASED = select(noted.c.key, noted.c.at).where(noted.c.about == ERASED)
_LAST: Executable = select(func.max(noted.c.at, type_=noted.c.at.type)).where(
    noted.c.about == bindparam("about", type_=Text)
)


class LostKeys(Contents, Noting):
    """The part of a transaction that knows whether the keys are there."""

    async def keys_lost(self, forgotten: Collection[str] = ()) -> bool:
        """Whether keys of this database are not there, and nobody has given them up. `forgotten`: the children whom the
        journal beside the keys names."""
        lost = [(row.key.rpartition("/")[2], row.at) for row in await self._rows(_IDS)]
        given_up, back = await self._last(_GIVEN_UP), await self._last(_BACK)
        if await self.keys_missing(forgotten, {id_ for id_, at in lost if given_up and at <= given_up}):
            return True
        settled = max((at for at in (given_up, back) if at), default=None)
        wanted = {id_ for id_, at in lost if settled is None or at > settled}
        return bool(wanted) and not (self._keys and await self._keys.known(sorted(wanted)))

    async def note_keys(self, lost: bool, now: datetime) -> None:
        """Remember that they are not there, by the ids of the newest; or that they are back, where they were not."""
        if lost:
            ids = await self.newest_keys()
            await self.note([Note(f"{_LOST}/{now.isoformat()}/{id_}", _LOST, now) for id_ in ids])
        elif await self._last(_LOST):
            await self.note([Note(f"{_BACK}/{now.isoformat()}", _BACK, now)])

    async def give_up_keys(self, lost: bool, now: datetime) -> None:
        """Nobody reads any more what was sealed under the keys that are not there, if any are `lost`; and what the
        journal beside them lacks by now is not missed any more."""
        if lost:
            await self.note_keys(True, now)
        await self.note([Note(f"{_GIVEN_UP}/{now.isoformat()}", _GIVEN_UP, now)])

    async def erased_besides(self, journal: Collection[str]) -> set[str]:
        """The lines that were obeyed here and are not in this journal, and that nobody has given up."""
        given_up = await self._last(_GIVEN_UP)
        rows = [*await self._rows(_ERASED)]
        known = (row.key.removeprefix(f"{ERASED}/") for row in rows if given_up is None or row.at > given_up)
        return {*known} - {*journal}

    async def _last(self, about: str) -> datetime | None:
        at: datetime | None = (await self._rows(_LAST, about=about)).scalar_one()
        return at
