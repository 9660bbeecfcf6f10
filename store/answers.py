"""What people answered on the duty desk: kept before it is sent, so that nothing typed is lost while Kafka is away, and
by the id that its form had, so that pressing twice is one answer. What was said is forgotten once Kafka has it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Text, bindparam, desc, func, null, select, tuple_, update

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
_UNSENT = _ROWS.where(_IS_UNSENT).limit(bindparam("most"))
_LAST = tuple_(bindparam("made_at", type_=UtcInstant), bindparam("last", type_=Text))
_UNSENT_AFTER = _UNSENT.where(tuple_(desk_answers.c.made_at, desk_answers.c.id) > _LAST)
_COUNT_UNSENT = select(func.count(), func.min(desk_answers.c.made_at)).select_from(desk_answers).where(_IS_UNSENT)
_SENT = (
    update(desk_answers)
    .where(desk_answers.c.id == _ONE)
    .values(sent_at=bindparam("now", type_=UtcInstant), event=null())
)
_HEARD = select(inbox.c.received_at).where(OF_POLICE).order_by(desc(inbox.c.received_at)).limit(1)


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

    async def unsent_answers(self, limit: int, after: AnswerRow | None = None) -> list[AnswerRow]:
        """What Kafka does not have yet, oldest first; those that come after one, where it is given."""
        if after is None:
            rows = await self._rows(_UNSENT, most=limit)
        else:
            rows = await self._rows(_UNSENT_AFTER, most=limit, made_at=after.made_at, last=after.id)
        return [AnswerRow(*row) for row in rows]

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
