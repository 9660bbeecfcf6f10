"""Whose child somebody means by a number."""

from dataclasses import dataclass

from store import Store
from store.looks import about_child

_MOST = 10


class UnclearChildError(Exception):
    """Nobody has the number, or several have."""


@dataclass(frozen=True, slots=True)
class ChildMeant:
    """A child's id at an authority. `seen`: under what a look at the child is written down: each episode, or the child
    who has none."""

    person: str
    authority: str
    seen: tuple[str, ...]


async def child_meant(store: Store, number: str, authority: str | None) -> ChildMeant:
    """The child who has this number or id. Raises UnclearChildError."""
    async with store.reading() as tx:
        people, cases = await tx.load({*await tx.people_with_number(number, _MOST), number})
    meant = [row for row in people.values() if authority in (None, row.authority)]
    if not meant:
        raise UnclearChildError("Nobody here has this number. Give any number of the child, or the id.")
    if len(meant) > 1:
        where = ", ".join(f"{row.authority} {row.id}" for row in meant)
        raise UnclearChildError(f"Several children have this number: {where}. Name the authority or give the id.")
    (row,) = meant
    theirs = tuple(case.id for case in cases if case.person == row.id)
    return ChildMeant(row.id, row.authority, theirs or (about_child(row.id),))
