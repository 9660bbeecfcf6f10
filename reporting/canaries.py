"""Which canaries of the hub's own have not come home, and where they were last seen: what people are told of them."""

from collections.abc import Collection, Iterable, Sequence
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


@dataclass(frozen=True, slots=True)
class AbsentCanary:
    """`stage` is the first that it has not got through (None: it is home, and none has set out since), `says` the same
    in words. `seconds`: for how long none has come home, less the time in which none was to."""

    authority: str
    stage: CanaryStage | None
    seconds: int
    says: str
    home_at: datetime | None


def absent_canaries(
    rows: Iterable[CanaryRow], authorities: Collection[str], every: timedelta, now: datetime
) -> list[AbsentCanary]:
    """Those of these authorities whose canary should have come home by now: one had all the time until the next."""
    return [
        AbsentCanary(row.authority, row.waits_for, absence_of(row, now), _WORDS[row.waits_for], row.whole_at)
        for row in rows
        if row.authority in authorities and absence_of(row, now) > 2 * every.total_seconds()
    ]


def absence_of(row: CanaryRow, now: datetime) -> int:
    """For how many seconds none has come home."""
    return max(round((now - row.counts_from).total_seconds()), 0)


def absence_in_words(absent: Sequence[AbsentCanary]) -> str | None:
    """What is wrong by these, in a line; None where all is well."""
    told = [f"{each.authority}: no canary has come home for {each.seconds} s, {each.says}" for each in absent]
    return "; ".join(told) or None
