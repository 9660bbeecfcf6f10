"""One English phrase for every condition that a rule may ask, so that it can stand behind "if". Those without arguments
stand in `homeward.rendering.plain`. A test holds the two tables equal to the vocabulary of conditions."""

from collections.abc import Callable, Mapping
from typing import Any

from homeward.rendering.english import length, listed, quoted, spaced, times
from homeward.rendering.events import any_happened
from homeward.rendering.plain import PLAIN
from homeward.rendering.wording import INTERVIEW, PackWording

Arguments = Mapping[str, Any]
Phrase = Callable[[Arguments, PackWording], str]


def phrase(name: str, arguments: Arguments, wanted: bool, wording: PackWording) -> str:
    """What a condition asks, behind "if"."""
    if name in PLAIN:
        return PLAIN[name][0 if wanted else 1]
    return PHRASES[name](arguments, wording) if wanted else DENIED[name]


def _age(when: str) -> Phrase:
    def says(a: Arguments, _: PackWording) -> str:
        low, under = a.get("at_least", 0), a.get("under")
        if low and under:
            return f"the child was from {low} to {under - 1} years old {when}"
        if under:
            return f"the child was under {under} {when}"
        return f"the child was {low} or older {when}" if low else f"it is known how old the child was {when}"

    return says


def _missing_for(a: Arguments, _: PackWording) -> str:
    bounds = {"over": "more than", "at_least": "at least", "at_most": "at most"}
    spans = [f"{words} {length(a[key])}" for key, words in bounds.items() if a.get(key)]
    return f"the child was away for {listed(spans)}"


def _occasions(a: Arguments, _: PackWording) -> str:
    low, high = a.get("at_least", 1), a.get("at_most")
    if high == 1:
        return "the child is missing for the first time"
    if high is None:
        return f"the child has been missing at least {times(low)}"
    return (
        f"the child has been missing {times(low)}"
        if low == high
        else f"the child has been missing {low} to {high} times"
    )


def _decided(a: Arguments, w: PackWording) -> str:
    what = listed([w.decided(a["kind"], value) for value in a["decision"]], "or that")
    return f"{w.roles(a['by'])} decided that {what}" if a.get("by") else f"somebody decided that {what}"


def _undecided(a: Arguments, w: PackWording) -> str:
    own = {"rag": "the rating", "threshold": "the threshold", "screening": "the screening"}
    kind = own.get(a["kind"], f"the {w.name(a['kind'].removeprefix('meeting.'))}")
    return f"{w.roles(a['by'])} has not decided on {kind}" if a.get("by") else f"nobody has decided on {kind}"


def _ticked(a: Arguments, _: PackWording) -> str:
    codes = quoted(listed(map(spaced, a.get("any_of") or a.get("other_than", ())), "or"))
    other = "" if a.get("any_of") else "something other than "
    return f"the form ticks {other}{codes} under {quoted(spaced(a['section']))}"


def _concerns_found(a: Arguments, w: PackWording) -> str:
    if a.get("any_of"):
        named = f"names {w.concerns(a['any_of'])}"
    else:
        named = (
            f"names a concern other than {w.concerns(a['other_than'])}" if a.get("other_than") else "names a concern"
        )
    return f"the interview {named}" + (f" or is graded {listed(a['grades'], 'or')}" if a.get("grades") else "")


_TIMES = {
    "left_at": "when the child left", "last_seen_at": "when the child was last seen",
    "last_seen_by_responsible_adult_at": "when a responsible adult last saw the child",
    "reported_at": "when it was reported", "absent_review_at": "when the absence is to be reviewed",
}  # fmt: skip
_PARENT = {
    "willing": "is willing to tell the police", "unsure": "is unsure whether the police know",
    "unable": "does not feel able to tell the police", "refused": "will not tell the police",
    "not_stated": "has not said whether they will tell the police",
}  # fmt: skip
_FROM = {
    "home": "home", "placement": "a placement", "school": "school", "hospital": "hospital", "other": "another place",
}  # fmt: skip
_PLANS = {
    "none": "no plan", "team_around_child": "a team around the child", "child_in_need": "a Child in Need plan",
    "child_protection": "a child protection plan", "looked_after": "a care plan", "pathway": "a pathway plan",
}  # fmt: skip
_CONSENT = {
    "given": "consents to others telling the police", "refused": "does not consent to others telling the police",
    "not_stated": "has not said whether others may tell the police",
}  # fmt: skip
_JUDGED = {
    "yes": "the child is judged vulnerable", "no": "the child is judged not to be vulnerable",
    "not_yet": "nobody has judged whether the child is vulnerable",
}  # fmt: skip
_TOLD = {
    "yes": "whoever reports has told the police", "no": "whoever reports has not told the police",
    "not_stated": "whoever reports does not say whether the police know",
}  # fmt: skip


def _words(key: str) -> Callable[[Arguments], str]:
    return lambda a: listed([spaced(word) for word in a[key]], "or")


def _after(before: str, key: str, behind: str = "") -> Phrase:
    """Words of the wire behind a phrase."""
    return lambda a, _: f"{before} {_words(key)(a)}{behind}"


def _carries_on(a: Arguments, w: PackWording) -> str:
    by = f" that {listed(w.titles(a['given_up_by']), 'or')} gave up" if a.get("given_up_by") else ""
    return f"this episode carries on an earlier interview{by}"


PHRASES: Mapping[str, Phrase] = {
    # the episode
    "classified": lambda a, _: f"the child counts as {a['status']}",
    "risk": lambda a, _: f"the police grade the risk as {listed(a['is_one_of'], 'or')}",
    "missing_for": _missing_for,
    "last_seen_would_matter": lambda a, _: (
        f"counting from the last sighting would pass {length(a['over'])} or reach {length(a['at_least'])}"
    ),
    "occasions": _occasions,
    "episodes_within": lambda a, _: (
        f"the child has been missing at least {times(a['at_least'])} within {a['days']} days"
    ),
    # age
    "age_at_missing": _age("when they went missing"),
    "age_at_return": _age("at the return"),
    # whose child it is
    "placed_beyond": lambda a, _: f"the placement is more than {a['miles']} miles outside the area",
    # how the child went missing
    "missing_from": lambda a, _: (
        f"the child went missing from {listed([_FROM[word] for word in a['is_one_of']], 'or')}"
    ),
    "care_type": _after("the absence from care is told as", "is_one_of"),
    "concerned": lambda a, w: f"there is concern about {w.concerns(a['any_of'])}",
    # the child and the case
    "open_to": lambda a, w: f"the case is open to {w.services(a['services'])}",
    "worker_named": lambda a, w: f"the register names a worker of {w.services(a['services'])}",
    "manager_named": lambda a, w: f"the register names a manager of {w.services(a['services'])}",
    "placed": lambda a, _: f"the child is {_words('kinds')(a)}" if a.get("kinds") else "the child lives in a placement",
    "legal_status": _after("the legal status is", "is_one_of"),
    "leaving_care": _after("the leaving-care status is", "is_one_of"),
    "plan": lambda a, _: f"the child has {listed([_PLANS[word] for word in a['is_one_of']], 'or')}",
    "vulnerable": lambda a, _: _JUDGED[a["judged"]],
    "identified_in": lambda a, _: f"the register holds the child's number in {spaced(a['system'])}",
    "professional_named": lambda a, w: f"the register names {w.roles(a['roles'])}",
    # the work on the episode
    "decided": _decided,
    "undecided": _undecided,
    "interview": lambda a, _: f"the interview was {listed([INTERVIEW[word] for word in a['is_one_of']], 'or')}",
    "interview_recorded": lambda a, _: (
        f"the interview was at some time {listed([INTERVIEW[word] for word in a['is_one_of']], 'or')}"
    ),
    "interview_in_time": lambda a, _: (
        f"the interview was {listed([INTERVIEW[word] for word in a['results']], 'or')} in time"
    ),
    "promised": lambda a, w: w.sent(a["any_of"]),
    "on_hold": lambda a, w: f"{w.open(a['any_of'])} waits for release",
    "still_open": lambda a, w: f"{w.open(a['any_of'])} is still open",
    "open_for_child": lambda a, w: f"{w.open(a['any_of'])} is still open in some episode of the child",
    "unanswered": lambda a, w: f"{w.open(a['any_of'])} is open and no {w.names(a['meeting'])} was held since",
    "task_answered": lambda a, w: (
        f"the task {quoted(w.task(a['kind']))} is done"
        + (f" with the answer {quoted(_words('outcomes')(a))}" if a.get("outcomes") else "")
    ),
    "ever_held": lambda a, w: f"a {w.name(a['meeting'])} was held in some episode of the child",
    "held": lambda a, w: f"a {w.name(a['meeting'])} was held in this episode",
    "held_within": lambda a, w: f"a {w.names(a['meeting'])} was held in the last {length(a['period'])}",
    "document_on_file": lambda a, w: f"a {w.name(a['kind'])} is on file",
    "document_in_episode": lambda a, w: f"{w.document(a['kind'])} was made in this episode",
    # the child's other episodes
    "carries_on": _carries_on,
    "asked": lambda a, w: f"{w.roles(a['roles'])} holds {w.open(a['by'])}",
    # what was found
    "interview_raises": lambda a, w: f"the interview raises {w.concerns(a['any_of'])}",
    "screening_raises": lambda a, w: f"the rating names {w.concerns(a['any_of'])}",
    "interviewer_named_as": lambda a, w: f"the interviewer is named as {w.roles(a['roles'])}",
    "interviewed_by_own_worker": lambda a, w: (
        f"the child's own worker in {w.services(a['services'])} held the interview"
    ),
    # the interview form
    "answered": _after("the form says something under", "sections"),
    "answered_within": lambda a, _: (
        f"the form gives {listed(map(spaced, a['all_of']))} under {quoted(spaced(a['section']))}"
    ),
    "ticked": _ticked,
    "concerns_found": _concerns_found,
    # the record
    "times_given": lambda a, _: f"the report says {listed([_TIMES[word] for word in a['any_of']], 'or')}",
    "end_reason": lambda a, _: f"the episode ended as {listed(map(quoted, a['is_one_of']), 'or')}",
    "found_told_by": lambda a, w: f"{w.roles(a['roles'])} says that the child is found",
    "earlier_completed_by": lambda a, w: (
        f"{w.roles(a['roles'])} has told the end of an earlier episode in the last {length(a['within'])}"
    ),
    "next_meeting_beyond": lambda a, _: (
        f"the next meeting was agreed for more than {length(a['period'])} after this one"
    ),
    # a worker's report
    "reported_by": lambda a, w: f"{w.roles(a['roles'])} brings the news",
    "reported_to_police": lambda a, _: _TOLD[a["answer"]],
    "parent_reports": lambda a, _: f"the parent {listed([_PARENT[word] for word in a['is_one_of']], 'or')}",
    "parent_consents": lambda a, _: f"the parent {listed([_CONSENT[word] for word in a['is_one_of']], 'or')}",
    # the report under way
    "event": lambda a, w: f"this is because {any_happened(a['is_one_of'], w)}",
    "decided_by": lambda a, w: f"the decision is that of {w.roles(a['roles'])}",
    "step": lambda a, _: f"the disagreement goes to step {a['number']}",
    "disagreement_about": lambda a, w: f"the disagreement is about {w.meanings('disagreements', a['is_one_of'])}",
    "disagreement_with": lambda a, w: f"{w.roles(a['roles'])} is a side of the disagreement",
    "interviewer": lambda a, w: f"{w.roles(a['is_one_of'])} held the interview",
    "meeting_type": lambda a, w: (
        f"the meeting is of the type {listed([quoted(w.meanings('meeting_types', [t])) for t in a['is_one_of']], 'or')}"
    ),
}
DENIED: Mapping[str, str] = {
    "missing_for": "the child is not back yet",
    "occasions": "the child has never been missing",
    "age_at_missing": "nobody knows how old the child is",
    "age_at_return": "nobody knows how old the child was at the return",
    "placed": "the child lives in no placement",
    "carries_on": "this episode carries on no earlier interview",
    "concerns_found": "the interview names no concern",
}
"""What `false` asks where a condition may stand without its arguments."""
