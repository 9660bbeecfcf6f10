"""Whether a practitioner's report uses the closed words of the pack. An unknown concern, end reason or role is kept and
means nothing; an unknown `kind` or `decision` would be a decision nobody acts on, and a task that
no rule raises cannot have been done, so neither is let through."""

from collections.abc import Mapping

from episodes.reports import Decided, DocumentUpdated, MeetingHeld, Report, ServiceChanged, TaskCompleted
from routing.closed_lists import DECISIONS
from routing.message_types import TASK
from routing.pack import Pack


def unknown_word(report: Report, pack: Pack) -> str | None:
    """What is wrong with the words of a report, with the fix; None where nothing is."""
    words = pack.words
    match report:
        case Decided() if report.kind.startswith("meeting."):
            kind = report.kind.removeprefix("meeting.")
            return _fault("kind", kind, words.meetings) or _fault("decision", report.decision, words.meetings[kind])
        case Decided() if report.kind not in DECISIONS:
            return _fault("kind", report.kind, words.decisions) or _fault(
                "decision", report.decision, words.decisions[report.kind]
            )
        case MeetingHeld():
            return next((f for kind in report.kinds if (f := _fault("kind", kind, words.meetings))), None)
        case DocumentUpdated():
            return _fault("kind", report.kind, words.documents)
        case TaskCompleted():
            return _fault("kind", report.kind, pack.kinds.get(TASK, {}))
        case ServiceChanged():
            return _fault("service", report.service, words.services)
    return None


def _fault(field: str, word: str, known: object) -> str | None:
    assert isinstance(known, tuple | Mapping)
    if word in known:
        return None
    allowed = ", ".join(known) or "none"
    return f"{field}: not in this authority's vocabulary. Use one of: {allowed}"
