"""Intake: THE transaction. Claim, look-up, episode, ledger, outbox rows and timers are kept together or not at all.

A batch is one transaction with a constant number of statements. Where one record spoils it, the batch is taken record
by record, so that only the one that fails is set aside, with its bytes, in quarantine.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from enrichment.children import Children
from enrichment.matching import Model, shipped_model
from intake import ledger, periodic
from intake.batch import BatchProcessor
from intake.early import EARLY_WORD
from intake.holding import waited_long
from intake.loading import add_early, load_batch, load_early
from intake.records import Parse, Parsed, RawRecord, Rejected
from intake.step import Context, Step
from intake.writing import rejection_alert, write_batch
from outbox.directory import Directory
from outbox.writer import rows as rows_of
from routing.exceptions import exception
from routing.library import HUB, Packs
from store import Store, Transaction
from store.errors import StoreUnavailableError
from store.rows import Claim, OutboxRow, QuarantineRow, TimerRow

log = logging.getLogger(__name__)
_SLACK = 64  # timers that other hubs may have set at the same instants meanwhile


class Intake:
    """Takes in what arrives and what is due. `parse` says what a record holds; `now` is the clock; `promised` is called
    after a commit that wrote outbox rows or timers, so that relay and timer loop look again. `model` weighs
    descriptions; from `stale_after` on the age of a register is told with what it does not know; word that came before
    what it speaks of is told again after `early_after`."""

    def __init__(
        self,
        store: Store,
        packs: Packs,
        directories: dict[str, Directory],
        parse: Parse,
        now: Callable[[], datetime],
        promised: Callable[[], None] = lambda: None,
        model: Model | None = None,
        stale_after: timedelta = timedelta(days=2),
        early_after: timedelta = timedelta(hours=24),
    ) -> None:
        self._store, self._packs, self._directories, self._parse, self._now = store, packs, directories, parse, now
        self._promised, self._model, self._stale_after = promised, model or shipped_model(), stale_after
        self._early_after = early_after
        self._begun: set[str] = set()  # authorities whose periodic reports are known to be set

    async def process_batch(self, batch: Sequence[RawRecord], again: bool = False) -> None:
        """Takes a batch in. Raises StoreUnavailableError where the database cannot be reached: nothing was taken then,
        and the batch may be given again. `again`: also what was taken before, as far as it can be parsed; only for
        records of a register, which change nothing where they bring no news."""
        now = self._now()
        read = [self._parse(raw, now) for raw in batch]
        if again:
            read = [replace(r, raw=replace(r.raw, replayed=True)) if isinstance(r, Parsed) else r for r in read]
        try:
            await self._transact(read, now)
        except StoreUnavailableError:
            raise
        except Exception as error:
            if len(read) == 1:
                # A fault of ours or of the data: set aside with its bytes, so that it can be replayed after a fix.
                log.exception("Could not process a record: moving it to quarantine", extra={"record": batch[0].place})
                await self._transact([_failed(batch[0], error)], now)
            else:
                for raw in batch:
                    await self.process_batch([raw], again)
        self._promised()

    async def fire_timers(self, timers: Sequence[TimerRow]) -> None:
        """Asks the rules again whose timers are due. A timer that no longer stands is passed over."""
        now = self._now()
        wanted = {t.id for t in timers}
        figures = await periodic.counted(self._store, [t for t in timers if _is_periodic(t)], self._packs)
        async with self._store.transaction() as tx:
            await tx.lock({t.person for t in timers})
            due = await tx.due_timers(max(t.due_at for t in timers), len(timers) + _SLACK)
            due = [t for t in due if t.id in wanted]
            found = await tx.find((), (), {t.episode for t in due if t.episode})
            people, rows = await tx.load({t.person for t in due if t.episode})
            context = Context(Children(found, people, rows), self._packs, now, early_after=self._early_after)
            batch = BatchProcessor(context)
            for timer in due:
                if timer.episode is not None:
                    batch.fire(timer)
            batch.settle()
            early = [t for t in due if t.rule == EARLY_WORD]
            batch.done += await waited_long(tx, context, early, self._parse)
            ended = [t for t in due if _is_periodic(t)]
            after = [periodic.fire(t, figures[t.id], self._packs, now) for t in ended]
            batch.done += Step(messages=tuple(message for message, _ in after))
            owners = [(t.person, None) for t in due if t.episode is None]
            await write_batch(tx, batch, self._directories, (), owners, [timer for _, timer in after])
        self._promised()

    async def replay(self, limit: int) -> int:
        """Takes in what somebody asked to be replayed from quarantine, one record a transaction; returns how many.
        What still cannot be parsed or taken in goes back into quarantine."""
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
                    read = _failed(raw, fault) if fault else self._parse(raw, now)
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
            log.error("Could not reach the hub's operator: check the directory of the hub", extra={"outbox": row.id})
            return
        now = self._now()
        to_operator = told_operator or row.kind == "delivery_failed"
        pack = self._packs.hub if to_operator else self._packs.governing(row.authority, now)
        what = f"{row.type} {row.message_id} to {row.destination}: {detail}"
        message = exception(pack, "delivery_failed", what, now, ("/homeward/relay", row.id))
        written = rows_of(message, self._directories[message.authority])
        async with self._store.transaction() as tx:
            await tx.append([ledger.of_decision(message, written)], written)
        self._promised()

    async def _transact(self, read: Sequence[Parsed | Rejected], now: datetime) -> None:
        begun = set(self._begun)
        try:
            async with self._store.transaction() as tx:
                await self._work(tx, read, now)
        except BaseException:
            self._begun = begun  # what was not kept has not begun
            raise

    async def _work(self, tx: Transaction, read: Sequence[Parsed | Rejected], now: datetime) -> None:
        parsed, rejected = await _fresh(tx, read, now)
        if not parsed and not rejected:
            return
        early = await load_early(tx, parsed, self._parse)
        children = await load_batch(tx, [*parsed, *(each.parsed for each in early)], self._packs, self._model)
        await add_early(tx, early, [child.id for child in children.children()], self._parse)
        feeds = {feed.authority: feed for feed in await tx.feeds()}
        batch = BatchProcessor(Context(children, self._packs, now, feeds, self._stale_after, early, self._early_after))
        for each in parsed:
            batch.process(each)
        batch.settle()
        alerts = tuple(rejection_alert(each, self._packs, now) for each in rejected)
        batch.done += Step(messages=alerts, rejected=tuple(rejected))
        await write_batch(tx, batch, self._directories, parsed, (), self._begin_periodic(batch.done, now))

    def _begin_periodic(self, done: Step, now: datetime) -> list[TimerRow]:
        """Periodic reports begin with an authority's first message."""
        fresh = {change.child.authority for change in done.cases} - self._begun
        timers = [t for authority in sorted(fresh) for t in periodic.begin(self._packs.governing(authority, now), now)]
        self._begun |= fresh
        return timers


async def _fresh(
    tx: Transaction, read: Sequence[Parsed | Rejected], now: datetime
) -> tuple[list[Parsed], list[Rejected]]:
    """What nobody has taken yet, each once. A replay passes on purpose."""
    keys = [r.key if isinstance(r, Parsed) else r.raw.place for r in read]
    left = await tx.claim([_claim(r, key, now) for r, key in zip(read, keys, strict=True) if not r.raw.replayed])
    parsed, rejected = list[Parsed](), list[Rejected]()
    for each, key in zip(read, keys, strict=True):
        if not each.raw.replayed:
            if key not in left:
                continue
            left.discard(key)
        if isinstance(each, Parsed):
            parsed.append(each)
        else:
            rejected.append(each)
    return parsed, rejected


def _is_periodic(timer: TimerRow) -> bool:
    return timer.episode is None and timer.rule != EARLY_WORD


def _failed(raw: RawRecord, error: Exception) -> Rejected:
    return Rejected(raw, "failed", f"Processing failed ({type(error).__name__})")


def _claim(read: Parsed | Rejected, key: str, now: datetime) -> Claim:
    raw = read.raw
    origin = read.report.origin if isinstance(read, Parsed) else None
    source, message, type_ = (origin.source, origin.id, origin.type) if origin else ("", "", "")
    return Claim(key, source, message, type_, raw.topic, raw.partition, raw.offset, now)


def _again(row: QuarantineRow) -> RawRecord:
    """A record out of quarantine, as it came."""
    return RawRecord(
        row.topic, row.partition, row.offset, row.value, row.timestamp, row.key, row.headers, replayed=True
    )
