"""The duties towards a child that belong to no episode: what the rules about a child are asked of. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from episodes.episode import Episode
from episodes.events import Change, Event, brought
from episodes.reports import DocumentUpdated, RecordHeld, ServiceChanged, TaskCompleted, TimerDue

Heard = RecordHeld | ServiceChanged | DocumentUpdated | TaskCompleted | TimerDue
"""What speaks to a child's duties by itself; of anything else they hear what it changed in an episode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildDuties:
    """One for each child at one authority. `opened_at` is when the first of them was asked about, `pack` the version by
    which they were last asked about. `documents`: those that reports spoke of outside any episode."""

    id: str
    authority: str
    pack: str
    opened_at: datetime
    documents: tuple[DocumentUpdated, ...] = ()

    def as_episode(self) -> Episode:
        """As rules look at them: an episode in which nobody was reported missing."""
        return Episode(
            id=self.id,
            authority=self.authority,
            pack=self.pack,
            opened_at=self.opened_at,
            documents=self.documents,
        )


def heard(duties: ChildDuties, report: Heard) -> tuple[ChildDuties, tuple[Event, ...]]:
    """The duties once the report is taken in, and what it means to them."""
    match report:
        case RecordHeld():
            return duties, brought(Change.RECORD_CHANGED, report)
        case ServiceChanged():
            change = Change.SERVICE_OPENED if report.opened else Change.SERVICE_CLOSED
            return duties, brought(change, report, report.service, report.at)
        case DocumentUpdated():
            after = replace(duties, documents=(*duties.documents, report))
            return after, brought(Change.DOCUMENT, report, report.kind, report.at)
        case TaskCompleted():
            return duties, brought(Change.TASK_COMPLETED, report, report.kind, report.at)
        case TimerDue():
            return duties, brought(Change.TIMER_DUE, report, report.rule)
        case _:
            assert_never(report)
