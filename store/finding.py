"""Looking somebody up as a person does: by a police reference without its force, by a number without its
system, and by the force that reported."""

from collections.abc import Collection
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, Text, bindparam, select

from store.instants import UtcInstant
from store.listing import KEYS
from store.session import Session
from store.tables import episode_references, episodes, identifiers, word

_ONE = bindparam("one", type_=Text)
_OF_INCIDENT = (
    select(episode_references.c.episode)
    .where(episode_references.c.incident == _ONE)
    .order_by(episode_references.c.episode)
    .distinct()
    .limit(bindparam("most"))
)
_NUMBERED = (
    select(identifiers.c.person)
    .where(identifiers.c.authority == bindparam("authority", type_=Text), identifiers.c.value == _ONE)
    .order_by(identifiers.c.person)
    .distinct()
    .limit(bindparam("most"))
)


_OPEN_OR_NEW = (
    select(episodes.c.id, episodes.c.opened_at, episodes.c.state)
    .where(episodes.c.state == word("open"))
    .union(
        select(episodes.c.id, episodes.c.opened_at, episodes.c.state).where(
            episodes.c.opened_at >= bindparam("since", type_=UtcInstant)
        )
    )
    .subquery("recent")
)
_REPORTED_BY = (
    select(episode_references.c.episode, episode_references.c.force)
    .select_from(_OPEN_OR_NEW.join(episode_references, episode_references.c.episode == _OPEN_OR_NEW.c.id))
    .order_by(_OPEN_OR_NEW.c.state != word("open"), _OPEN_OR_NEW.c.opened_at.desc(), episode_references.c.episode)
)


@cache
def _incidents(postgres: bool) -> Executable:
    asked, told = KEYS.of(postgres), episode_references
    return (
        select(episodes.c.id, episodes.c.state, told.c.incident)
        .select_from(
            asked.join(episodes, episodes.c.id == asked.c.key).outerjoin(told, told.c.episode == episodes.c.id)
        )
        .order_by(episodes.c.id, told.c.incident)
    )


class LookingUp(Session):
    """The part of a transaction by which people look somebody up."""

    async def episodes_of_incident(self, incident: str, limit: int) -> list[str]:
        """The ids of the episodes and alerts with this reference, whichever force and authority it is of."""
        return list((await self._rows(_OF_INCIDENT, one=incident, most=limit)).scalars())

    async def episodes_of_forces(self, forces: Collection[str], since: datetime) -> list[str]:
        """The ids of the episodes with a reference of one of these forces that are open, or opened since then: the
        open ones first, and newest first."""
        # The few that are open or new, and then their references: asked for by force, all of its years were walked.
        rows = await self._rows(_REPORTED_BY, since=since)
        return list(dict.fromkeys(row.episode for row in rows if row.force in forces))

    async def incidents_of(self, cases: Collection[str]) -> list[tuple[str, str, str | None]]:
        """The state of each of these cases with each incident that it has, or None where it has none."""
        rows = await self._with(KEYS, ((c,) for c in sorted(cases)), _incidents(self._postgres)) if cases else ()
        return [(row.id, row.state, row.incident) for row in rows]

    async def people_with_number(self, value: str, limit: int) -> list[str]:
        """The ids of the children of every authority who have this number in any system."""
        asked = select(identifiers.c.person).where(identifiers.c.value == _ONE).distinct().limit(limit)
        return list((await self._rows(asked.order_by(identifiers.c.person), one=value)).scalars())

    async def people_numbered(self, authority: str, value: str, limit: int) -> list[str]:
        """The ids of the children of an authority who have this number in any system."""
        return list((await self._rows(_NUMBERED, one=value, authority=authority, most=limit)).scalars())
