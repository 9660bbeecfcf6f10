"""Times that cannot be: of what is said to have happened long after the receipt of the message, before the child was
born, or in a past that no procedure is about. Believed, they would keep time limits from running out for years. They
are left out like any other value that says nothing: the other times of the report count, or that of its receipt
(T-12). How far a time may be off is data: `consumers.conventions`."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from consumers import conventions
from intake.records import LeftOut
from intake.telling import NO_TIME
from routing.calendar import london_date
from schemas import inbound as wire
from schemas.unreadable import Unreadable

_HAPPENED = (
    "reported_at", "left_at", "last_seen_at", "last_seen_by_responsible_adult_at", "intake_notified_at", "found_at",
    "returned_at", "changed_at", "ended_at", "at", "held_at",
)  # fmt: skip
_PLANNED = ("absent_review_at", "next_at")
_AHEAD = "lies in the future"
_LONG_AGO = "lies before the child was born, or too long ago"


def without_impossible_times(
    message: wire.InboundReport, received_at: datetime
) -> tuple[wire.InboundReport, list[LeftOut]]:
    """The message without the times that cannot be, and what was left out. Never raises."""
    told = message.child if isinstance(message, wire.PoliceReport | wire.CaseworkReport) else None
    born = told.date_of_birth if told else None
    faults = {name: (at, why) for name, at in _times(message) if (why := _fault(name, at, received_at, born))}
    changes: dict[str, Any] = dict.fromkeys(faults)
    # One time may be that of many reports, as where a system fills in the last day of its calendar: each is told.
    whose = _incident_of(message)
    left_out = [LeftOut(name, f"{whose} {at.isoformat()}", why, NO_TIME) for name, (at, why) in faults.items()]
    if isinstance(message, wire.CaseContext):
        changes |= _of_documents(message, received_at, left_out)
    if not changes:
        return message, []
    return message.model_copy(update=changes), left_out


def refuse_impossible_clock(message: wire.InboundReport, received_at: datetime) -> None:
    """Raises `Unreadable` where somebody sets a clock to a time that cannot be. Left out it would mean that the
    reported time is confirmed."""
    if not isinstance(message, wire.ClockOverride) or message.value is None:
        return
    if why := _fault("value", message.value, received_at, None):
        raise Unreadable("failed_validation", f"value: {why}. Send the time to count from")


def _incident_of(message: wire.InboundReport) -> str:
    named = message.incident if isinstance(message, wire.PoliceReport | wire.CaseworkReport) else None
    return named or ""


def _times(message: wire.InboundReport) -> Iterator[tuple[str, datetime]]:
    """The times that the message declares and gives."""
    for name in (*_HAPPENED, *_PLANNED):
        at = getattr(message, name) if name in type(message).model_fields else None
        if isinstance(at, datetime):
            yield name, at


def _of_documents(message: wire.CaseContext, received_at: datetime, left_out: list[LeftOut]) -> dict[str, Any]:
    """A document of the register without the time that cannot be, which is one that nobody has."""
    documents = []
    for document in message.documents:
        why = document.updated_at and _fault("updated_at", document.updated_at, received_at, None)
        if why and document.updated_at:
            left_out.append(LeftOut("documents.updated_at", document.updated_at.isoformat(), why, NO_TIME))
            document = document.model_copy(update={"updated_at": None})
        documents.append(document)
    changed = tuple(documents)
    return {"documents": changed} if changed != tuple(message.documents) else {}


def _fault(name: str, at: datetime, received_at: datetime, born: date | None) -> str | None:
    """What is wrong with a time."""
    ahead, oldest = conventions.times_between(received_at, planned=name in _PLANNED)
    if at > ahead:
        return _AHEAD
    if at < oldest or (born is not None and london_date(at) < born <= london_date(received_at)):
        return _LONG_AGO
    return None
