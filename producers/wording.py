"""What each type of outbound message says to a person, in plain words. Data only; no layout and no sending.

An entry never mentions a child by name or number: its title stands in the subject line of an e-mail.
"""

from typing import NamedTuple


class Wording(NamedTuple):
    """`title` heads the e-mail and its subject, `happened` says why it was sent, `asked` what the reader is to do
    (empty = nothing)."""

    title: str
    happened: str
    asked: str = ""


TYPES: dict[str, Wording] = {
    "case.contact.create": Wording(
        "Contact to record",
        "A notification about a missing child has come in.",
        "Record the contact in the case system.",
    ),
    "episode.open": Wording(
        "Missing episode to open",
        "A child has been reported missing.",
        "Open the missing episode in the case system with the start given below.",
    ),
    "episode.update": Wording(
        "Missing episode has changed",
        "What is known of a missing episode has changed.",
        "Bring the record of the episode up to date.",
    ),
    "episode.found": Wording(
        "Missing episode: child found",
        "The child has been found or has returned.",
        "Record the return in the case system.",
    ),
    "episode.close": Wording(
        "Missing episode to close",
        "Nothing more is awaited for this missing episode.",
        "Close its record in the case system.",
    ),
    "episode.finalise": Wording(
        "Missing episode to finalise",
        "What the procedure asks for after the return has been done.",
        "Finalise the record of the episode.",
    ),
    "episode.store_nfa": Wording(
        "Notification to file",
        "A notification has come in for which the procedure asks for nothing further.",
        "File it with no further action.",
    ),
    "flag.set": Wording("Flag to set", "The procedure asks for a flag on the child's record.", "Set the flag."),
    "flag.clear": Wording("Flag to clear", "A flag on the child's record has served its purpose.", "Clear the flag."),
    "notify.missing": Wording("Child reported missing", "A child has been reported missing or absent."),
    "notify.found": Wording("Child found", "The child has been found or has returned."),
    "notify.info": Wording("For your information", "There is news of a missing episode."),
    "task.create": Wording(
        "Task for you",
        "A missing episode needs something from you.",
        "Do the task and record it as done.",
    ),
    "task.cancel": Wording(
        "Task withdrawn",
        "A task that was sent to you is no longer needed.",
        "Take it off your list.",
    ),
    "rhi.request": Wording(
        "Return home interview requested",
        "The child is back, and the procedure asks for a return home interview.",
        "Arrange the interview and record what became of it.",
    ),
    "rhi.assign": Wording(
        "Return home interview assigned",
        "A return home interview waits for somebody to hold it.",
        "Hold the interview and record what became of it.",
    ),
    "rhi.offer_letter": Wording(
        "Letter to offer a return home interview",
        "A return home interview is to be offered in writing.",
        "Send the letter.",
    ),
    "rhi.not_offered": Wording(
        "Return home interview not offered", "It was decided that no return home interview is offered."
    ),
    "rhi.refused": Wording("Return home interview refused", "The offer of a return home interview was refused."),
    "rhi.withdrawn": Wording(
        "Return home interview withdrawn",
        "The request for a return home interview has been withdrawn.",
        "Do not hold the interview on the strength of the earlier request.",
    ),
    "rhi.completed": Wording("Return home interview completed", "A return home interview has been held."),
    "rhi.chase": Wording(
        "Return home interview awaited",
        "No outcome of a return home interview has been recorded yet.",
        "Hold the interview, or record what became of it.",
    ),
    "rhi.breach": Wording(
        "Return home interview overdue",
        "The time limit for a return home interview has passed without an outcome.",
        "See that the interview is held, or record why it was not.",
    ),
    "meeting.request": Wording(
        "Meeting to arrange",
        "A missing episode calls for a meeting.",
        "Arrange the meeting and record when it was held.",
    ),
    "meeting.cancel": Wording(
        "Meeting no longer needed",
        "A meeting that was asked for is no longer needed.",
        "Cancel it if it has been arranged.",
    ),
    "hub.consultation": Wording(
        "Consultation to consider",
        "The child's missing episodes call for specialist advice.",
        "Consider whether to ask for a consultation.",
    ),
    "senior.alert": Wording(
        "Alert to senior management",
        "A child's absence has reached a point at which you are to be told.",
    ),
    "referral.create": Wording(
        "Referral for you",
        "A child is referred to you because of a missing episode.",
        "Decide on the referral and record the decision.",
    ),
    "police.intel": Wording("Information for the police", "There is information about a missing episode to share."),
    "ola.notify": Wording(
        "Notice to another local authority",
        "A child for whom another local authority is responsible, or who is placed there, has a missing episode.",
    ),
    "info.pack": Wording(
        "Information to send to the family",
        "The procedure asks for information to go to the child or the family.",
        "Send what is listed below.",
    ),
    "escalation.open": Wording(
        "Professional disagreement for you to settle",
        "A disagreement about a missing episode has been raised with you.",
        "Decide, and record that it is settled or that it is not.",
    ),
    "report.data": Wording("Monitoring data", "The figures for a period that has ended, as they are known now."),
    "exception.raise": Wording(
        "Needs a person to look at it",
        "Homeward has met something that it must not settle by itself.",
        "Look at it, decide, and record the decision.",
    ),
}

KINDS: dict[tuple[str, str], Wording] = {
    ("exception.raise", "unreadable"): Wording(
        "A message could not be read",
        "A message that came in could not be read. Nothing was lost: it is kept in quarantine.",
        "Find out with its sender what is wrong; it can then be replayed.",
    ),
    ("exception.raise", "doubtful_match"): Wording(
        "Whose notification is this?",
        "The register does not say with certainty which child a notification is about.",
        "Decide whose it is and record the decision. Until then the time limits run on.",
    ),
    ("exception.raise", "unknown_authority"): Wording(
        "No procedure for this authority",
        "A notification names an authority whose procedure Homeward does not hold.",
        "Pass it to the authority by hand.",
    ),
    ("exception.raise", "delivery_failed"): Wording(
        "A message could not be delivered",
        "A message about a missing episode could not be delivered.",
        "Tell the recipient another way, and have the address mended.",
    ),
    ("exception.raise", "release_awaited"): Wording(
        "A request waits for you",
        "A request waits because this authority does not let Homeward send it by itself. Time runs.",
        "Look at the notification and record your task as done; the request then goes out.",
    ),
    ("escalation.open", "unacknowledged"): Wording(
        "Nobody has acknowledged a message",
        "A message that must be acknowledged was sent, and no named person has said that it was seen.",
        "See that somebody acts on it, and acknowledge it.",
    ),
    ("notify.info", "retracted"): Wording(
        "Notification withdrawn",
        "The notification was sent in error: there was no such missing episode.",
        "Disregard what you were sent before about it.",
    ),
}


def wording(type_: str, kind: str | None) -> Wording:
    """The words for a type and kind; for a type not listed, its own name in words."""
    return (
        KINDS.get((type_, kind or ""))
        or TYPES.get(type_)
        or Wording(type_.replace(".", " ").replace("_", " ").capitalize(), "There is news of a missing episode.")
    )
