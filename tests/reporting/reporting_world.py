"""Children and their episodes as tests of reports need them; times are written as a London clock shows them."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from enrichment.children import Child
from episodes.advance import advance
from episodes.episode import Episode, Terms
from episodes.record import RegisterRecord
from episodes.reports import About, Found, InterviewOutcome, MeetingHeld, Missing, Origin, Report, Retracted
from reporting.figures import Figures
from reporting.span import Span
from reporting.tables import ALL_KNOWN, Asked, Refusal, ReportTable, Row, TableEntry
from reporting.tally import Tally
from routing.calendar import LONDON
from routing.case import Case
from routing.messages import Promise

SEPTEMBER = Span.parse("2026-09")
IN_CARE: dict[str, Any] = {
    "identifiers": (("mosaic", "M31"), ("compact", "K-1")),
    "date_of_birth": date(2011, 9, 1),
    "plan": "looked_after",
}
ABOUT = About(authority="testshire", force="XX", incident="P-1")
_numbers = count(1)


def london(text: str) -> datetime:
    """The instant in UTC at which London's clocks show `2026-09-30 23:59:59`."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def origin(at: datetime, type_: str = "police.missing") -> Origin:
    return Origin("/police/XX", f"m-{next(_numbers)}", type_, at)


def missing(at: str, **fields: Any) -> Missing:
    return Missing(**{"origin": origin(london(at)), "about": ABOUT, "reported_at": london(at), **fields})


def found(at: str, **fields: Any) -> Found:
    return Found(**{"origin": origin(london(at)), "about": ABOUT, "returned_at": london(at), **fields})


def retracted(at: str) -> Retracted:
    return Retracted(origin=origin(london(at)), about=ABOUT)


def outcome(result: str, at: str) -> InterviewOutcome:
    return InterviewOutcome(origin=origin(london(at)), about=ABOUT, result=result, at=london(at))


def meeting(kind: str, at: str, *also: str) -> MeetingHeld:
    return MeetingHeld(origin=origin(london(at)), about=ABOUT, kind=kind, held_at=london(at), also_counts_as=also)


def asked(type_: str, at: str, due: str | None = None, kind: str | None = None, closed: str | None = None) -> Promise:
    """What the hub remembers of having asked for an interview or a meeting."""
    limits = {"due": london(due) if due else None, "closed_at": london(closed) if closed else None}
    return Promise(rule="r", occurrence="", message="m", type=type_, at=london(at), to=(), kind=kind, **limits)


def case(*reports: Report, promises: Iterable[Promise] = (), terms: Terms | None = None) -> Case:
    """An episode that the reports make, in this order."""
    at = reports[0].origin.at
    episode = Episode(id=f"e-{next(_numbers)}", authority="testshire", pack="1", opened_at=at)
    for report in reports:
        episode, _ = advance(episode, report, terms or Terms())
    return Case(episode, tuple(promises))


def child(*cases: Case, **record: Any) -> Child:
    return Child(f"c-{next(_numbers)}", "testshire", RegisterRecord(**record), cases={c.episode.id: c for c in cases})


def counted(*children: Child, span: Span = SEPTEMBER) -> Figures:
    tally = Tally(span)
    for each in children:
        tally.add(each)
    return tally.figures()


def entries(
    table: ReportTable, *children: Child, period: str = "2026-09", system: str | None = None, at: str | None = None
) -> list[TableEntry]:
    """What a table says of the children, oldest first, when it is made at an instant (else when all is known)."""
    own = frozenset(("testshire", "891"))
    wanted = Asked(Span.parse(period), system, own, london(at) if at else ALL_KNOWN)
    return sorted((entry for each in children for entry in table.rows_of(each, wanted)), key=lambda entry: entry.at)


def table_rows(table: ReportTable, *children: Child, **asked: Any) -> list[Row]:
    return [entry.cells for entry in entries(table, *children, **asked)]


def refused(table: ReportTable, *children: Child, **asked: Any) -> list[tuple[Any, ...]]:
    """Row, column, the recipient's check and the reason of every refusal."""
    found: Iterable[Refusal] = table.refusals(entries(table, *children, **asked))
    return [(r.row, r.column, r.rule, r.reason) for r in found]
