"""Which canaries of the hub's own have not come home, and where they were last seen: what people are told of them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.canaries import CanaryRow, CanaryStage

_WORDS: dict[CanaryStage | None, str] = {
    None: "none has set out since: see whether a relay runs",
    "sent": "it cannot be written to Kafka: see Kafka, and the hub's right to write",
    "taken": "it is in Kafka and has not been taken in: see the consumers and the database",
    "topic": "it was taken in and has not come back from its topic: see the relay, and the hub's right to read",
    "mail": "no mail server has taken it: see the mail server",
}
_NEVER = "none has ever set out: see the log of the relay, and the hub's right to write to the table `canaries`"


@dataclass(frozen=True, slots=True)
class AbsentCanary:
    """`stage` is the first that it has not got through (None: none has set out since it was home, or ever), `says` the
    same in words. `seconds`: for how long none has come home, less the time in which none was to."""

    authority: str
    stage: CanaryStage | None
    seconds: int
    says: str
    home_at: datetime | None


def absent_canaries(
    rows: Sequence[CanaryRow],
    authorities: Collection[str],
    every: timedelta,
    now: datetime,
    wanted_from: datetime | None = None,
) -> list[AbsentCanary]:
    """Those of these authorities whose canary should have come home by now: one had all the time until the next.
    `wanted_from`: since when one was to set out where none ever has; None where that is not known, and none of these is
    absent."""
    absent = [
        AbsentCanary(row.authority, row.waits_for, absence_of(row, now), _WORDS[row.waits_for], row.whole_at)
        for row in rows
        if row.authority in authorities and absence_of(row, now) > 2 * every.total_seconds()
    ]
    if wanted_from is not None and now - wanted_from > 2 * every:
        never = sorted({*authorities} - {row.authority for row in rows})
        seconds = round((now - wanted_from).total_seconds())
        absent += [AbsentCanary(authority, None, seconds, _NEVER, None) for authority in never]
    return absent


def absence_of(row: CanaryRow, now: datetime) -> int:
    """For how many seconds none has come home."""
    return max(round((now - row.counts_from).total_seconds()), 0)


def absence_in_words(absent: Sequence[AbsentCanary]) -> str | None:
    """What is wrong by these, in a line; None where all is well."""
    told = [f"{each.authority}: no canary has come home for {each.seconds} s, {each.says}" for each in absent]
    return "; ".join(told) or None
