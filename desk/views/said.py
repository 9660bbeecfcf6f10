"""What has happened, in words: an event of an episode as its timeline tells it. A test holds the table equal to the
list of changes that there are."""

from collections.abc import Mapping

from desk.acts import code_in_words
from episodes.events import Change
from routing.closed_lists import MEANINGS
from routing.message_types import TASK
from routing.pack import Pack

HAS_HAPPENED: Mapping[Change, str] = {
    Change.OPENED: "Reported missing",
    Change.REPORTED: "A worker reported the child missing",
    Change.MISSING_AGAIN: "The child went missing again",
    Change.CORRECTED: "A report was corrected",
    Change.START_CHANGED: "The start of the episode changed",
    Change.CLASSIFIED: "Classified",
    Change.REGRADED: "Police graded the risk",
    Change.JOINED: "A second report joined the episode",
    Change.WAITS: "A new report came while this one is open",
    Change.MERGED: "What waited was the absence of another episode",
    Change.ALERTED: "Another area circulated an alert",
    Change.FOUND: "Reported back",
    Change.RETURN_CHANGED: "The time of the return changed",
    Change.REOPENED: "The return turned out not to be one",
    Change.DEATH_TAKEN_BACK: "The child turned out to be alive",
    Change.LOCATED: "Located, and not back",
    Change.WHEREABOUTS: "Whereabouts changed",
    Change.UNMATCHED_FOUND: "Found, and nobody had reported the child missing",
    Change.ENDED: "Police ended the investigation without a return",
    Change.RETRACTED: "Taken back: it was reported in error",
    Change.CLOCK_OVERRIDE: "Somebody set the start by hand",
    Change.DECIDED: "Decided",
    Change.UNASKED: "An answer came to a question that nobody had asked",
    Change.DECIDED_ELSEWHERE: "Decided in a linked episode",
    Change.INTERVIEW: "Return interview",
    Change.MEETING: "A meeting was held",
    Change.MEETING_ELSEWHERE: "A meeting was held under another episode",
    Change.NOT_MISSING_AGAIN: "That the child had gone missing again was reported in error",
    Change.RECOUNTED: "An earlier episode became known or moved",
    Change.SERVICE_OPENED: "A service opened the case",
    Change.SERVICE_CLOSED: "A service closed the case",
    Change.RECORD_CHANGED: "The register's record changed",
    Change.DOCUMENT: "A document was written or revised",
    Change.TASK_COMPLETED: "Task done",
    Change.ACKNOWLEDGED: "Somebody confirmed having seen a message",
    Change.DISAGREEMENT: "Disagreement",
    Change.MATCHED: "A person said whose child it is",
    Change.CONTRADICTION: "A report contradicts what is known",
    Change.TIMER_DUE: "A clock ran out",
}


def event_in_words(name: str, pack: Pack) -> str:
    """`decided.threshold.met` as "Decided: the threshold is met"."""
    head, _, qualifier = name.partition(".")
    said = HAS_HAPPENED[Change(head)]
    return f"{said}: {_qualified(Change(head), qualifier, pack)}" if qualifier else said


def _qualified(change: Change, qualifier: str, pack: Pack) -> str:
    match change:
        case Change.INTERVIEW:
            return MEANINGS.get(f"interview.{qualifier}", _spaced(qualifier))
        case Change.DECIDED | Change.DECIDED_ELSEWHERE:
            return _decision(qualifier, pack)
        case Change.TASK_COMPLETED:
            task = pack.kinds.get(TASK, {}).get(qualifier)
            return task.title if task else _spaced(qualifier)
        case Change.DOCUMENT | Change.SERVICE_OPENED | Change.SERVICE_CLOSED | Change.MEETING:
            return _meant(qualifier, pack)
    return _spaced(qualifier)


def _decision(qualifier: str, pack: Pack) -> str:
    for place in (f"decisions.{qualifier}", f"meetings.{qualifier.removeprefix('meeting.')}"):
        if told := pack.means.get(place) or MEANINGS.get(place):
            return told
    return _spaced(qualifier)


def _meant(word: str, pack: Pack) -> str:
    found = (pack.means.get(f"{place}.{word}") for place in ("meetings", "documents", "services"))
    return next(filter(None, found), _spaced(word))


def _spaced(text: str) -> str:
    words = code_in_words(text)
    return words[:1].lower() + words[1:]
