"""A time limit that could not be checked: a person at the authority hears of it, and keeps it by hand meanwhile."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from intake import ledger
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
    message = timer_alert(timer, why, packs, now)
    written = rows(message, directories[message.authority])
    async with store.transaction() as tx:
        await tx.append([ledger.of_decision(message, written)], written)


def timer_alert(timer: TimerRow, why: str, packs: Packs, now: datetime) -> Message:
    """The word to a person about a timer that failed."""
    pack = packs.speaking_for(timer.authority, now)
    cause = ("/homeward/timers", timer.id)
    told = exception(pack, "data_quality", _FAILED.format(why), now, cause, once=True)
    return replace(told, episode=timer.episode, subject_key=timer.episode or told.subject_key)
