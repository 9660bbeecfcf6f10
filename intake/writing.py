"""Writing down what a batch did, in a constant number of statements of its transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from enrichment.children import Children
from intake import ledger
from intake.batch import BatchProcessor
from intake.floods import Folded
from intake.keeping_back import may_be_kept_back
from intake.records import Parsed
from intake.rejecting import quarantine_rows
from intake.step import Step
from intake.worklist import work_rows_of
from outbox.directory import Directory
from outbox.writer import rows as rows_of
from routing.case import BACKLOG, AlertCase, AnyCase, Timer
from routing.library import Packs
from routing.messages import Message, derived_id
from schemas.tracing import inner_span
from store import Transaction
from store.noting import LOOKED_AFTER, Note
from store.register_freshness import RegisterFreshness
from store.rows import Concerns, LedgerRow, OutboxRow, TimerRow

Owner = tuple[str, str | None]
"""Whose timers they are: a person and an episode, or a person alone."""


_NONE = Folded()


async def write_batch(
    tx: Transaction,
    batch: BatchProcessor,
    directories: Mapping[str, Directory],
    parsed: Sequence[Parsed],
    owners: Sequence[Owner],
    timers: Sequence[TimerRow],
    folded: Folded = _NONE,
    keep_back: datetime | None = None,
) -> None:
    """Everything that the batch did. `parsed` are the reports it came from; `owners` and `timers` belong to no
    episode; `folded`: how the floods stand afterwards; `keep_back`: until when at the longest what a backlog may answer
    waits."""
    done, children, now = batch.done, batch.context.children, batch.context.now
    idle = {each.key for each in done.no_news if each.raw.reread}  # read again, and nothing came of it
    # What had been claimed before it was set aside has its line already.
    told, about = [each for each in parsed if each.key not in idle and each.raw.claim is None], _whose(done)
    lines = [ledger.of_report(each, about.pop(ledger.report_key(each), ())) for each in told]
    lines += [ledger.of_match(match) for match in done.matches]
    lines += [ledger.of_facts(change, now) for change in done.cases]
    known = await _told_before(tx, (*done.messages, *done.unsent, *done.counted))
    lines += [ledger.of_decision(message, None) for message in done.unsent if message.id not in known]
    lines += [ledger.of_decision(message, None, counted=True) for message in done.counted if message.id not in known]
    early, context = batch.context.early, batch.context
    lines += [ledger.of_early(each) for each in early.told]
    outbox: list[OutboxRow] = []
    kept_back: dict[str, datetime] = {}
    for message in [m for m in done.messages if m.id not in known]:
        rows = rows_of(message, directories[message.authority])
        outbox += rows
        if keep_back is not None and may_be_kept_back(message, context.packs):
            kept_back |= {row.id: keep_back for row in rows}
        lines.append(ledger.of_decision(message, rows))
    owned, wanted, clocks = _timers(batch)
    await tx.forget(children.forgotten)
    # What is only written goes to Postgres in one statement: nothing is asked in between.
    await tx.save(*children.changes())
    await tx.file(*children.lookup.changes())
    asked, questions = ([], []) if context.history else early.timers(context.early_after)
    await tx.set_timers([*owned, *owners, *folded.owners, *asked], [*wanted, *timers, *folded.timers, *questions])
    changed = children.changed_cases()
    await tx.set_work({case.id for _, case in changed}, work_rows_of(changed, batch.context.packs))
    await tx.note_register_freshness(_freshness(parsed, context.packs, now))
    await tx.note([*(() if context.history else context.notes.new), *_looked_after(children, now)])
    await tx.save_floods(folded.rows)
    await tx.quarantine(quarantine_rows(done.rejected, batch.context.packs, now))
    await tx.keep_early_words(*early.changes())
    with inner_span("outbox", rows=len(outbox)):
        await tx.append([*lines, *clocks], outbox, kept_back)
    await _pass_on(tx, children, about)


def _looked_after(children: Children, now: datetime) -> list[Note]:
    """That these children were looked after, whatever the register says later: by it hangs how long they are kept."""
    told = (child for child in children.children() if child.changed)
    cared_for = (child.id for child in told if child.record.is_or_was_in_care)
    return [Note(f"{LOOKED_AFTER}/{person}", LOOKED_AFTER, now) for person in sorted(cared_for)]


def _whose(done: Step) -> dict[str, list[Concerns]]:
    """Whom the contents of reports are about, by the id of their lines; each child once."""
    found: dict[str, dict[str, Concerns]] = {}
    for each in done.whose:
        theirs = found.setdefault(ledger.report_key(each.parsed), {})
        if each.child.id not in theirs or each.case:
            theirs[each.child.id] = Concerns(each.child.id, each.case)
    return {line: [*theirs.values()] for line, theirs in found.items()}


async def _pass_on(tx: Transaction, children: Children, about: Mapping[str, Sequence[Concerns]]) -> None:
    """What was told before goes with the child that it turned out to be about: reports that waited until now, episodes
    that were another's, children who are one. (`about`: by the line that such a report has.)"""
    await tx.own_contents(about)
    for former, episode in children.moved:
        if child := children.of_episode(episode):
            await tx.hand_contents(former, child.id, episode)
    for former, person in children.joined:
        await tx.hand_contents(former, person)


async def _told_before(tx: Transaction, messages: Iterable[Message]) -> set[str]:
    """The exceptions of the hub that were raised before because of the same report: one that is read again raises them
    under the same ids."""
    keys = {ledger.decision_key(m): m.id for m in messages if m.type == "exception.raise" and not m.episode}
    return {keys[line] for line in await tx.in_ledger(keys)} if keys else set()


def _due(timer: Timer, now: datetime) -> datetime:
    """What waits for a backlog alone is due at once, also where a clock was ahead when it began to wait."""
    return min(timer.due_at, now) if timer.rule == BACKLOG else timer.due_at


def _timer_id(case: AnyCase, rule: str, due: datetime) -> str:
    """A clock is due but once at an instant; what waits for a backlog is due at once, for each report that left it."""
    left = case.late if rule == BACKLOG and not isinstance(case, AlertCase) else None
    because = (*left.cause.parts, *(left.cause.again or ())) if left else ()
    return derived_id("timer", case.id, rule, due.isoformat(), *because)


def _timers(batch: BatchProcessor) -> tuple[list[Owner], list[TimerRow], list[LedgerRow]]:
    """The timers of every case that changed, and the ledger's lines about them."""
    children, now = batch.context.children, batch.context.now
    owners: dict[Owner, None] = dict.fromkeys(children.moved)
    wanted: dict[str, list[TimerRow]] = {}
    lines = []
    for change in batch.done.cases:
        case = change.case.id
        owners[(change.child.id, case)] = None
        child = children.of_episode(case) or change.child  # who holds it now, whoever held it then
        owners[(child.id, case)] = None
        held = child.case(case)
        rows = [
            TimerRow(_timer_id(held, t.rule, due), child.authority, child.id, case, t.rule, due)
            for t in held.clocks
            for due in [_due(t, now)]
        ]
        if wanted.get(case) != rows:
            wanted[case] = rows
            lines.append(ledger.of_timers(change, rows, now))
    return [*owners], [row for rows in wanted.values() for row in rows], lines


def _freshness(parsed: Sequence[Parsed], packs: Packs, now: datetime) -> list[RegisterFreshness]:
    """The newest record of each register that has told something, of the authorities that are served."""
    newest: dict[str, datetime] = {}
    for each in parsed:
        authority = packs.key_of(each.report.about.authority)
        if each.at and authority in packs.authorities:
            newest[authority] = max(each.at.at, newest.get(authority, each.at.at))
    return [RegisterFreshness(authority, at, now) for authority, at in newest.items()]
