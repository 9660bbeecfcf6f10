"""Looking somebody up as a person does: by a police reference without its force, and by a number without its system."""

from sqlalchemy import Text, bindparam, select

from store.session import Session
from store.tables import episode_references, identifiers

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


class LookingUp(Session):
    """The part of a transaction by which people look somebody up."""

    async def episodes_of_incident(self, incident: str, limit: int) -> list[str]:
        """The ids of the episodes and alerts with this reference, whichever force and authority it is of."""
        return list((await self._rows(_OF_INCIDENT, one=incident, most=limit)).scalars())

    async def people_numbered(self, authority: str, value: str, limit: int) -> list[str]:
        """The ids of the children of an authority who have this number in any system."""
        return list((await self._rows(_NUMBERED, one=value, authority=authority, most=limit)).scalars())
