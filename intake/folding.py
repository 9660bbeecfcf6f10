"""Floods inside the transaction: looked up under a lock, folded, looked at in their time. What folds and when somebody
hears of it is in `intake.floods`."""

from collections.abc import Sequence
from datetime import datetime

from intake import floods
from intake.batch import BatchProcessor
from intake.rejecting import cause_of_record
from routing.library import Packs
from store import Transaction
from store.floods import FloodRow
from store.rows import TimerRow


async def fold_words(
    tx: Transaction, words: Sequence[floods.Foldable], now: datetime, looked: Sequence[FloodRow] = ()
) -> floods.Folded:
    """Under a lock, as two hubs may meet the same cause at once. `looked`: how floods stand by this transaction."""
    if not words:
        return floods.Folded()
    causes = {word.cause for word in words}
    await tx.lock(map(floods.owner, causes))
    held = {**await tx.floods(causes), **{row.cause: row for row in looked if row.cause in causes}}
    return floods.fold_alike(words, held, now)


async def fold_batch(
    tx: Transaction, batch: BatchProcessor, now: datetime, looked: Sequence[FloodRow] = ()
) -> floods.Folded:
    """Leaves out of what a batch says what is alike and has been said. What is said stands in the batch."""
    done = batch.done
    causes = {each.told: cause_of_record(each, batch.context.packs) for each in done.rejected if each.told}
    words = floods.foldable(done.messages, causes)
    folded = await fold_words(tx, [*words.values()], now, looked)
    said = {message.id for message in folded.said}
    alike = words.keys() - said
    kept = tuple(message for message in done.messages if message.id not in alike)
    batch.done = done._replace(messages=kept, counted=tuple(m for m in done.messages if m.id in alike))
    return folded


async def look_at_floods(tx: Transaction, due: Sequence[TimerRow], packs: Packs, now: datetime) -> floods.Folded:
    """What is to be said of the floods whose time has come. The timers are locked already."""
    held = await tx.floods([timer.person.removeprefix(floods.owner("")) for timer in due])
    looked = [floods.look_at(row, packs, now) for row in held.values()]
    standing = {row.cause for _, row, _ in looked if row}
    await tx.end_floods([cause for cause in held if cause not in standing])
    return floods.Folded(
        tuple(word for word, _, _ in looked if word),
        tuple(row for _, row, _ in looked if row),
        tuple(timer for _, _, timer in looked if timer),
    )
