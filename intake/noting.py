"""What is told once for a sender and a value, whatever restarts there are in between: what the store has noted of it,
kept up while a batch is worked."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime

from enrichment.numbers import Numbers
from episodes.reports import Report
from intake.records import LeftOut, Parsed
from routing.messages import derived_id
from store.noting import Note


class Notes:
    """`known`: the keys that were noted before this batch, as far as the batch may ask for them."""

    def __init__(self, known: Collection[str] = ()) -> None:
        self._known = set(known)
        self.new: list[Note] = []

    def first(self, key: str, about: str, now: datetime) -> bool:
        """Whether it is noticed for the first time; from now on it is noted."""
        if key in self._known:
            return False
        self._known.add(key)
        self.new.append(Note(key, about, now))
        return True


def sender_of(report: Report) -> str:
    """Who sends: a force, or an authority. Not what a sender calls itself, which it may choose anew each time."""
    police = report.origin.type.startswith("police.")
    return f"police/{report.about.force}" if police else f"authority/{report.about.authority}"


def key_of_value(report: Report, left_out: LeftOut) -> str:
    """What is noted of a value that a sender gives."""
    return derived_id("left out", sender_of(report), left_out.where, left_out.value.casefold())


def key_of_name(claim: str) -> str:
    """What is noted of a source and id that a sender has used twice."""
    return derived_id("reused", claim)


def key_of_number(authority: str, system: str, value: str) -> str:
    """What is noted of a number that too many have."""
    return derived_id("crowded", authority, system, value)


def key_of_claim(authority: str | None, key: str, born: date) -> str:
    """What is noted of a register that claims somebody, under a key of its topic, who was born on another day."""
    return derived_id("doubted claim", authority, key, born.isoformat())


def key_of_force(force: str) -> str:
    """What is noted of a force that nobody expected."""
    return derived_id("force", force)


def unexpected_force(report: Report, forces: Collection[str]) -> str | None:
    """The force that sends a report, where it is none of those that are expected."""
    force = report.about.force if report.origin.type.startswith("police.") else None
    return force if forces and force not in forces else None


def note_keys(batch: Sequence[Parsed], numbers: Numbers, forces: Collection[str]) -> set[str]:
    """All that the reports of a batch may ask for."""
    told = {key for parsed in batch for key in _keys(parsed)}
    told |= {key_of_force(force) for parsed in batch if (force := unexpected_force(parsed.report, forces))}
    return told | {key_of_number(*key) for key in numbers.shared()}


def _keys(parsed: Parsed) -> Iterator[str]:
    yield from (key_of_value(parsed.report, left_out) for left_out in parsed.left_out)
    if parsed.record is not None and parsed.record.date_of_birth and parsed.at is not None:
        yield key_of_claim(parsed.report.about.authority, parsed.at.key, parsed.record.date_of_birth)
    if parsed.reused:
        yield key_of_name(parsed.reused)
