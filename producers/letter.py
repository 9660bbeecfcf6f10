"""From the data of an outbound message to what an e-mail says, in the order in which a busy reader needs it.

No layout, no MIME and no sending. Any field that this file does not know is still told, under its own name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from producers.plain import instant_of, london_time, one_line, plain_text, sentence, short, words
from producers.wording import Wordings, wording
from schemas.delivery import Outgoing

_URGENCY = {"immediate": "Immediate", "same_day": "Same day", "routine": "Routine"}
_MODALITY = {
    "must": "The procedure requires this.",
    "should": "The procedure expects this.",
    "may": "The procedure allows this. It is for you to decide.",
    "judgement": "This needs your professional judgement.",
}
_MEASURE = {
    "offered": "The interview must be offered by the deadline above.",
    "completed": "The interview must be held by the deadline above.",
}
_LABELS = {
    "rag": "RAG rating",
    "contact": "Contact",
    "provider": "Interview provider",
    "incidents": "Incidents covered",
    "contents": "What to send",
    "e_signature": "E-signature",
    "authority_name": "Other authority",
    "start": "Episode start",
}
# What has a place of its own in the letter, or is only of use to machines.
_PLACED = {
    "authority", "pack", "episode", "incident", "child", "causation", "clauses", "to", "channels", "modality",
    "urgency", "handling", "kind", "name", "form", "due", "due_basis", "target", "late_on_arrival", "replaces",
    "measure", "acknowledge_by",
}  # fmt: skip
# A police reference is short, without blanks, and has a digit; anything else could be a name and stays in the body.
_REFERENCE = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9/._:#-]{0,39}")


@dataclass(frozen=True, slots=True)
class Letter:
    """What one e-mail says. `about` is the kind in words with any literal title and form, and the urgency; `deadline`
    is empty where nothing is asked by a certain time; `facts` are labels with their values."""

    subject: str
    handling: str
    title: str
    about: tuple[str, ...]
    urgent: bool
    happened: str
    asked: tuple[str, ...]
    deadline: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    you: str
    others: tuple[str, ...]
    reason: str
    clauses: tuple[str, ...]
    message: str
    episode: str


def write_letter(item: Outgoing, data: Mapping[str, Any], words_of: Wordings) -> Letter:
    """The letter for one recipient, in the words of its type. `data` is the message's JSON data; what is absent or odd
    in it is left out."""
    kind = data.get("kind") if isinstance(data.get("kind"), str) else None
    say = wording(words_of, item.type, kind)
    due = instant_of(data.get("due")) if say.asked else None
    urgency = _URGENCY.get(str(data.get("urgency")), "")
    authority = sentence(words(one_line(str(data.get("authority") or "")).replace("-", " ")))
    clauses = data.get("clauses")
    return Letter(
        subject=_subject(say.title, urgency, due, data, authority),
        handling=plain_text(data.get("handling")),
        title=say.title,
        about=tuple(_about(None if say.of_kind else kind, urgency, data)),
        urgent=data.get("urgency") == "immediate",
        happened=say.happened,
        asked=tuple(_asked(say.asked, data)),
        deadline=(*(_deadline(due, data) if say.asked else ()), *_acknowledge(data)),
        facts=tuple(_facts(data, told_due=bool(say.asked))),
        you=sentence(words(item.role)) if item.role else "",
        others=tuple(_others(item, data)),
        reason=_procedure(data, authority),
        clauses=tuple(one_line(str(clause)) for clause in clauses) if isinstance(clauses, list) else (),
        message=item.message,
        episode=item.subject or "",
    )


def _subject(title: str, urgency: str, due: datetime | None, data: Mapping[str, Any], authority: str) -> str:
    """Type in words, deadline, police reference, authority: nothing by which a passer-by could know a child."""
    incident = str(data.get("incident") or "")
    head = f"{urgency.upper()}: {title}" if urgency == "Immediate" else title
    parts = [head, f"due {short(due)}" if due else "", incident if _REFERENCE.fullmatch(incident) else "", authority]
    return " - ".join(filter(None, parts))


def _about(kind: str | None, urgency: str, data: Mapping[str, Any]) -> list[str]:
    name, form = plain_text(data.get("name")), plain_text(data.get("form"))
    lines = [sentence(words(kind)) if kind else "", f"“{name}”" if name else "", f"Form: {form}" if form else ""]
    lines.append(f"Urgency: {urgency.lower()}" if urgency else "")
    return [line for line in lines if line]


def _asked(asked: str, data: Mapping[str, Any]) -> list[str]:
    if not asked:
        return ["Nothing. This is for your information."]
    further = _MEASURE.get(str(data.get("measure"))), _MODALITY.get(str(data.get("modality")))
    return [asked, *filter(None, further)]


def _deadline(due: datetime | None, data: Mapping[str, Any]) -> list[str]:
    target = instant_of(data.get("target"))
    latest = f"{'At the latest ' if target else ''}{london_time(due)}" if due else ""
    lines = [f"Aim for {london_time(target)}" if target else "", latest]
    if due and data.get("due_basis") == "local":
        lines.append("This deadline is the authority's own setting. The procedure itself sets none.")
    if data.get("late_on_arrival") is True:
        lines.append("This was already overdue when Homeward first heard of it.")
    if data.get("replaces"):
        lines.append("This replaces an earlier message with a different deadline.")
    return [line for line in lines if line]


def _acknowledge(data: Mapping[str, Any]) -> list[str]:
    by = instant_of(data.get("acknowledge_by"))
    return [f"Acknowledge this message by {london_time(by)}, or others will be told."] if by else []


def _facts(data: Mapping[str, Any], told_due: bool) -> list[tuple[str, str]]:
    child = data.get("child")
    known = dict(child) if isinstance(child, dict) else {}
    incident = plain_text(data.get("incident"))
    facts = [
        ("Deadline", "" if told_due else plain_text(data.get("due"))),
        ("Child's record", plain_text(known.pop("identifiers", None))),
        *((f"Child: {words(name)}", plain_text(value)) for name, value in known.items()),
        *_further({name: value for name, value in data.items() if name not in _PLACED}),
    ]
    told_once = [(label, value) for label, value in facts if value not in ("", incident)]
    return [("Police reference", incident), *told_once] if incident else told_once


def _further(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every other field; an object of the message's own, `details` or `figures`, is told field by field."""
    facts: list[tuple[str, str]] = []
    for name, value in fields.items():
        if name in ("details", "figures") and isinstance(value, dict):
            facts += _further(value)
        else:
            facts.append((_LABELS.get(name) or sentence(words(name.removesuffix("_at"))), plain_text(value)))
    return facts


def _others(item: Outgoing, data: Mapping[str, Any]) -> list[str]:
    everyone = data.get("to")
    recipients = [one for one in everyone if isinstance(one, dict)] if isinstance(everyone, list) else []
    others = (one for one in recipients if (one.get("role"), one.get("person")) != (item.role, item.person))
    return [sentence(text) for text in map(plain_text, others) if text]


def _procedure(data: Mapping[str, Any], authority: str) -> str:
    pack = data.get("pack")
    version = plain_text(pack.get("version")) if isinstance(pack, dict) else ""
    return f"{authority} procedure, version {version}" if version and authority else authority
