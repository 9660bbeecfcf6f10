"""Who looked at what is held of a child: the line that a look leaves in the ledger, and finding such lines again by the
child or by whoever looked. Which command or page leaves one is told there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Executable, Index, Text, bindparam, literal_column, or_, select, union

from store.instants import UtcInstant
from store.listing import KEYS
from store.rows import LedgerRow
from store.session import Session
from store.tables import episode_references, episodes, identifiers, ledger, word

NO_AUTHORITY = "hub"
"""The authority of a look at what belongs to none, such as a message that nobody could read."""
_IS_LOOK = ledger.c.kind == word("look")
# Who looked stands where other lines say what caused them.
Index("ledger_looks", ledger.c.causation, ledger.c.at, sqlite_where=_IS_LOOK, postgresql_where=_IS_LOOK)

_COLUMNS = ("at", "causation", "authority", "episode", "entry", "contents_hash")
_NUMBER, _WHO = bindparam("number", type_=Text), bindparam("who", type_=Text)
_SINCE, _WHOSE = bindparam("since", type_=UtcInstant), bindparam("whose", type_=Text)
_LOOKS = select(*(ledger.c[name] for name in _COLUMNS)).where(_IS_LOOK)
_BY = _LOOKS.where(
    ledger.c.causation == _WHO, ledger.c.at >= _SINCE, or_(_WHOSE.is_(None), ledger.c.authority == _WHOSE)
).order_by(ledger.c.at, ledger.c.position)


@dataclass(frozen=True, slots=True)
class Look:
    """That somebody looked. `about`: the episode, or the child outside any; None: no child, or a list of none.
    `account`: as whom they worked on which machine, where they gave another name. `why` finds the reason, while it is
    kept."""

    at: datetime
    who: str
    what: str
    authority: str
    about: str | None
    account: str
    why: str | None

    @property
    def by(self) -> str:
        """Whoever looked, with the account where they gave another name."""
        return f"{self.who} ({self.account})" if self.account else self.who


def about_child(person: str) -> str:
    """What a look at a child is about, where it is at no episode."""
    return f"child {person}"


def look_row(
    who: str, what: str, authority: str, episode: str | None, at: datetime, why: str = "", account: str = ""
) -> LedgerRow:
    """That somebody looked at what is held of a child, or of all children who are missing (no episode)."""
    # No look is another's repeat, however close: of all rows this one alone has an id that nothing gives.
    entry = {"who": who, "what": what} | ({"account": account} if account else {})
    return LedgerRow(str(uuid4()), at, "look", authority, episode, who, entry, why.encode() or None)


@cache
def _at_child(postgres: bool) -> Executable:
    """By a number of the child's, by the police reference of one of the episodes or by an id, at the authorities
    listed. An id is all that is left of a child who was forgotten."""
    known, told = identifiers, episode_references
    child = union(
        select(known.c.person).where(KEYS.has(postgres, known.c.authority), known.c.value == _NUMBER),
        select(told.c.person).where(told.c.incident == _NUMBER, KEYS.has(postgres, told.c.authority)),
    ).cte("found_child")
    outside = literal_column(f"'{about_child('')}'", Text)
    about = union(
        select(child.c.person.label("key")),
        select(outside + child.c.person),
        select(_NUMBER),
        select(outside + _NUMBER),
        select(episodes.c.id).select_from(child.join(episodes, episodes.c.person == child.c.person)),
    ).cte("found_about")
    # In no order and of any time: an index of the time would be walked through all that happened to others since.
    seen = _LOOKS.select_from(about.join(ledger, ledger.c.episode == about.c.key))
    return seen.where(KEYS.has(postgres, ledger.c.authority))


class Looks(Session):
    """The part of a transaction that says who looked."""

    async def looks_at(self, authorities: Collection[str], number: str, since: datetime) -> list[Look]:
        """The looks at the child whom an authority knows by this number, whose episode has this police reference, or
        whose id or episode this is, since an instant; oldest first."""
        asked = ((authority,) for authority in sorted(authorities))
        found = await self._with(KEYS, asked, _at_child(self._postgres), number=number)
        return sorted((look for row in found if (look := _look(row)).at >= since), key=lambda look: look.at)

    async def looks_by(self, who: str, since: datetime, authority: str | None = None) -> list[Look]:
        """What somebody looked at since an instant, at one authority or at all; oldest first."""
        return [_look(row) for row in await self._rows(_BY, who=who, since=since, whose=authority)]


def _look(row: Any) -> Look:
    told = orjson.loads(row.entry)
    account = told.get("account", "")
    return Look(row.at, row.causation, told["what"], row.authority, row.episode, account, row.contents_hash)
