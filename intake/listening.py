"""Feeds that fall silent. How often each topic is heard is learnt by hour of the week; where it is silent for longer
than chance explains, or was never heard at all, the operator is told once.

What is counted is whether a topic brought anything in five minutes, and not how much: messages come in bursts, and what
waited in Kafka comes at once. The rule is told in docs/operating.md ("Feeds that fall silent").
"""

import logging
import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from intake import ledger
from outbox.directory import Directory
from outbox.writer import rows
from routing.calendar import LONDON, Calendar
from routing.exceptions import exception
from routing.library import Packs
from routing.messages import Message
from schemas.topics import PATTERNS, TopicKind, one_spelling, parse_topic
from store import Store
from store.listening import FeedHour, FeedState
from store.trouble import do_again_and_again

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(minutes=5)
"""How often is looked, and what counts as one time."""
ONCE_IN = 400
"""Silence that would come by chance more often than once in so many is no news."""
_KEPT_WITHIN = LOOK_EVERY
"""A record counts as received before the transaction begins that keeps it: the last look may not have seen it."""
_MEMORY = timedelta(weeks=8)
LEARNS = timedelta(days=7)
"""For so long a new feed is only listened to."""
_SHORTEST = timedelta(hours=1)  # of a silence that is told of
_LONGEST = 3 * LOOK_EVERY  # more than this between two looks, and the hub did not listen
_HOUR = timedelta(hours=1)
_SUNDAY = 6
_QUIET = (
    "Nothing has come from {feed} since {heard}. By the weeks before, it should have been heard {expected:.0f} times "
    "since. Chance alone brings such a silence less than once in {once}. Find out whether its sender works. You are "
    "told once, until it is heard again."
)
_NEVER = (
    "Nothing has ever come from {feed}, which the settings expect since {since}. Find out whether its sender works and "
    "may write there, or take it out of the settings. You are told once."
)


@dataclass(frozen=True, slots=True)
class FeedChanges:
    """How the feeds stand after a look, what was learnt, and which have just gone quiet."""

    states: tuple[FeedState, ...]
    hours: tuple[FeedHour, ...]
    quiet: tuple[FeedState, ...]


class Listening:
    """Looks every five minutes. `expected`: the topics that the settings name; one that never was heard is told of
    after `begins_within`. `promised` is called after somebody was told."""

    def __init__(
        self,
        store: Store,
        packs: Packs,
        directories: Mapping[str, Directory],
        now: Callable[[], datetime],
        expected: Collection[str] = (),
        begins_within: timedelta = timedelta(days=3),
        promised: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._packs, self._directories, self._now = store, packs, directories, now
        self._expected, self._begins_within = sorted(map(one_spelling, expected)), begins_within
        self._promised = promised

    async def keep_looking(self, listens: Callable[[], bool], every: float = LOOK_EVERY.total_seconds()) -> None:
        """Looks every so many seconds, for ever. Whatever fails, it goes on."""
        failed = "Looking for silent feeds failed unexpectedly, retrying"
        await do_again_and_again(lambda: self.look(listens()), every, log, "looks for silent feeds", failed)

    async def look(self, listens: bool = True) -> tuple[FeedState, ...]:
        """Counts what was heard since the last look, and tells of feeds that have gone quiet; returns those. Of several
        processes one does it. `listens`: False where this process knows that it does not hear, and so learns nothing.
        Raises StoreUnavailableError."""
        now = self._now()
        async with self._store.transaction() as tx:
            await tx.lock({"listening"})
            states = {state.feed: state for state in await tx.feed_states()}
            until = max((state.until for state in states.values()), default=None)
            if until is not None and now - until < LOOK_EVERY:
                return ()
            since = until or now - LOOK_EVERY
            arrived = _unheard(_by_feed(await tx.arrived(since - _KEPT_WITHIN)), states)
            for feed in {*self._expected, *arrived} - {*states}:
                states[feed] = FeedState(feed, since, since)
            length = now - since if listens and now - since <= _LONGEST else timedelta()
            places = {feed: hour_of_week(now, self._calendar(feed)) for feed in states}
            hours = {(each.feed, each.hour): each for each in await tx.feed_hours({*places.values()})}
            known = {feed: hours.get((feed, hour), FeedHour(hour, feed, 0, 0, now)) for feed, hour in places.items()}
            heard = heard_until(now, length, states.values(), known, arrived, self._begins_within)
            await tx.keep_heard(heard.states, heard.hours)
            messages = [feed_alert(state, self._packs, now) for state in heard.quiet]
            written = [(message, rows(message, self._directories[message.authority])) for message in messages]
            lines = [ledger.of_decision(message, promised) for message, promised in written]
            await tx.append(lines, [row for _, promised in written for row in promised])
        if heard.quiet:
            self._promised()
        for state in heard.quiet:
            log.warning("A feed is silent", extra={"topic": state.feed})
        return heard.quiet

    def _calendar(self, feed: str) -> Calendar:
        """The working days of whoever sends: a council's own, else England's."""
        topic = parse_topic(feed)
        if topic is None or topic.kind is TopicKind.POLICE or topic.owner not in self._packs.authorities:
            return Calendar()
        return self._packs.newest(topic.owner).calendar


def hour_of_week(at: datetime, calendar: Calendar) -> int:
    """0 for the first hour of Monday, in London. A weekday on which nobody works is like a Sunday."""
    local = at.astimezone(LONDON)
    free = local.weekday() < 5 and not calendar.is_working_day(local.date())
    return (_SUNDAY if free else local.weekday()) * 24 + local.hour


def heard_until(
    now: datetime,
    length: timedelta,
    states: Iterable[FeedState],
    hours: Mapping[str, FeedHour],
    arrived: Mapping[str, datetime],
    begins_within: timedelta,
) -> FeedChanges:
    """How the feeds stand after `length` of listening (none where nobody listened): heard are those that `arrived`.
    `hours` is what is known of this hour of the week, by feed."""
    after, learnt, quiet = [], [], []
    for state in states:
        hour = aged(hours[state.feed], now)
        if at := arrived.get(state.feed):
            if state.quiet_since:
                log.info("A silent feed is heard again", extra={"topic": state.feed})
            state = replace(state, heard_at=at, expected=0.0, quiet_since=None)
            hour = replace(hour, heard=hour.heard + 1)
        else:
            state = replace(state, expected=state.expected + expected_in(hour, length))
        if length and not state.quiet_since:  # a silence that is told of does not become the rule
            learnt.append(replace(hour, listened=hour.listened + length / _HOUR))
        state = replace(state, until=now)
        if not state.quiet_since and _is_quiet(state, now, begins_within):
            state = replace(state, quiet_since=now)
            quiet.append(state)
        after.append(state)
    return FeedChanges(tuple(after), tuple(learnt), tuple(quiet))


def _is_quiet(state: FeedState, now: datetime, begins_within: timedelta) -> bool:
    if state.heard_at is None:
        return now - state.since >= begins_within
    has_learnt, is_long = now - state.since >= LEARNS, now - state.heard_at >= _SHORTEST
    return has_learnt and is_long and by_chance(state) < 1 / ONCE_IN


def by_chance(state: FeedState) -> float:
    """How likely it is that a feed which works is silent for as long as this one has been."""
    return math.exp(-state.expected)


def aged(hour: FeedHour, now: datetime) -> FeedHour:
    """The same with what has been forgotten since: of what is eight weeks old about a third counts."""
    left = math.exp(-max(now - hour.at, timedelta()) / _MEMORY)
    return replace(hour, heard=hour.heard * left, listened=hour.listened * left, at=now)


def expected_in(hour: FeedHour, length: timedelta) -> float:
    """How often a feed is to be expected in a part of this hour: heard / listened × length, and somewhat less while
    little has been learnt (the rate itself is then uncertain). Nothing is expected in an hour that was never listened
    to."""
    if not hour.listened:
        return 0.0
    return hour.heard * math.log1p(length / _HOUR / hour.listened)


def feed_alert(state: FeedState, packs: Packs, now: datetime) -> Message:
    """The word to the operator about a feed that has gone quiet, or never began."""
    heard, since = (f"{at.astimezone(LONDON):%d %B %Y %H:%M}" if at else "" for at in (state.heard_at, state.since))
    words = _QUIET if state.heard_at else _NEVER
    detail = words.format(feed=state.feed, heard=heard, since=since, expected=state.expected, once=ONCE_IN)
    return exception(packs.hub, "feed_silent", detail, now, ("/homeward/feeds", state.feed))


def _unheard(arrived: Mapping[str, datetime], states: Mapping[str, FeedState]) -> dict[str, datetime]:
    """What no look has counted yet."""
    heard = {feed: state.heard_at for feed, state in states.items() if state.heard_at}
    return {feed: at for feed, at in arrived.items() if feed not in heard or at > heard[feed]}


def _by_feed(arrived: Mapping[str, datetime]) -> dict[str, datetime]:
    """By the one spelling of each topic; of what is no feed of ours nothing is known."""
    found: dict[str, datetime] = {}
    for topic, at in arrived.items():
        feed = one_spelling(topic)
        known = parse_topic(feed)
        if known is not None and known.kind in PATTERNS:
            found[feed] = max(at, found.get(feed, at))
    return found
