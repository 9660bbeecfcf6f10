"""What intake says of what it has kept: in the log a line for each batch, and one for each record that went into
quarantine; and in numbers. No personal data."""

import asyncio
import logging
from collections.abc import Iterable, Sequence

from intake.measures import BATCH_RECORDS, BATCH_SECONDS, count
from intake.records import RawRecord
from intake.step import Step

log = logging.getLogger(__name__)


def say_taken(batch: Sequence[RawRecord], steps: Sequence[Step], began: float) -> None:
    """A batch is kept: which records it held, what came of them, and how long it took since `began` (of the loop's
    clock). Its steps have been said."""
    seconds = asyncio.get_running_loop().time() - began
    BATCH_RECORDS.observe(len(batch))
    BATCH_SECONDS.observe(seconds)
    counts = {
        "count": len(batch),
        "messages": sum(len(step.messages) for step in steps),
        "quarantined": sum(len(step.rejected) for step in steps),
        "milliseconds": round(seconds * 1000),
    }
    log.info("Took in a batch", extra={"records": " ".join(_places(batch)), **counts})


def say_step(step: Step) -> None:
    """A step is kept: it is counted, and what of it went into quarantine is told."""
    count(step)
    for each in step.rejected:
        raw = each.raw
        place = f"{raw.topic}/{raw.partition}/{raw.offset}"
        log.warning("Moved a record to quarantine", extra={"record": place, "reason": each.reason})


def _places(batch: Sequence[RawRecord]) -> Iterable[str]:
    """Each topic and partition with its first and last offset."""
    found: dict[tuple[str, int], list[int]] = {}
    for raw in batch:
        found.setdefault((raw.topic, raw.partition), []).append(raw.offset)
    for (topic, partition), offsets in sorted(found.items()):
        yield f"{topic}/{partition}:{min(offsets)}-{max(offsets)}"
