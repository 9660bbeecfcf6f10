"""What is known of how feeds are heard: since when, how often by hour of the week, and which have gone quiet. What
follows from it is decided in `intake.listening`."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Executable, Integer, Text, bindparam, delete, func, select

from store.feed_tables import feed_hours, feed_states
from store.instants import UtcInstant
from store.listing import Listing, Writing
from store.session import Session
from store.tables import inbox

_STATE = ("feed", "since", "until", "heard_at", "expected", "quiet_since")
_HOUR = ("hour", "feed", "heard", "listened", "at")
_KEEP_STATES = Writing(feed_states, _STATE, replaces=_STATE[1:])
_KEEP_HOURS = Writing(feed_hours, _HOUR, replaces=_HOUR[2:])
_STATES: Executable = select(*(feed_states.c[name] for name in _STATE)).order_by(feed_states.c.feed)
_HOURS = select(*(feed_hours.c[name] for name in _HOUR))
_ONE = bindparam("one", type_=Text)
_WEEK = _HOURS.where(feed_hours.c.feed == _ONE).order_by(feed_hours.c.hour)
_SEVERAL = Listing("hours", hour=Integer)
_ARRIVED = (
    select(inbox.c.topic, func.max(inbox.c.received_at))
    .where(inbox.c.received_at > bindparam("since", type_=UtcInstant), inbox.c.topic.is_not(None))
    .group_by(inbox.c.topic)
)
_FORGET = tuple(delete(table).where(table.c.feed == _ONE) for table in (feed_hours, feed_states))


@dataclass(frozen=True, slots=True)
class FeedState:
    """A topic that is listened to: since when, and until when that was written down; when it was last heard, if ever.
    `expected`: how many times it should have been heard since. `quiet_since`: when somebody was told of its silence."""

    feed: str
    since: datetime
    until: datetime
    heard_at: datetime | None = None
    expected: float = 0.0
    quiet_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeedHour:
    """An hour of the week (0 to 167, from Monday's first, London): how often the feed was `heard` in it, and for how
    many hours it was `listened` to. Both are forgotten bit by bit, and stand as they were `at` an instant."""

    hour: int
    feed: str
    heard: float
    listened: float
    at: datetime


class FeedsHeard(Session):
    """The part of a transaction that knows how feeds are heard."""

    async def feed_states(self) -> list[FeedState]:
        """Every feed that is listened to, by its topic."""
        return [FeedState(*row) for row in await self._rows(_STATES)]

    async def feed_hours(self, hours: Collection[int]) -> list[FeedHour]:
        """What is known of these hours of the week, of every feed."""
        asked = _HOURS.where(_SEVERAL.has(self._postgres, feed_hours.c.hour))
        return [FeedHour(*row) for row in await self._with(_SEVERAL, ((h,) for h in sorted(hours)), asked)]

    async def week_of_feed(self, feed: str) -> list[FeedHour]:
        """What is known of one feed, by hour of the week."""
        return [FeedHour(*row) for row in await self._rows(_WEEK, one=feed)]

    async def arrived(self, since: datetime) -> dict[str, datetime]:
        """When each topic brought the newest of what was taken in after an instant."""
        return {row[0]: row[1] for row in await self._rows(_ARRIVED, since=since)}

    async def keep_heard(self, states: Sequence[FeedState], hours: Sequence[FeedHour]) -> None:
        """Write these as they stand now. No feed, and no hour of one, may be given twice."""
        await self._write(_KEEP_STATES, sorted((tuple(getattr(s, n) for n in _STATE) for s in states), key=_first))
        await self._write(_KEEP_HOURS, sorted(tuple(getattr(h, n) for n in _HOUR) for h in hours))

    async def forget_feed(self, feed: str) -> bool:
        """Forget all that was learnt of a feed; returns whether there was anything."""
        return sum([(await self._rows(statement, one=feed)).rowcount for statement in _FORGET]) > 0


def _first(values: Sequence[object]) -> str:
    return str(values[0])
