"""What was found, as rows: the episode by its reference and how sure it is that it is the one; never a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from desk.views.episode import state_in_words
from desk.views.missing import police_reference, record_number
from reporting.finding import FoundChild
from reporting.held_cases import HeldCase


@dataclass(frozen=True, slots=True)
class FoundRow:
    """`episode` is None for a child who has none."""

    authority: str
    episode: str | None
    reference: str
    record: str
    state: str
    how: str
    agrees: tuple[str, ...]


def found_row(held: HeldCase, how: str, agrees: tuple[str, ...], now: datetime) -> FoundRow:
    return FoundRow(
        held.authority,
        held.case.id if held.episode else None,
        police_reference(held),
        record_number(held),
        state_in_words(held, now),
        how,
        agrees,
    )


def found_rows(found: Sequence[FoundChild], now: datetime) -> list[FoundRow]:
    """A row for each episode of each child, and one for a child without any."""
    rows: list[FoundRow] = []
    for each in found:
        rows += [found_row(case, each.how, _without_weights(each.agrees), now) for case in each.cases]
        if not each.cases:
            numbers = next((value for _, value in each.child.record.identifiers), "")
            rows.append(
                FoundRow(
                    each.child.authority,
                    None,
                    "No episode",
                    numbers,
                    "never missing",
                    each.how,
                    _without_weights(each.agrees),
                )
            )
    return rows


def _without_weights(agrees: tuple[str, ...]) -> tuple[str, ...]:
    """Which fields agree and how; what an agreement weighs is the matcher's affair, and would read as advice."""
    return tuple(each.rpartition(",")[0] or each for each in agrees)
