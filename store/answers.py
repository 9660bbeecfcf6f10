"""What people answered on the duty desk: kept before it is sent, so that nothing typed is lost while Kafka is away, and
by the id that its form had, so that pressing twice is one answer. What was said is forgotten once Kafka has it."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Executable, Text, and_, bindparam, desc, func, literal_column, null, select, tuple_, update

from store.instants import UtcInstant
from store.listing import Writing
from store.session import Session
from store.tables import OF_POLICE, desk_answers, inbox

_COLUMNS = (
    *("id", "authority", "by", "type", "episode", "message", "said"),
    *("topic", "made_at", "sent_at", "event"),
)
_KEEP = Writing(desk_answers, _COLUMNS, replaces=())
_ROWS = select(*(desk_answers.c[name] for name in _COLUMNS)).order_by(desk_answers.c.made_at, desk_answers.c.id)
_ONE = bindparam("one", type_=Text)
_BY_ID = _ROWS.where(desk_answers.c.id == _ONE)
_OF_MESSAGE = _ROWS.where(desk_answers.c.message == _ONE)
_IS_UNSENT = desk_answers.c.sent_at.is_(None)
_LAST = tuple_(bindparam("made_at", type_=UtcInstant), bindparam("last", type_=Text))
_IS_AFTER = tuple_(desk_answers.c.made_at, desk_answers.c.id) > _LAST
_KEY = bindparam("key", type_=Text)
_NAMED = [func.nullif(desk_answers.c[name], literal_column("''", Text)) for name in ("episode", "message")]
_HAS_KEY = func.coalesce(*_NAMED, desk_answers.c.id) == _KEY  # as `AnswerRow.lane`
_IS_IN_LANE = and_(desk_answers.c.topic == bindparam("topic"), _HAS_KEY)
_COUNT_UNSENT = select(func.count(), func.min(desk_answers.c.made_at)).select_from(desk_answers).where(_IS_UNSENT)
_UNSENT_TOPICS = (
    select(desk_answers.c.topic, func.count(), func.min(desk_answers.c.made_at).label("oldest"))
    .where(_IS_UNSENT)
    .group_by(desk_answers.c.topic)
    .order_by("oldest", desk_answers.c.topic)
)
_SENT = (
    update(desk_answers)
    .where(desk_answers.c.id == _ONE)
    .values(sent_at=bindparam("now", type_=UtcInstant), event=null())
)
_HEARD = select(inbox.c.received_at).where(OF_POLICE).order_by(desc(inbox.c.received_at)).limit(1)
AnswerLane = tuple[str, str]
"""A topic and a key: what was answered about one child's episode stays in order."""


@cache
def _unsent(after: bool, in_lane: bool) -> Executable:
    asked = [_IS_UNSENT, *([_IS_AFTER] if after else []), *([_IS_IN_LANE] if in_lane else [])]
    return _ROWS.where(*asked).limit(bindparam("most"))


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One answer of a person on the desk. `by` is the id of the person; `said` the answer in a few words of the pack,
    never what was typed. `event` is what goes to Kafka, None once it is there (`sent_at`)."""

    id: str
    authority: str
    by: str
    type: str
    episode: str | None
    message: str | None
    said: str | None
    topic: str
    made_at: datetime
    sent_at: datetime | None = None
    event: bytes | None = field(default=None, repr=False)

    @property
    def lane(self) -> AnswerLane:
        """What it keeps its order in."""
        return self.topic, self.episode or self.message or self.id


class Answers(Session):
    """The part of a transaction that keeps what people answered on the desk."""

    async def keep_answer(self, row: AnswerRow) -> None:
        """Keep it; one that is kept under that id already stays as it is."""
        values: tuple[Any, ...] = tuple(getattr(row, name) for name in _COLUMNS)
        await self._write(_KEEP, [values])

    async def answer(self, id: str) -> AnswerRow | None:
        """One answer, or None."""
        row = (await self._rows(_BY_ID, one=id)).one_or_none()
        return None if row is None else AnswerRow(*row)

    async def answers_to(self, message: str) -> list[AnswerRow]:
        """What was answered to a message, in order of time."""
        return [AnswerRow(*row) for row in await self._rows(_OF_MESSAGE, one=message)]

    async def unsent_answers(
        self, limit: int, after: AnswerRow | None = None, lane: AnswerLane | None = None
    ) -> list[AnswerRow]:
        """What Kafka does not have yet, oldest first; those that come after one, and those of one lane, where it is
        given."""
        given: dict[str, Any] = {"most": limit}
        if after is not None:
            given |= {"made_at": after.made_at, "last": after.id}
        if lane is not None:
            given |= dict(zip(("topic", "key"), lane, strict=True))
        return [AnswerRow(*row) for row in await self._rows(_unsent(after is not None, lane is not None), **given)]

    async def unsent_topics(self) -> list[tuple[str, int, datetime]]:
        """Each topic that does not have all its answers yet: how many it lacks, and when the oldest of them was given.
        The topic that has waited longest first."""
        return [(topic, count, oldest) for topic, count, oldest in await self._rows(_UNSENT_TOPICS)]

    async def count_unsent_answers(self) -> tuple[int, datetime | None]:
        """How many answers Kafka does not have yet, and when the oldest of them was given."""
        count, oldest = (await self._rows(_COUNT_UNSENT)).one()
        return count, oldest

    async def answer_sent(self, id: str, now: datetime) -> None:
        """Kafka has it: what was said need not be kept here any longer."""
        await self._rows(_SENT, one=id, now=now)

    async def last_police_message(self) -> datetime | None:
        """When the newest message of any police force was taken in."""
        at: datetime | None = (await self._rows(_HEARD)).scalar_one_or_none()
        return at
