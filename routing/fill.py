"""What a message of each type carries besides its recipients and limits, taken from the situation.

Only what the type is meant to carry: intelligence for the police holds the intelligence, not the interview.
"""

from typing import Any

from episodes.reports import Disagreement, InterviewOutcome, Retracted
from routing.carrying import covered
from routing.situation import Situation


def incidents(s: Situation) -> list[str]:
    """Every police reference of the child's counted episodes, this one's last."""
    return list(dict.fromkeys(r.incident for e in s.counted() for r in e.references)) or own_incidents(s)


def covered_incidents(s: Situation) -> list[str]:
    """Every police reference that the interview of this episode covers: its own, last, and those whose interview it
    carries on."""
    return list(dict.fromkeys(r.incident for e in covered(s) for r in e.references))


def own_incidents(s: Situation) -> list[str]:
    return [r.incident for r in s.episode.references]


def fields(type_: str, s: Situation) -> dict[str, Any]:
    """The fields that a type has besides the common ones, as far as they are known. Values that the situation does not
    hold stay out; a rule's own fixed fields go on top."""
    report = s.event.report if s.event else None
    outcome = report if isinstance(report, InterviewOutcome) else None
    found: dict[str, Any] = {}
    match type_:
        case "episode.open":
            found = {"start": s.episode.start, "linked": _linked(s)}
        case "episode.update":
            rating = s.episode.decided("rag")
            history = [{"status": line.status, "since": line.since} for line in s.episode.lines]
            found = {"start": s.episode.start, "status_history": history, "classification": s.episode.classification}
            found["rag"] = rating.decision if rating else None
        case "episode.found":
            found = {"found_at": s.episode.found.end_at if s.episode.found else None}
        case "ola.notify":
            found = {"authority_name": s.responsible_elsewhere()}
        case "rhi.request":
            found = {"incidents": covered_incidents(s), "details": _details(s)}
        case "rhi.completed":
            due = s.interview_due("completed")
            found = {"in_time": outcome.at <= due if outcome and due else None}
        case "rhi.not_offered" | "rhi.withdrawn":
            found = {"reason": outcome.reason if outcome else _reason(s)}
        case "meeting.request":
            found = {"incidents": incidents(s)}
        case "police.intel":
            found = {"intelligence": outcome.intelligence if outcome else None}
        case "escalation.open":
            found = {"step": _step(report)}
        case "referral.create" | "task.cancel" | "meeting.cancel":
            found = {"reason": _reason(s)}
        case "exception.raise":
            found = {"detail": s.event.qualifier.replace("_", " ") if s.event else ""}
    return {name: value for name, value in found.items() if value is not None}


def _linked(s: Situation) -> bool | None:
    """Whether it is linked to others' episodes; nothing where nobody was reported together with the child."""
    together = s.episode.linked or (s.episode.missing and s.episode.missing.linked_incidents)
    return bool(s.episode.linked) if together else None


def _details(s: Situation) -> dict[str, Any]:
    """The least that an interviewer needs from the police report (reference, times, reason, remarks)."""
    missing, found = s.episode.missing, s.episode.found
    details = {
        "reference": s.episode.references[0].incident if s.episode.references else None,
        "last_seen_at": (missing.last_seen_at or missing.last_seen_by_responsible_adult_at) if missing else None,
        "found_at": found.end_at if found else None,
        "reason": missing.details.get("circumstances") if missing else None,
        "return_remarks": found.details.get("remarks") if found else None,
    }
    return {name: value for name, value in details.items() if value is not None}


def _step(report: object) -> int | None:
    if not isinstance(report, Disagreement):
        return None
    return 1 if report.stage == "raised" else (report.step or 0) + 1


def _reason(s: Situation) -> str | None:
    report = s.event.report if s.event else None
    if isinstance(report, Retracted):
        return report.reason or "retracted"
    reason = getattr(report, "reason", None)
    return reason if isinstance(reason, str) else None
