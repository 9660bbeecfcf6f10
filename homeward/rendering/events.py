"""What an event is in plain English: what has happened when a rule answers it. A test holds the table equal to the list
of changes."""

from collections.abc import Mapping, Sequence

from episodes.events import Change
from homeward.rendering.english import listed, quoted, spaced
from homeward.rendering.wording import INTERVIEW, PackWording

HAPPENED: Mapping[Change, str] = {
    Change.OPENED: "an episode opens",
    Change.REPORTED: "somebody other than the police reports a child missing",
    Change.MISSING_AGAIN: "the child goes missing again",
    Change.CORRECTED: "a report is corrected",
    Change.START_CHANGED: "the start of the episode changes",
    Change.CLASSIFIED: "the child is classified as missing or absent",
    Change.REGRADED: "the police grade the risk anew",
    Change.JOINED: "a second report joins the episode",
    Change.WAITS: "a new report comes while the last episode is still open",
    Change.ALERTED: "another area circulates an alert",
    Change.FOUND: "the child is found",
    Change.RETURN_CHANGED: "the time of the return changes",
    Change.REOPENED: "the return turns out to be none",
    Change.DEATH_TAKEN_BACK: "the child turns out to be alive",
    Change.HANDED_OVER: "another authority answers for the child from now on",
    Change.MERGED: "what waited turns out to be the absence of another episode",
    Change.UNASKED: "an answer comes to a question that nobody asked",
    Change.LOCATED: "the child is located without being back",
    Change.WHEREABOUTS: "the whereabouts become known or unknown",
    Change.UNMATCHED_FOUND: "a child is found whom nobody has reported missing",
    Change.ENDED: "the police end the investigation without a return",
    Change.RETRACTED: "a report turns out to be an error",
    Change.CLOCK_OVERRIDE: "somebody sets the start by hand",
    Change.DECIDED: "a decision is reported",
    Change.DECIDED_ELSEWHERE: "a decision is reported in a linked episode",
    Change.INTERVIEW: "an outcome of the interview is reported",
    Change.MEETING: "a meeting is held",
    Change.MEETING_ELSEWHERE: "a meeting is held under another episode of the child",
    Change.NOT_MISSING_AGAIN: "that the child had gone missing again was reported in error",
    Change.RECOUNTED: "an earlier episode of the child becomes known or moves",
    Change.SERVICE_OPENED: "a service opens the case",
    Change.SERVICE_CLOSED: "a service closes the case",
    Change.RECORD_CHANGED: "the child's record in the register changes",
    Change.DOCUMENT: "a document is made",
    Change.TASK_COMPLETED: "a task is done",
    Change.ACKNOWLEDGED: "somebody acknowledges a message",
    Change.DISAGREEMENT: "a disagreement is reported",
    Change.MATCHED: "a person decides whose child it is",
    Change.CONTRADICTION: "a report contradicts what is known",
    Change.TIMER_DUE: "a clock runs out",
}
"""What has happened, behind "when"."""
_STAGES = {
    "raised": "somebody raises a disagreement", "unresolved": "a step leaves the disagreement unresolved",
    "resolved": "the disagreement is resolved",
}  # fmt: skip
_CONTRADICTIONS = {
    "found_by_other": "somebody other than the police says that the child is back",
    "return_before_start": "a return is reported that lies before the start",
    "no_episode": "a report speaks of an episode that does not exist",
}


def any_happened(patterns: Sequence[str], w: PackWording) -> str:
    """One of several events; grades of the risk share their words."""
    regraded = [p for p in patterns if p.startswith(f"{Change.REGRADED}.")]
    if len(regraded) < 2:
        return listed([happened(pattern, w) for pattern in patterns], "or")
    grades = happened(f"{Change.REGRADED}.{listed([p.partition('.')[2] for p in regraded], 'or')}", w)
    return listed([grades if p in regraded else happened(p, w) for p in patterns], "or")


def happened(pattern: str, w: PackWording) -> str:
    """An event of a rule, with its qualifier where it has one."""
    name, _, qualifier = pattern.partition(".")
    change = Change(name)
    return (_narrower(change, qualifier, w) if qualifier else None) or HAPPENED[change]


def _narrower(change: Change, qualifier: str, w: PackWording) -> str | None:
    match change:
        case Change.DECIDED | Change.DECIDED_ELSEWHERE:
            where = " in a linked episode" if change is Change.DECIDED_ELSEWHERE else ""
            return f"somebody decides{where} {_decision(qualifier, w)}"
        case Change.INTERVIEW:
            return f"the interview is {INTERVIEW[qualifier]}"
        case Change.MEETING | Change.MEETING_ELSEWHERE:
            elsewhere = " under another episode of the child" if change is Change.MEETING_ELSEWHERE else ""
            return f"a {w.name(qualifier)} is held{elsewhere}"
        case Change.DOCUMENT:
            return f"{w.document(qualifier)} is made or revised"
        case Change.SERVICE_OPENED:
            return f"{w.services([qualifier])} opens the case"
        case Change.SERVICE_CLOSED:
            return f"{w.services([qualifier])} closes the case"
        case Change.CLASSIFIED:
            return f"the child is classified as {qualifier}"
        case Change.REGRADED:
            return f"the police grade the risk {qualifier}"
        case Change.JOINED:
            who = "the police" if qualifier == "police" else "a worker"
            return f"{who}'s report joins the episode"
        case Change.WHEREABOUTS:
            return f"the whereabouts become {qualifier}"
        case Change.TASK_COMPLETED:
            return f"the task {quoted(w.task(qualifier))} is done"
        case Change.DISAGREEMENT:
            return _STAGES[qualifier]
        case Change.CONTRADICTION:
            return _CONTRADICTIONS.get(qualifier, f"a report contradicts what is known ({spaced(qualifier)})")
        case Change.RETURN_CHANGED:
            return "the end of the record changes"
    return None


def _decision(qualifier: str, w: PackWording) -> str:
    """`threshold.met`, `meeting.mam.convene`, or a kind alone."""
    only = w.pack.words.decisions.get(qualifier, ())
    kind, _, value = (qualifier, "", only[0]) if len(only) == 1 else qualifier.rpartition(".")
    if not kind or (kind == "meeting" and qualifier.count(".") == 1):
        own = {"rag": "the rating", "threshold": "the threshold", "screening": "the screening"}
        name = qualifier.removeprefix("meeting.")
        return f"on {own.get(name, f'the {w.name(name)}')}"
    return f"that {w.decided(kind, value)}"
