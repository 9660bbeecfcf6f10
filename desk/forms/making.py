"""Which form answers what: from the type of a report, its kind and the words that may be used, to the form. What a
message asks says which reports answer it; what may be told of an episode at any time is listed here."""

from collections.abc import Mapping, Sequence
from typing import Any

from desk.forms import decisions, reports
from desk.forms.form import AnswerForm
from routing.answering import answers_of, reports_that_bring
from routing.messages import Answer, AnswerWord
from routing.pack import Pack
from store import OutboxRow

MATCH = "match.decision"
"""It compares children, and so has a page of its own."""
SEEN = Answer("message.acknowledged")
LOCATED = "located"
"""The decision of a pack that asks whether contact was made with a child who is located."""


def form_for(answer: Answer, pack: Pack, question: str, message: str | None = None) -> AnswerForm | None:
    """The form of a report; None where it has a page of its own, or where nobody at a desk sends it."""
    kind, words = answer.kind or "", answer.words
    match answer.type:
        case "manager.decision":
            return decisions.manager_decision(kind, words, question)
        case "meeting.decision":
            return decisions.meeting_decision(kind, words, pack, question)
        case "meeting.held":
            return decisions.meeting_held(kind, pack, question)
        case "screening.decision":
            return decisions.screening(words)
        case "rag.set":
            return decisions.rating(words)
        case "threshold.decision":
            return decisions.threshold(words)
        case "clock.override":
            return decisions.clock_override()
        case "rhi.outcome":
            return reports.interview_form(words, pack)
        case "task.completed":
            return reports.task_done(kind, words, question)
        case "document.updated":
            return reports.document_form(kind, question)
        case "message.acknowledged":
            return reports.seen(message)
        case "worker.found_report":
            return reports.found()
        case "worker.missing_report":
            return reports.missing()
        case "case.opened" | "case.closed":
            return reports.service(answer.type == "case.opened", pack, answer.kind)
        case "disagreement.raised" | "disagreement.unresolved" | "disagreement.resolved":
            return reports.disagreement(answer.type.partition(".")[2], pack)
    return None


def answers_in(row: OutboxRow, data: Mapping[str, Any], pack: Pack, must_confirm: bool) -> list[Answer]:
    """The reports that answer a message: as it says itself; as its rule says, where its contents have been purged.
    `must_confirm`: somebody waits to hear that it was seen."""
    told = data.get("answers")
    if told is None:
        rule = next((r for r in pack.rules if r.send == row.type and r.kind == row.kind), None)
        found = list(answers_of(row.type, row.kind, rule.settled_by if rule else (), pack))
    else:
        found = [_answer(each) for each in told]
    acknowledged = any(each.type == SEEN.type for each in found)
    return [*found, *([] if acknowledged or not must_confirm else [SEEN])]


def sayable_groups(told: Sequence[tuple[Answer, str]]) -> dict[str, list[tuple[Answer, str]]]:
    """The same under headings, in the order in which they are told."""
    groups: dict[str, list[tuple[Answer, str]]] = {}
    for answer, label in told:
        groups.setdefault(_HEADINGS[answer.type.partition(".")[0]], []).append((answer, label))
    return groups


_HEADINGS = {
    "worker": "The child",
    "rhi": "The return interview",
    "meeting": "A meeting was held",
    "document": "A document was written or revised",
    "clock": "Time limits",
    "disagreement": "A disagreement",
    "case": "The case",
    "manager": "The child",
}


def sayable(pack: Pack, is_open: bool) -> list[tuple[Answer, str]]:
    """What may be told of an episode without being asked, each with the words of its link."""
    told = [(Answer("worker.found_report"), "The child is back, or located")] if is_open else []
    told += [(Answer("worker.missing_report"), "Report this child missing")] if not is_open else []
    if is_open and LOCATED in pack.words.decisions:
        told += [(answer, "Located: was contact made?") for answer in reports_that_bring(f"decided.{LOCATED}", pack)]
    told += [(answer, "Return interview: what became of it") for answer in reports_that_bring("interview", pack)]
    for kind in pack.words.meetings:
        named = pack.means.get(f"names.{kind}", pack.means.get(f"meetings.{kind}", kind.replace("_", " ")))
        told.append((Answer("meeting.held", kind), f"Meeting held: {named}"))
    for kind in pack.words.documents:
        told.append((Answer("document.updated", kind), f"Document: {pack.means.get(f'documents.{kind}', kind)}"))
    told.append((Answer("clock.override"), "Set when the time limits start"))
    told += [(Answer(f"disagreement.{stage}"), label) for stage, label in _DISAGREE]
    if not pack.case_system or pack.case_system == "the case system":
        told += [(Answer(f"case.{verb}"), f"A service {verb} the case") for verb in ("opened", "closed")]
    return told


_DISAGREE = (
    ("raised", "Raise a disagreement"),
    ("unresolved", "A disagreement is not settled at this step"),
    ("resolved", "A disagreement is settled"),
)


def _answer(told: Mapping[str, Any]) -> Answer:
    words = tuple(AnswerWord(w["word"], w.get("means") or w["word"]) for w in told.get("words") or ())
    return Answer(told["type"], told.get("kind"), words)
