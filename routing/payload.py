"""What a message of each type carries besides its recipients and limits, taken from the situation and the event that it
answers. `routing.message_types` lists which fields a type has; here is how the hub fills them.

Only what the type is meant to carry: intelligence for the police holds the intelligence, not the interview.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from episodes.events import Event
from episodes.reports import Disagreement, InterviewOutcome, MeetingHeld, Retracted
from routing.calendar import london_date
from routing.evaluate import evaluate
from routing.message_types import MESSAGE_TYPES
from routing.pack import Pack, Rule
from routing.recipients import resolve
from routing.situation import Situation


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule that fires in a situation, in answer to an event, at `now`. `timed`: a timer caused it, and no report."""

    rule: Rule
    s: Situation
    event: Event
    pack: Pack
    now: datetime
    timed: bool = False

    @property
    def cause(self) -> str:
        """The message that caused it, and the one because of which it is answered once more; none where a timer did."""
        origin = self.event.report.origin
        return "" if self.timed else "#".join((origin.cause, *(origin.again or ())))


Filling = Callable[[Firing], Any]


def payload(f: Firing) -> dict[str, Any]:
    """The fields of a rule's message besides the common ones, as far as they are known: those of its type, whom to ask
    or the circumstances where the rule wants them told, and on top what the rule says in the pack's own words."""
    names = dict.fromkeys((*MESSAGE_TYPES[f.rule.send].filled, "contact", "details"))
    filled = {name: _filling(f.rule.send, name)(f) for name in names}
    # A pack with words for statuses says also that none of them fits.
    told = {name for name, value in filled.items() if value is not None or (name == "status" and f.pack.statuses)}
    return {**{name: value for name, value in filled.items() if name in told}, **_given(f)}


def _filling(type_: str, name: str) -> Filling:
    return FILLINGS.get((type_, name)) or FILLINGS[("", name)]


def _given(f: Firing) -> dict[str, Any]:
    """The rule's own fields; of the sections of the interview form that it shares those that were answered; the day of
    the message in London for those that take it."""
    given = dict(f.rule.fields)
    if f.rule.dated:
        given |= dict.fromkeys(f.rule.dated, london_date(f.now).isoformat())
    if "sections" in given:
        outcome = _outcome(f)
        given["sections"] = [section for section in given["sections"] if outcome and outcome.answer(section)]
    return given


def _incidents(f: Firing) -> list[str]:
    """Every police reference of the child's counted episodes, this one's last."""
    counted = dict.fromkeys(r.incident for e in f.s.counted() for r in e.references)
    return list(counted) or [r.incident for r in f.s.episode.references]


def _covered_incidents(f: Firing) -> list[str]:
    """Every police reference that the interview of this episode covers: its own, last, and those whose interview it
    carries on."""
    return list(dict.fromkeys(r.incident for e in f.s.covered() for r in e.references))


def _linked(f: Firing) -> bool | None:
    """Whether it is linked to others' episodes; nothing where nobody was reported together with the child."""
    together = f.s.episode.linked or (f.s.episode.missing and f.s.episode.missing.linked_incidents)
    return bool(f.s.episode.linked) if together else None


def _status(f: Firing) -> str | None:
    """The case system's word for the episode as it is now, where the pack has words for that."""
    words = _status_words(f)
    return words[-1] if words else None


def _status_history(f: Firing) -> list[dict[str, Any]]:
    """Every status since when, oldest first. The pack's words, where it has one for each, say of each line what the
    word for it would be, by where the child lives now."""
    lines, words = f.s.episode.lines, _status_words(f)
    told = words if words and all(words) else [line.status for line in lines]
    return [{"status": word, "since": line.since} for word, line in zip(told, lines, strict=True)]


def _status_words(f: Firing) -> list[str | None]:
    """What the pack's table of statuses says of each line of the history."""
    if not f.pack.statuses:
        return []
    lines = f.s.episode.lines
    as_of = (replace(f.s, episode=replace(f.s.episode, lines=lines[: n + 1])) for n in range(len(lines)))
    return [_status_word(then, f) for then in as_of]


def _status_word(then: Situation, f: Firing) -> str | None:
    rows = (row for row in f.pack.statuses if evaluate(row.tests, then, f.event, f.pack) is not None)
    return next((row.word for row in rows), None)


def _rating(f: Firing) -> str | None:
    rating = f.s.episode.decided("rag")
    return rating.decision if rating else None


def _in_time(f: Firing) -> bool | None:
    """Whether the interview that is reported was held within the limit; None where there is none."""
    due, outcome = f.s.interview_due("completed"), _outcome(f)
    return outcome.at <= due if outcome and due else None


def _interview_details(f: Firing) -> dict[str, Any]:
    """The least that an interviewer needs from the police report (reference, times, reason, remarks)."""
    missing, found = f.s.episode.missing, f.s.episode.found
    details = {
        "reference": f.s.episode.references[0].incident if f.s.episode.references else None,
        "last_seen_at": (missing.last_seen_at or missing.last_seen_by_responsible_adult_at) if missing else None,
        "found_at": found.end_at if found else None,
        "reason": missing.details.get("circumstances") if missing else None,
        "return_remarks": found.details.get("remarks") if found else None,
    }
    return {name: value for name, value in details.items() if value is not None}


def _circumstances(f: Firing) -> Any:
    report = f.s.episode.missing
    return report.details.get("circumstances") if f.rule.circumstances and report else None


def _contact(f: Firing) -> dict[str, Any] | None:
    """Whom the recipient may ask: the first of those who are meant."""
    contact, _ = resolve(f.rule.contact, f.s, f.event, f.pack)
    return {"role": contact[0].role, "person": contact[0].person} if contact else None


def _intelligence(f: Firing) -> str | None:
    report = f.event.report
    return report.intelligence if isinstance(report, InterviewOutcome | MeetingHeld) else None


def _step(f: Firing) -> int | None:
    """The step of the ladder of a disagreement that is under way, from 1."""
    report = f.event.report
    if not isinstance(report, Disagreement):
        return None
    return 1 if report.stage == "raised" else (report.step or 0) + 1


def _reason(f: Firing) -> str | None:
    """The reason that the report under way gives."""
    report = f.event.report
    reason = getattr(report, "reason", None)
    if isinstance(report, Retracted):
        return reason or "retracted"
    return reason if isinstance(reason, str) else None


def _outcome(f: Firing) -> InterviewOutcome | None:
    return f.event.report if isinstance(f.event.report, InterviewOutcome) else None


FILLINGS: Mapping[tuple[str, str], Filling] = {
    ("", "start"): lambda f: f.s.episode.start,
    ("", "linked"): _linked,
    ("", "status"): _status,
    ("", "status_history"): _status_history,
    ("", "classification"): lambda f: f.s.episode.classification,
    ("", "rag"): _rating,
    ("", "found_at"): lambda f: f.s.episode.found.end_at if f.s.episode.found else None,
    ("", "authority_name"): lambda f: f.s.responsible_elsewhere(),
    ("", "incidents"): _incidents,
    ("rhi.request", "incidents"): _covered_incidents,
    ("rhi.request", "details"): _interview_details,
    ("", "details"): _circumstances,
    ("", "contact"): _contact,
    ("", "in_time"): _in_time,
    ("", "intelligence"): _intelligence,
    ("", "step"): _step,
    ("", "message"): lambda f: f.rule.fields.get("message"),  # the ladder's own: which message nobody acknowledged
    ("", "reason"): _reason,
    ("", "detail"): lambda f: f.event.qualifier.replace("_", " "),
}
"""How each field is filled: by its name, or by type and name where a type fills it in a way of its own."""
