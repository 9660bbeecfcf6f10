"""Intake: THE transaction. Claim, look-up, episode, ledger, outbox rows and timers are kept together or not at all.

A batch is one transaction with a constant number of statements. Where one record spoils it, the batch is taken record
by record, so that only the one that fails is set aside, with its bytes, in quarantine.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from consumers import bookkeeping, periodic
from consumers.desk import Desk
from consumers.gathering import gathered
from consumers.raw import Raw, Told, Unread
from consumers.reading import reading
from enrichment.matching import Model, shipped_model
from enrichment.people import People
from outbox.directory import Directory
from outbox.writer import rows as rows_of
from routing.exceptions import exception
from routing.library import HUB, Packs
from routing.messages import Message, derived_id
from schemas.topics import Kind, parse_topic
from store import Store, Transaction
from store.errors import StoreUnavailableError
from store.feeds import Feed
from store.rows import Claim, LedgerRow, OutboxRow, QuarantineRow, TimerRow

log = logging.getLogger(__name__)


class Intake:
    """Takes in what arrives and what falls due. `now` is the clock; `promised` is called after a commit that wrote
    outbox rows or timers, so that relay and timer loop look again. `model` weighs descriptions; from `stale_after` on
    the age of a register is told with what it does not know."""

    def __init__(
        self,
        store: Store,
        packs: Packs,
        directories: dict[str, Directory],
        now: Callable[[], datetime],
        promised: Callable[[], None] = lambda: None,
        checks_owner: bool = True,
        model: Model | None = None,
        stale_after: timedelta = timedelta(days=2),
    ) -> None:
        self._store, self._packs, self._directories, self._now = store, packs, directories, now
        self._promised, self._checks_owner = promised, checks_owner
        self._model, self._stale_after = model or shipped_model(), stale_after
        self._begun: set[str] = set()  # authorities whose periodic reports are known to be set

    async def take(self, batch: Sequence[Raw], again: bool = False) -> None:
        """Takes a batch in. Raises StoreUnavailableError where the database cannot be reached: nothing was taken then,
        and the batch may be given again. `again`: also what was taken before, as far as it can be read; only for
        records of a register, which change nothing where they bring no news."""
        now = self._now()
        read = [reading(raw, now, self._checks_owner) for raw in batch]
        if again:
            read = [replace(r, raw=replace(r.raw, replayed=True)) if isinstance(r, Told) else r for r in read]
        try:
            await self._transact(read, now)
        except StoreUnavailableError:
            raise
        except Exception as error:
            if len(read) == 1:
                # A fault of ours or of the data: set aside with its bytes, so that it can be replayed after a mend.
                log.exception("a record could not be taken in", extra={"record": batch[0].place})
                await self._transact([_failed(batch[0], error)], now)
            else:
                for raw in batch:
                    await self.take([raw], again)
        self._promised()

    async def fall(self, timers: Sequence[TimerRow]) -> None:
        """Asks the rules again whose timers fell due. A timer that no longer stands is passed over."""
        now = self._now()
        wanted = {t.id for t in timers}
        figures = await periodic.counted(self._store, [t for t in timers if t.episode is None], self._packs)
        async with self._store.transaction() as tx:
            await tx.lock({t.person for t in timers})
            due = await tx.due_timers(max(t.due_at for t in timers), len(timers) + _SLACK)
            due = [t for t in due if t.id in wanted]
            episodes = {t.episode for t in due if t.episode}
            found = await tx.find((), (), episodes)
            people, rows = await tx.load({t.person for t in due if t.episode})
            desk = Desk(People(found, people, rows), self._packs, now)
            for timer in due:
                if timer.episode is not None:
                    desk.fell(timer)
            after = [periodic.fell(t, figures[t.id], self._packs, now) for t in due if t.episode is None]
            desk.messages += [message for message, _ in after]
            owners = [(t.person, None) for t in due if t.episode is None]
            await self._write(tx, desk, [], [], owners, [timer for _, timer in after])
        self._promised()

    async def replay(self, limit: int) -> int:
        """Takes in what somebody asked to be replayed from quarantine, one record a transaction; returns how many.
        What still cannot be read or taken in goes back into quarantine."""
        count, failed = 0, dict[str, Exception]()
        while count < limit:
            now, key = self._now(), ""
            try:
                async with self._store.transaction() as tx:
                    rows = await tx.take_replays(1, now)
                    if not rows:
                        break
                    key, raw = rows[0].id, _again(rows[0])
                    fault = failed.get(key)
                    read = _failed(raw, fault) if fault else reading(raw, now, self._checks_owner)
                    await self._work(tx, [read], now)
            except StoreUnavailableError:
                raise
            except Exception as error:
                if not key or key in failed:
                    raise
                failed[key] = error
            else:
                count += 1
        if count:
            self._promised()
        return count

    async def undelivered(self, row: OutboxRow, detail: str) -> None:
        """A message that can never arrive: the authority's intake role hears of it, else the operator of the hub. What
        tells of that cannot be delivered itself is only logged: it stands among the dead letters."""
        told_operator = row.authority == HUB
        if row.kind == "delivery_failed" and told_operator:
            log.error("the operator of the hub cannot be reached", extra={"outbox": row.id})
            return
        now = self._now()
        to_operator = told_operator or row.kind == "delivery_failed"
        pack = self._packs.hub if to_operator else self._packs.governing(row.authority, now)
        what = f"{row.type} {row.message_id} to {row.destination}: {detail}"
        message = exception(pack, "delivery_failed", what, now, ("/homeward/relay", row.id))
        written = rows_of(message, self._directories[message.authority])
        async with self._store.transaction() as tx:
            await tx.append([bookkeeping.of_decision(message, written)], written)
        self._promised()

    async def _transact(self, read: Sequence[Told | Unread], now: datetime) -> None:
        begun = set(self._begun)
        try:
            async with self._store.transaction() as tx:
                await self._work(tx, read, now)
        except BaseException:
            self._begun = begun  # what was not kept has not begun
            raise

    async def _work(self, tx: Transaction, read: Sequence[Told | Unread], now: datetime) -> None:
        told, unread = await self._fresh(tx, read, now)
        if not told and not unread:
            return
        people = await gathered(tx, told, self._packs, self._model)
        feeds = {feed.authority: feed for feed in await tx.feeds()}
        desk = Desk(people, self._packs, now, feeds=feeds, stale_after=self._stale_after)
        for each in told:
            desk.answer(each)
        desk.messages += [self._alert(u, now) for u in unread]
        unread += [Unread(each.raw, "unknown_word", fault) for each, fault in desk.unplaced]
        await self._write(tx, desk, told, unread, (), self._begin_periodic(desk, now))

    async def _fresh(
        self, tx: Transaction, read: Sequence[Told | Unread], now: datetime
    ) -> tuple[list[Told], list[Unread]]:
        """What nobody has taken yet, each once. A replay passes on purpose."""
        keys = [r.key if isinstance(r, Told) else r.raw.place for r in read]
        claims = [_claim(r, key, now) for r, key in zip(read, keys, strict=True) if not r.raw.replayed]
        left = await tx.claim(claims)
        told, unread = [], []
        for each, key in zip(read, keys, strict=True):
            if not each.raw.replayed:
                if key not in left:
                    continue
                left.discard(key)
            if isinstance(each, Told):
                told.append(each)
            else:
                unread.append(each)
        return told, unread

    def _alert(self, unread: Unread, now: datetime) -> Message:
        """The word to a person about a record that could not be read: its owner's intake role, else the operator."""
        topic = parse_topic(unread.raw.topic)
        of_authority = topic is not None and topic.kind in (Kind.CASEWORK, Kind.REGISTER)
        owner = self._packs.key_of(topic.owner) if topic is not None and of_authority else None
        pack = self._packs.governing(owner, now) if owner else self._packs.hub
        cause = ("/homeward/quarantine", unread.raw.place)
        return exception(pack, "unreadable", f"{unread.reason}: {unread.detail}", now, cause)

    def _begin_periodic(self, desk: Desk, now: datetime) -> list[TimerRow]:
        """Periodic reports begin with an authority's first message."""
        fresh = {child.authority for child, _, _ in desk.events} - self._begun
        timers = [t for authority in sorted(fresh) for t in periodic.begin(self._packs.governing(authority, now), now)]
        self._begun |= fresh
        return timers

    async def _write(
        self,
        tx: Transaction,
        desk: Desk,
        told: Sequence[Told],
        unread: Sequence[Unread],
        owners: Sequence[tuple[str, None]],
        timers: Sequence[TimerRow],
    ) -> None:
        """Everything the desk led to, in a constant number of statements."""
        idle = {each.key for each in desk.no_news if each.raw.replayed}  # read again, and nothing came of it
        ledger = [bookkeeping.of_report(each) for each in told if each.key not in idle]
        ledger += [bookkeeping.of_judgement(judged) for judged in desk.judged]
        ledger += [bookkeeping.of_facts(*fact) for fact in desk.events]
        outbox: list[OutboxRow] = []
        for message in desk.messages:
            written = rows_of(message, self._directories[message.authority])
            outbox += written
            ledger.append(bookkeeping.of_decision(message, written))
        owned, wanted, promises = _timers(desk)
        await tx.forget(desk.people.forgotten)
        await tx.save(*desk.people.changes())
        await tx.file(*desk.people.lookup.changes())
        await tx.append([*ledger, *promises], outbox)
        await tx.note_feeds(_feeds(told, desk.now))
        await tx.set_timers([*owned, *owners], [*wanted, *timers])
        await tx.quarantine([_set_aside(u, desk.now) for u in unread])


_SLACK = 64  # timers that other hubs may have set at the same instants meanwhile


def _failed(raw: Raw, error: Exception) -> Unread:
    return Unread(raw, "failed", f"taking it in failed: {type(error).__name__}")


def _claim(read: Told | Unread, key: str, now: datetime) -> Claim:
    raw = read.raw
    origin = read.report.origin if isinstance(read, Told) else None
    source, message, type_ = (origin.source, origin.id, origin.type) if origin else ("", "", "")
    return Claim(key, source, message, type_, raw.topic, raw.partition, raw.offset, now)


def _again(row: QuarantineRow) -> Raw:
    """A record out of quarantine, as it came."""
    return Raw(row.topic, row.partition, row.offset, row.value, row.timestamp, row.key, row.headers, replayed=True)


def _set_aside(unread: Unread, now: datetime) -> QuarantineRow:
    raw = unread.raw
    return QuarantineRow(
        derived_id("quarantine", raw.place, now.isoformat() if raw.replayed else ""),
        raw.topic, raw.partition, raw.offset, raw.key, raw.headers, raw.value, raw.timestamp,
        unread.reason, unread.detail, now,
    )  # fmt: skip


def _feeds(told: Sequence[Told], now: datetime) -> list[Feed]:
    """The newest record of each register that has told something."""
    newest: dict[str, datetime] = {}
    for each in told:
        authority = each.report.about.authority
        if each.at and authority:
            newest[authority] = max(each.at.at, newest.get(authority, each.at.at))
    return [Feed(authority, at, now) for authority, at in newest.items()]


def _timers(desk: Desk) -> tuple[list[tuple[str, str | None]], list[TimerRow], list[LedgerRow]]:
    """The timers of every episode that changed, and the ledger's lines about them."""
    owners: dict[tuple[str, str | None], None] = dict.fromkeys(desk.people.moved)
    wanted: dict[str, list[TimerRow]] = {}
    promises = []
    for child, episode, events in desk.events:
        owners[(child.id, episode.id)] = None
        child = desk.people.of_episode(episode.id) or child  # who holds it now, whoever held it then
        owners[(child.id, episode.id)] = None
        rows = [
            TimerRow(derived_id("timer", episode.id, t.rule, t.due_at.isoformat()), child.authority, child.id,
                     episode.id, t.rule, t.due_at)
            for t in child.case(episode.id).timers
        ]  # fmt: skip
        if wanted.get(episode.id) != rows:
            wanted[episode.id] = rows
            promises.append(bookkeeping.of_timers(child, episode, rows, events[0]))
    return [*owners], [row for rows in wanted.values() for row in rows], promises
