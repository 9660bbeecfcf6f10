"""Word that comes before what it speaks of (AMB-181): when what it tells of happened, and whether it may wait. Pure."""

from datetime import datetime

from episodes.reports import (
    DocumentUpdated,
    Found,
    InterviewOutcome,
    InvestigationEnded,
    MeetingHeld,
    Missing,
    RecordHeld,
    Report,
    StatusChanged,
    TaskCompleted,
    TimerDue,
)


def own_time(report: Report) -> datetime:
    """When that happened which the report tells of; its receipt where it does not say."""
    match report:
        case Found():
            told = report.return_at
        case StatusChanged():
            told = report.changed_at
        case InvestigationEnded():
            told = report.ended_at
        case MeetingHeld():
            told = report.held_at
        case InterviewOutcome() | DocumentUpdated() | TaskCompleted():
            told = report.at
        case _:
            told = None
    return told or report.origin.at


def may_wait(report: Report) -> bool:
    """Whether it speaks of an incident that may yet be told of, or of a return from an absence that may be."""
    if isinstance(report, Missing | RecordHeld | TimerDue) or report.about.episode is not None:
        return False
    return report.about.incident is not None or isinstance(report, Found)
