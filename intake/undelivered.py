"""Whoever is answerable hears of what has not arrived: what was refused, what came back, what is in doubt, and what no
server has taken within the time that its urgency allows. By another way than the one that failed.

One bad mailbox is one fault: one word about it with a count, and the next one later, later each time, if more has come.
All of it rests on what stands in the store, and a word is written in the transaction that marks what it tells of.
"""

import json
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from episodes.reports import About
from intake import ledger
from intake.delivery_words import message_in_words, reader_in_words
from intake.next_reader import next_reader
from outbox.directory import Directory
from outbox.writer import destinations, rows_to, second_destinations
from routing.exceptions import exception
from routing.library import HUB, Packs
from routing.messages import Message, Recipient, derived_id
from routing.pack import Pack
from store import Store, Transaction
from store.arriving import FaultRow, Unarrived
from store.errors import StoreUnavailableError
from store.pausing import Pause

log = logging.getLogger(__name__)

LIMITS: Mapping[str, timedelta] = {
    "immediate": timedelta(minutes=5),
    "same_day": timedelta(minutes=60),
    "routine": timedelta(hours=24),
}
"""How long a message may wait to be accepted before somebody hears of it."""
_AGAIN = {"immediate": timedelta(minutes=15), "same_day": timedelta(hours=1), "routine": timedelta(hours=6)}
_FRESH = timedelta(minutes=1)  # what was promised just now may go out yet
_OVER = timedelta(hours=24)  # after so long a fault that is told again is told as a new one
_AT_ONCE = 1000
_TRIES = 20
"""Transactions at most for one look, as each that meets a fault which cannot be told is begun anew without it."""
_UNTOLD_AGAIN = timedelta(minutes=1)
_WORD = "delivery_failed"
_HELD = ("parked", "failed", "bounced", "in_doubt")
_STATES = {
    "failed": "Refused for good",
    "parked": "Given up until it is released",
    "bounced": "Came back after it was accepted",
    "in_doubt": "May or may not have arrived",
}


@dataclass(frozen=True, slots=True)
class DeliveryFault:
    """What failed alike: rows of one authority to one mailbox, or by one way out that takes nothing."""

    key: str
    authority: str
    channel: str
    destination: str | None
    rows: tuple[Unarrived, ...]

    @property
    def urgency(self) -> str:
        return next(u for u in (*LIMITS, "routine") if u == "routine" or any(r.urgency == u for r in self.rows))

    def failed(self, destination: str) -> bool:
        """Whether this way has failed, so that nothing is told by it."""
        if self.destination is None:
            return destination.partition("/")[0] == self.channel
        return destination == self.destination


class _UntoldError(Exception):
    """A fault could not be told. `key`: which; `why`: what failed."""

    def __init__(self, key: str, why: Exception) -> None:
        super().__init__(f"a fault could not be told: {type(why).__name__}")
        self.key, self.why = key, why


class Undelivered:
    """`limits` by urgency; `channels`: the ways out that there are; `promised` is called after a word was written."""

    def __init__(
        self,
        store: Store,
        packs: Packs,
        directories: Mapping[str, Directory],
        now: Callable[[], datetime],
        limits: Mapping[str, timedelta] = LIMITS,
        channels: Sequence[str] = ("topic", "mail"),
        promised: Callable[[], None] = lambda: None,
    ) -> None:
        self._store, self._packs, self._directories, self._now = store, packs, directories, now
        self._limits, self._channels, self._promised = limits, channels, promised
        self._untold: dict[str, tuple[datetime, Exception]] = {}  # what could not be told, tried again when and why

    async def tell(self) -> int:
        """Tells of what nobody has been told yet; returns how many messages that made. Raises an ExceptionGroup where a
        fault could not be told, after all others were; where more than a few could not, some others are told next
        time."""
        now, count = self._now(), 0
        self._untold = {key: kept for key, kept in self._untold.items() if kept[0] > now}
        for _ in range(_TRIES):
            try:
                count = await self._tell_all_but(self._untold, now)
                break
            except _UntoldError as error:
                # Its traceback would keep rows of the table in memory.
                self._untold[error.key] = now + _UNTOLD_AGAIN, error.why.with_traceback(None)
        if count:
            self._promised()
        if self._untold:
            raise ExceptionGroup("faults of delivery could not be told", [why for _, why in self._untold.values()])
        return count

    async def _tell_all_but(self, untold: Collection[str], now: datetime) -> int:
        """One transaction: nothing of it is kept where a fault cannot be told."""
        async with self._store.transaction() as tx:
            await tx.lock({"telling"})  # two at one time would each say a word about a part of the same
            rows = await tx.untold_held(_AT_ONCE) + await self._late(tx, now)
            faults = [fault for fault in _alike(rows) if fault.key not in untold]
            known = await tx.faults([fault.key for fault in faults])
            return sum([await self._try_to_say(tx, fault, known.get(fault.key), now) for fault in faults])

    async def _try_to_say(self, tx: Transaction, fault: DeliveryFault, known: FaultRow | None, now: datetime) -> int:
        try:
            return await self._say(tx, fault, known, now)
        except StoreUnavailableError:
            raise
        except Exception as error:
            raise _UntoldError(fault.key, error) from None

    async def _late(self, tx: Transaction, now: datetime) -> list[Unarrived]:
        """What has waited too long, and with it what else waits for the same way out: all that in one word."""
        waiting: list[Unarrived] = []
        for urgency in self._limits:
            channels = self._channels if urgency == "routine" else (None,)
            for channel in channels:
                found = await tx.untold_waiting(urgency, _AT_ONCE, channel)
                if len(found) == _AT_ONCE and now - found[-1].at >= self._limits[urgency]:
                    # As many of one mailbox, whose next word is not due, would hide all others until it is.
                    found = await tx.untold_waiting(urgency, _AT_ONCE, channel, of_each=True)
                waiting += found
        late = {row.position for row in waiting if now - row.at >= self._limits[row.urgency]}
        failing = {_alike_by(row) for row in waiting if row.position in late}
        return [
            row for row in waiting if row.position in late or (now - row.at >= _FRESH and _alike_by(row) in failing)
        ]

    async def _say(self, tx: Transaction, fault: DeliveryFault, known: FaultRow | None, now: datetime) -> int:
        """One word about a fault, where it is time for one; returns how many messages that made."""
        # Better twice than never, for what cannot wait; the e-mail says that it may be the second.
        again = [r.position for r in fault.rows if r.state == "in_doubt" and r.urgency == "immediate" and not r.repeats]
        await tx.send_again(again, now)
        pack = self._answerable(fault, now)
        if pack is None:
            await tx.mark_told([row.position for row in fault.rows], now)
            return 0
        climbing = await self._next_on_ladders(tx, fault, now) if pack.authority != HUB else ()
        if known is not None and now - known.told_at >= _OVER:
            known = None
        # A way out that takes nothing is told of again whenever a limit is over; of one bad mailbox one word is enough.
        patient = fault.destination is not None and not climbing
        if known is not None and patient and now - known.told_at < _pause(fault.urgency, known.words):
            return 0
        kept = FaultRow(fault.key, known.began_at if known else now, now, known.words + 1 if known else 1)
        pauses = await tx.pauses({row.paused for row in fault.rows if row.paused})
        message = self._word(fault, kept, pack, climbing, now, [*pauses.values()])
        rows = rows_to(message, self._ways(message, fault))
        await tx.append([ledger.of_decision(message, rows)], rows)
        await tx.keep_faults([kept])
        await tx.mark_told([row.position for row in fault.rows], now)
        return 1

    def _answerable(self, fault: DeliveryFault, now: datetime) -> Pack | None:
        """Whose intake role hears of it: the authority's; the operator, where that role is not reached itself."""
        of_words = all(row.kind == _WORD for row in fault.rows)
        held = any(row.state in _HELD for row in fault.rows)
        if of_words and not held:
            return None  # what tells of a fault waits for the same server: its own rows say so already
        if fault.authority == HUB:
            if not of_words:
                return self._packs.hub
            log.error("Could not reach the hub's operator: check the directory of the hub", extra={"fault": fault.key})
            return None
        pack = self._packs.speaking_for(fault.authority, now)
        if pack.authority == HUB:
            return pack  # not served any more
        role = pack.on_duty(now)
        its_own = fault.destination is not None and f"/{role}" in fault.destination
        alone = role not in self._directories[fault.authority].second
        return self._packs.hub if of_words or (its_own and alone) else pack

    async def _next_on_ladders(self, tx: Transaction, fault: DeliveryFault, now: datetime) -> tuple[str, ...]:
        pack = self._packs.governing(fault.authority, now)
        roles = [await next_reader(tx, row, pack, now) for row in fault.rows if pack.acknowledge]
        return tuple(dict.fromkeys(role for role in roles if role is not None))

    def _word(
        self,
        fault: DeliveryFault,
        kept: FaultRow,
        pack: Pack,
        climbing: Iterable[str],
        now: datetime,
        pauses: Sequence[Pause],
    ) -> Message:
        first = fault.rows[0]
        own = self._packs.speaking_for(fault.authority, now)
        detail = _detail(fault, kept, own, now, pauses)
        told = exception(pack, _WORD, detail, now, ("/homeward/relay", first.id), _about(fault.rows))
        more = [Recipient(role, None, pack.roles[role].channel) for role in climbing]
        to = tuple({each.role: each for each in (*told.to, *more)}.values())
        id = derived_id("undelivered", fault.key, first.id, kept.began_at.isoformat(), str(kept.words))
        return replace(told, id=id, to=to)

    def _ways(self, message: Message, fault: DeliveryFault) -> list[str]:
        """Every way to its readers but the one that failed; that one too where there is no other."""
        directory = self._directories[message.authority]
        ways = [*destinations(message, directory), *second_destinations(message, directory)]
        return [way for way in ways if not fault.failed(way)] or ways


def _alike(rows: Iterable[Unarrived]) -> list[DeliveryFault]:
    """Rows that a server has spoken of, or that wait behind such, by their mailbox; what was not tried, by its way."""
    groups: dict[tuple[str, str, str | None], list[Unarrived]] = {}
    for row in rows:
        groups.setdefault(_alike_by(row), []).append(row)
    return [
        DeliveryFault(derived_id("fault", *key), authority, channel, destination, tuple(found))
        for key, found in groups.items()
        for authority, channel, destination in (key,)
    ]


def _alike_by(row: Unarrived) -> tuple[str, str, str | None]:
    paused = row.paused not in (None, row.channel)  # what waits behind a pause waits for it alone
    by_itself = row.state in (*_HELD, "retrying") or row.blocked or paused
    return row.authority, row.channel, row.destination if by_itself else None


def _pause(urgency: str, words: int) -> timedelta:
    """How long the next word about the same fault waits."""
    longest = timedelta(hours=1) if urgency == "immediate" else _OVER
    wait: timedelta = _AGAIN[urgency] * 2 ** min(words - 1, 8)
    return min(wait, longest)


def _detail(fault: DeliveryFault, kept: FaultRow, pack: Pack, now: datetime, pauses: Sequence[Pause]) -> str:
    first = fault.rows[0]
    what = _STATES.get(first.state)
    if what is None:
        minutes = round((now - min(row.at for row in fault.rows)).total_seconds() / 60)
        what = f"Not accepted after {minutes} minutes"
    if first.state == "in_doubt":
        again = first.urgency == "immediate" and not first.repeats
        what += " (sent again, and says so)" if again else " (not sent again: ask, then release it)"
    many = message_in_words(first, pack)
    if len(fault.rows) > 1:
        many = f"{len(fault.rows)} messages, the first {many},"
    cause = next((row.detail for row in fault.rows if row.detail), None) or "the way out takes nothing at the moment"
    if pauses:
        cause = "; ".join(f"paused by {p.by} since {p.at:%Y-%m-%d %H:%M} UTC: {p.why}" for p in pauses)
    since = f"; the same fault as told since {kept.began_at:%Y-%m-%d %H:%M} UTC" if kept.words > 1 else ""
    return f"{what}: {many} to {reader_in_words(fault.channel, fault.destination, pack)}: {cause}{since}"


def _about(rows: Sequence[Unarrived]) -> About | None:
    """The police's reference, where all rows are about one."""
    found = {_incident(row.payload) for row in rows}
    return About(incident=found.pop()) if len(found) == 1 else None


def _incident(payload: bytes) -> str | None:
    try:
        incident = json.loads(payload)["incident"]
    except (ValueError, KeyError, TypeError):
        return None  # purged, or a message of another shape
    return incident if isinstance(incident, str) else None
