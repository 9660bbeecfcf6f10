"""Intake: THE transaction. Claim, look-up, episode, ledger, outbox rows and timers are kept together or not at all.

A batch is one transaction with a constant number of statements. Where one record spoils it, `intake.isolating` finds
that one and sets it aside, with its bytes, in quarantine.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from enrichment.children import Children
from enrichment.matching import Model, shipped_model
from intake import floods, periodic
from intake.batch import BatchProcessor
from intake.beside import FiledMeanwhileError, look_beside
from intake.canaries import answer_canaries
from intake.claiming import fresh
from intake.claims import tell_of_many
from intake.early import EARLY_WORD, EarlyWordError, EarlyWords, as_it_came, note_spoilt
from intake.failing import tell_of_record, tell_of_timer
from intake.folding import fold_batch, look_at_floods
from intake.holding import lock_waiting, waited_long
from intake.isolating import Isolation
from intake.keeping_back import KeptBack, has_waited, keep_back, not_left_yet
from intake.loading import add_early, load_batch, load_early
from intake.noting import Notes, note_keys
from intake.records import CanarySeen, Parse, Parsed, RawRecord, Read, Rejected
from intake.rehearsing import Rehearsed, case_standing, rehearsed
from intake.rejecting import aside, failed
from intake.replaying import Replays, say_taken_already
from intake.saying import say_step, say_taken
from intake.settling import tell_back
from intake.step import Context, Step
from intake.writing import write_batch
from outbox.directory import Directory
from reporting.figures import Figures
from routing.case import BACKLOG
from routing.library import Packs
from routing.pack import Pack
from schemas.tracing import inner_span, root_span
from store import Store, Transaction
from store.rows import TimerRow

log = logging.getLogger(__name__)
_MOST_ANEW = 5  # times that a batch is decided because other hubs were first


class Intake:
    """Takes in what arrives and what is due. `parse` says what a record holds; `now` is the clock; `promised` is called
    after a commit that wrote outbox rows or timers, so that relay and timer loop look again. `model` weighs
    descriptions; from `stale_after` on the age of a register is told with what it does not know; word that came before
    what it speaks of is told again after `early_after`; `forces` are those that are expected to report, any where none
    is given. `leaves_late`: what is late on arrival is left to a timer, which falls when the backlog is read; else it
    is decided when its batch is."""

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
        forces: Collection[str] = (),
        gate: timedelta | None = None,
        history: bool = False,
    ) -> None:
        self._store, self._packs, self._directories, self._parse, self._now = store, packs, directories, parse, now
        self._promised, self._model, self._stale_after = promised, model or shipped_model(), stale_after
        self._early_after = early_after
        self._isolation = Isolation(store, self._transact)
        self._replays = Replays(store, self._read, self._work, self._tell_of_record, now, self._kept)
        self._forces, self._gate, self._history = frozenset(forces), gate, history
        # Versions of procedures whose periodic reports are known to be set: what was not kept has not begun.
        self._begun: set[tuple[str, str]] = set()

    async def process_batch(self, batch: Sequence[RawRecord], again: bool = False) -> None:
        """Takes a batch in. Raises StoreUnavailableError where the database cannot be reached: some of it may have been
        taken then, and all of it may be given again. `again`: also what was taken before, as far as it can be parsed;
        only for records of a register, which change nothing where they bring no news."""
        if not batch:
            return
        now, began = self._now(), asyncio.get_running_loop().time()
        read = []
        for raw in batch:
            each = self._read(raw, now)
            read.append(_reread(each) if again and isinstance(each, Parsed) else each)
            await asyncio.sleep(0)  # heartbeats go on, however long the batch and its records are
        say_taken(batch, await self._isolation.take(read, now), began)

    async def fire_timers(self, timers: Sequence[TimerRow]) -> None:
        """Asks the rules again whose timers are due. A timer that no longer stands is passed over."""
        now = self._now()
        reports = [t for t in timers if t.episode is None and t.rule not in (floods.FLOOD_RULE, EARLY_WORD)]
        figures = await periodic.counted(self._store, reports, self._packs)
        with root_span("ask timers", timers=len(timers)):
            done = await self._ask(timers, figures, now)
        self._kept(done)

    async def _ask(self, timers: Sequence[TimerRow], figures: Mapping[str, Figures], now: datetime) -> Step:
        async with self._store.transaction(short=True) as tx:
            waited_for = await lock_waiting(tx, [t for t in timers if t.rule == EARLY_WORD])
            floods_of = {t.person for t in timers if t.rule == floods.FLOOD_RULE}
            await tx.lock({t.person for t in timers if t.person not in floods_of} | waited_for)
            await tx.lock(floods_of)  # after children, as in a batch
            due = await tx.standing_timers({t.id for t in timers}, max(t.due_at for t in timers))
            found = await tx.find((), (), {t.episode for t in due if t.episode})
            people, rows = await tx.load({t.person for t in due if t.episode})
            context = Context(Children(found, people, rows), self._packs, now, early_after=self._early_after)
            batch = BatchProcessor(context)
            for timer in due:
                if timer.episode is not None:
                    batch.fire(timer)
            batch.settle()
            kept = await KeptBack.of(tx, context, [t.episode for t in due if t.episode and t.rule == BACKLOG])
            batch.done += tell_back(context, kept.unasked)
            batch.done += await waited_long(tx, context, [t for t in due if t.rule == EARLY_WORD], self._read)
            ended = [t for t in due if t.id in figures]
            sent = [periodic.fire(t, figures[t.id], self._packs, now) for t in ended]
            batch.done += Step(messages=tuple(message for message, _ in sent))
            following = [timer for _, after in sent for timer in after]
            looked = await look_at_floods(tx, [t for t in due if t.rule == floods.FLOOD_RULE], self._packs, now)
            looked += await fold_batch(tx, batch, now, looked.rows)
            batch.done += Step(messages=looked.said)
            owners = [(t.person, None) for t in due if t.episode is None]
            await write_batch(tx, batch, self._directories, (), owners, following, looked)
            await kept.let_go(tx, now)
        return batch.done

    async def tell_of_timer(self, timer: TimerRow, why: str) -> None:
        """Tells the authority's intake role, or the operator, that a time limit could not be checked."""
        await tell_of_timer(self._store, self._packs, self._directories, timer, why, self._now())
        self._promised()

    async def _tell_of_record(self, record: Rejected) -> None:
        await tell_of_record(self._store, self._packs, self._directories, record, self._now())
        self._promised()

    async def start_clocks(self, people: Collection[str], episodes: Collection[str]) -> int:
        """Asks the rules about absences of these children that were loaded from history; returns about how many."""
        now = self._now()
        async with self._store.transaction() as tx:
            await tx.lock({*people})
            found = await tx.find((), (), {*episodes})
            context = Context(Children(found, *await tx.load({*people})), self._packs, now)
            batch = BatchProcessor(context)
            count = sum(batch.start_clocks(episode) for episode in sorted(episodes))
            batch.settle()
            await write_batch(tx, batch, self._directories, (), (), self._begin_periodic(batch.done, now))
        self._kept(batch.done)
        return count

    async def rehearse(self, raw: RawRecord) -> Rehearsed:
        """What taking this record in would do as things stand, by the same code up to the writing; nothing is claimed,
        written or sent. What folds with a flood, and periodic reports, are left out."""
        now = self._now()
        read = self._read(raw, now)
        if isinstance(read, Rejected):
            return Rehearsed(refused=read.detail)
        if isinstance(read, CanarySeen):
            return Rehearsed()
        async with self._store.reading() as tx:
            context = await self._loaded(tx, [read], now)
            before = case_standing(context)
            batch = await self._processed(tx, context, [read])
        return rehearsed(batch.done, before, case_standing(context))

    async def replay(self, limit: int) -> int:
        """Takes in what somebody asked to be replayed from quarantine, so many at most; returns how many. What still
        cannot be parsed or taken in goes back into quarantine."""
        return await self._replays.replay(limit)

    def _kept(self, done: Step) -> None:
        """A transaction is kept: that is said, and who sends and who keeps time look again."""
        say_step(done)
        self._promised()

    def _read(self, raw: RawRecord, now: datetime) -> Read:
        """What a record says. Total: a fault of ours in reading costs that record alone."""
        try:
            return self._parse(raw, now)
        except Exception as error:
            log.exception("Could not read a record: moving it to quarantine", extra={"record": raw.place})
            return failed(raw, error)

    async def _transact(self, read: Sequence[Read], now: datetime) -> Step:
        """Keeps all of it. Early word that comes to grief itself goes to quarantine alone."""
        spoilt, anew = dict[str, Exception](), 0
        while True:
            try:
                with inner_span("transaction", records=len(read)):
                    async with self._store.transaction(short=True) as tx:
                        done = await self._work(tx, read, now, spoilt, looks=anew < _MOST_ANEW)
            except EarlyWordError as error:
                note_spoilt(error, spoilt)
            except FiledMeanwhileError:
                anew += 1
                log.info("Another hub has begun a child of this batch: deciding it anew", extra={"times": anew})
            else:
                if not self._history:  # which begins nothing
                    self._begun |= {_version(pack) for pack in self._governing(done, now)}
                self._kept(done)  # now, as the rest of its batch may come to grief
                return done

    async def _work(
        self,
        tx: Transaction,
        read: Sequence[Read],
        now: datetime,
        spoilt: Mapping[str, Exception],
        looks: bool = False,
    ) -> Step:
        """All that a transaction does. Where it `looks` for what another hub was first to begin, it raises
        FiledMeanwhileError."""
        await answer_canaries(tx, [each for each in read if isinstance(each, CanarySeen)], now)
        taken = await fresh(tx, [each for each in read if not isinstance(each, CanarySeen)], now)
        await say_taken_already(tx, read, taken)
        if not taken:
            return Step()
        parsed = [each for each in taken if isinstance(each, Parsed)]
        rejected = [each for each in taken if isinstance(each, Rejected)]
        context = await self._loaded(tx, parsed, now)
        rejected += [*context.early.unread, *_set_aside(context.early, spoilt)]
        batch = await self._processed(tx, context, parsed)
        if looks and self._store.postgres:
            await look_beside(tx, context)
        if self._history:
            batch.done += Step(rejected=tuple(rejected))
            await write_batch(tx, batch, self._directories, parsed, (), ())
            return batch.done
        batch.done += aside(rejected, self._packs, now)
        folded = await fold_batch(tx, batch, now)
        until = None if self._gate is None or not has_waited(parsed, now) else now + self._gate
        if until is not None:
            keep_back(context, batch.done.messages)
        periodic_timers = self._begin_periodic(batch.done, now)
        await write_batch(tx, batch, self._directories, parsed, (), periodic_timers, folded, until)
        return batch.done

    async def _loaded(self, tx: Transaction, parsed: Sequence[Parsed], now: datetime) -> Context:
        """The children of whom the reports speak, and all that is asked besides. Nothing is written here."""
        early = await load_early(tx, parsed, self._read)
        children = await load_batch(tx, [*parsed, *(each.parsed for each in early)], self._packs, self._model)
        await add_early(tx, early, parsed, children, self._read)
        freshness = {register.authority: register for register in await tx.register_freshness()}
        notes = Notes(await tx.noted(note_keys(parsed, children.numbers, self._forces)))
        return Context(
            children, self._packs, now, freshness, notes, self._stale_after, self._forces, early, self._early_after,
            await not_left_yet(tx, children, now), history=self._history,
        )  # fmt: skip

    async def _processed(self, tx: Transaction, context: Context, parsed: Sequence[Parsed]) -> BatchProcessor:
        """What the reports lead to. Nothing is written here."""
        batch = BatchProcessor(context)
        for each in parsed:
            batch.process(each)
            await asyncio.sleep(0)
        batch.settle(backlog=self._gate is not None)
        if not self._history:
            batch.done += await tell_of_many(tx, context)
        return batch

    def _begin_periodic(self, done: Step, now: datetime) -> list[TimerRow]:
        """Periodic reports begin with an authority's first message, and those of a new version with its first one."""
        fresh = [pack for pack in self._governing(done, now) if _version(pack) not in self._begun]
        return [timer for pack in fresh for timer in periodic.begin(pack, now)]

    def _governing(self, done: Step, now: datetime) -> list[Pack]:
        """The procedures in force of the authorities where something changed."""
        return [self._packs.governing(each, now) for each in sorted({change.child.authority for change in done.cases})]


def _version(pack: Pack) -> tuple[str, str]:
    return pack.authority, pack.version


def _set_aside(early: EarlyWords, spoilt: Mapping[str, Exception]) -> list[Rejected]:
    """The early word that cannot be taken in: it waits no longer."""
    gone = [each for each in early if each.row.id in spoilt]
    for each in gone:
        early.let_go(each)
    return [replace(failed(as_it_came(e.row), spoilt[e.row.id]), claim=e.parsed.key) for e in gone]


def _reread(parsed: Parsed) -> Parsed:
    """The same, taken in whether it was taken before or not."""
    at = replace(parsed.at, again=True) if parsed.at else None
    return replace(parsed, raw=replace(parsed.raw, reread=True), at=at)
