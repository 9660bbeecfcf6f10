"""Whose child somebody means by a number, and the line of the ledger that they looked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from homeward import clock
from homeward.looking import Looker
from store import Store, Transaction
from store.looks import about_child

_T = TypeVar("_T")
_MOST = 10


class UnclearChildError(Exception):
    """Nobody has the number, or several have."""


@dataclass(frozen=True, slots=True)
class ChildMeant:
    """A child's id at an authority, with the ids of the episodes and alerts."""

    person: str
    authority: str
    cases: tuple[str, ...]


async def at_child(
    url: str,
    number: str,
    authority: str | None,
    looker: Looker,
    work: Callable[[Store, ChildMeant, datetime], Awaitable[_T]],
) -> _T:
    """Does the work for the child who has this number or id, once it is written down who looked. Raises
    UnclearChildError and UnwrittenLookError."""
    now, store = clock.now(), Store.open(url, within=None)
    try:
        async with store.reading() as tx:
            meant = await _meant(tx, number, authority)
        await looker.write(store, meant.authority, meant.cases or (about_child(meant.person),), now)
        return await work(store, meant, now)
    finally:
        await store.close()


async def _meant(tx: Transaction, number: str, authority: str | None) -> ChildMeant:
    found = {*await tx.people_with_number(number, _MOST), number}
    people, cases = await tx.load(found)
    meant = [row for row in people.values() if authority in (None, row.authority)]
    if not meant:
        raise UnclearChildError("Nobody here has this number. Give any number of the child, or the id.")
    if len(meant) > 1:
        where = ", ".join(f"{row.authority} {row.id}" for row in meant)
        raise UnclearChildError(f"Several children have this number: {where}. Name the authority or give the id.")
    (row,) = meant
    return ChildMeant(row.id, row.authority, tuple(case.id for case in cases if case.person == row.id))
