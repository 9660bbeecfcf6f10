"""What is stuck, put together by cause: how many wait, since when, and which rows a release would touch."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from desk.clock_words import day_and_hour, length_in_words
from desk.untaken import Untaken
from reporting.canaries import absent_canaries
from routing.messages import derived_id
from store import HeldUp, Quarantined
from store.canaries import CanaryRow
from store.listening import FeedState
from store.pausing import PausedDeliveries
from store.register_freshness import RegisterFreshness

_QUIET = timedelta(hours=48)
_SAYS = {
    "parked": "given up after many attempts",
    "failed": "refused",
    "bounced": "came back",
    "in_doubt": "may have arrived",
    "retrying": "being tried again by itself",
}


@dataclass(frozen=True, slots=True)
class StuckCause:
    """What several have in common. `key` names it in a form; `title` says what is wrong; `positions` or `ids` are the
    rows, `destination` is where deliveries wait to go."""

    key: str
    title: str
    count: int
    waiting: int
    oldest: str
    positions: tuple[int, ...] = ()
    ids: tuple[str, ...] = ()
    destination: str = ""


@dataclass(frozen=True, slots=True)
class PausedView:
    """What somebody has paused, in words. `waits` says how much and since when."""

    name: str
    title: str
    by: str
    since: str
    why: str
    waits: str


def paused_views(paused: Sequence[PausedDeliveries], now: datetime) -> list[PausedView]:
    """The longest paused first."""
    return [
        PausedView(
            each.pause.name,
            way_in_words(each.pause.name),
            each.pause.by,
            day_and_hour(each.pause.at, now),
            each.pause.why,
            _waits(each, now),
        )
        for each in paused
    ]


def _waits(paused: PausedDeliveries, now: datetime) -> str:
    if paused.oldest is None:
        return "Nothing waits."
    verb = "waits" if paused.waiting == 1 else "wait"
    return f"{paused.waiting} {verb}, oldest {length_in_words(now - paused.oldest)}."


def delivery_causes(held: Sequence[HeldUp], now: datetime) -> list[StuckCause]:
    """By destination, state and reason; the oldest first."""
    groups: dict[tuple[str, str, str], list[HeldUp]] = {}
    for row in held:
        groups.setdefault((row.destination, row.state, row.detail or "no reason given"), []).append(row)
    causes = []
    for (where, state, detail), rows in groups.items():
        oldest = min(row.at for row in rows)
        causes.append(
            (
                oldest,
                StuckCause(
                    derived_id("stuck", where, state, detail),
                    f"{way_in_words(where)}: {_SAYS[state]} ({detail})",
                    len(rows),
                    sum(row.waiting for row in rows),
                    length_in_words(now - oldest),
                    positions=tuple(row.position for row in rows),
                    destination=where,
                ),
            )
        )
    return [cause for _, cause in sorted(causes, key=lambda pair: pair[0])]


def quarantine_causes(quarantined: Sequence[Quarantined], now: datetime) -> list[StuckCause]:
    """By the cause that was given when they were set aside, else by topic and reason."""
    groups: dict[tuple[str, str], list[Quarantined]] = {}
    for each in quarantined:
        row = each.row
        groups.setdefault((row.cause or f"{row.topic} {row.reason}", row.topic), []).append(each)
    causes = []
    for (key, topic), rows in groups.items():
        first = rows[0].row
        oldest = min(each.row.at for each in rows)
        title = f"{topic}: {first.reason.replace('_', ' ')} ({first.detail})"
        ids = tuple(each.row.id for each in rows)
        causes.append(
            (
                oldest,
                StuckCause(
                    derived_id("stuck", key, topic), title, len(rows), 0, length_in_words(now - oldest), ids=ids
                ),
            )
        )
    return [cause for _, cause in sorted(causes, key=lambda pair: pair[0])]


def unsent_by_topic(
    topics: Sequence[tuple[str, int, datetime]], untaken: Untaken, now: datetime
) -> list[tuple[str, str]]:
    """Each topic for which answers wait: how many, since when, and why Kafka did not take them when last asked."""
    told = []
    for topic, count, oldest in topics:
        waits = f"{count} {'waits' if count == 1 else 'wait'}, oldest {length_in_words(now - oldest)}"
        told.append((topic, ". ".join([waits, *untaken.whys(topic)])))
    return told


def quiet_registers(registers: Sequence[RegisterFreshness], now: datetime) -> list[tuple[str, str, bool]]:
    """Each register with the age of its newest record, and whether it has gone quiet."""
    return [
        (each.authority, f"newest record {day_and_hour(each.newest_at, now)}", now - each.newest_at > _QUIET)
        for each in registers
    ]


def silent_feeds(feeds: Sequence[FeedState], now: datetime) -> list[tuple[str, str]]:
    """Each topic of whose silence the operator was told, with when it was last heard."""
    return [
        (
            each.feed,
            f"last heard {day_and_hour(each.heard_at, now)}" if each.heard_at else "never heard",
        )
        for each in feeds
        if each.quiet_since
    ]


def lost_canaries(
    rows: Sequence[CanaryRow], authorities: Collection[str], every: timedelta, now: datetime
) -> list[tuple[str, str]]:
    """Each authority whose canary has not come home, with when one last did and where it is held up."""
    return [
        (each.authority, f"last came home {day_and_hour(each.home_at, now) if each.home_at else 'never'}; {each.says}")
        for each in absent_canaries(rows, authorities, every, now)
    ]


def way_in_words(name: str) -> str:
    """A way out, a destination or the lane of one subject, without its subject and without a person."""
    _, bar, destination = name.rpartition("|")
    if bar:
        return f"One child's messages to {way_in_words(destination)[:1].lower()}{way_in_words(destination)[1:]}"
    channel, _, where = destination.partition("/")
    if not where:
        return "All e-mail" if channel == "mail" else "All Kafka topics"
    if channel != "mail":
        return f"Topic {where}"
    authority, role, *person = where.partition("?")[0].split("/")
    whose = f"somebody who is {role.replace('_', ' ')}" if person else role.replace("_", " ")
    second = " (its second way)" if "?" in where else ""
    return f"Mailbox of {whose}, {authority}{second}"
