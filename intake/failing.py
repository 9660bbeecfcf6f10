"""What failed, told in a transaction of its own: a time limit that could not be checked, which a person at the
authority keeps by hand meanwhile, and a record that could not even be set aside."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from intake import ledger
from intake.records import Rejected
from intake.rejecting import rejection_alert
from outbox.directory import Directory
from outbox.writer import rows
from routing.exceptions import exception
from routing.library import Packs
from routing.messages import Message
from store import Store
from store.rows import TimerRow

_FAILED = (
    "A time limit of this episode could not be checked ({}). The hub tries again by itself, at growing intervals. Look "
    "at the episode, keep its time limits by hand meanwhile, and tell whoever runs the hub."
)


async def tell_of_timer(
    store: Store, packs: Packs, directories: Mapping[str, Directory], timer: TimerRow, why: str, now: datetime
) -> None:
    """Tells the authority's intake role, or the operator where there is no such authority. Raises StoreRepeatedError
    where that was told before."""
    await _tell(store, directories, timer_alert(timer, why, packs, now))


async def tell_of_record(
    store: Store, packs: Packs, directories: Mapping[str, Directory], record: Rejected, now: datetime
) -> None:
    """Tells whoever hears of records that are set aside of one where nothing else could be done."""
    await _tell(store, directories, rejection_alert(record, packs, now))


async def _tell(store: Store, directories: Mapping[str, Directory], message: Message) -> None:
    written = rows(message, directories[message.authority])
    async with store.transaction() as tx:
        await tx.append([ledger.of_decision(message, written)], written)


def timer_alert(timer: TimerRow, why: str, packs: Packs, now: datetime) -> Message:
    """The word to a person about a timer that failed."""
    pack = packs.speaking_for(timer.authority, now)
    cause = ("/homeward/timers", timer.id)
    told = exception(pack, "data_quality", _FAILED.format(why), now, cause, once=True)
    return replace(told, episode=timer.episode, subject_key=timer.episode or told.subject_key)
