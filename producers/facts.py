"""What is known of an episode, in the sentences that a letter tells it in; and the further fields of a message, each
under a name in words."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from producers.plain import instant_of, plain_text, sentence, words
from producers.times import Times, hours_of, in_words

_PLANS = {
    "child_protection": "on a child protection plan",
    "child_in_need": "a child in need",
    "team_around_child": "with a team around the child",
    "pathway": "with a pathway plan",
}
_ORDINALS = ("", "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth")
_LONG = 24  # hours from which on it is said how long
_LABELS = {
    "rag": "RAG rating",
    "contact": "Whom to ask",
    "provider": "Interview provider",
    "incidents": "Incidents covered",
    "contents": "What to send",
    "agenda": "To consider",
    "e_signature": "E-signature",
    "authority_name": "Other authority",
    "start": "Episode start",
}
# What has a place of its own in the letter, or is only of use to machines.
_PLACED = {
    "authority", "pack", "episode", "incident", "child", "causation", "clauses", "to", "channels", "modality",
    "urgency", "handling", "kind", "name", "form", "due", "due_basis", "target", "late_on_arrival", "replaces",
    "measure", "acknowledge_by", "situation", "answers", "answer_at", "detail", "step", "message", "period",
}  # fmt: skip


def known_lines(situation: Mapping[str, Any], now: datetime, times: Times) -> Iterator[str]:
    """Who, and what has happened; then what may matter besides. Nothing is said of what is not known."""
    back = instant_of(situation.get("returned_at"))
    found = instant_of(situation.get("found_at"))
    since = instant_of(situation.get("missing_since"))
    who = ", ".join(filter(None, ["A child" + _age(situation), _standing(situation)]))
    if back or found:
        first = f"{who}, {'back' if back else 'found'} {times.tell(back or found or now)}."
        further = [_count(situation)]
    else:
        first = f"{who}, {_missing(situation, since, now, times)}."
        risk = plain_text(situation.get("risk"))
        seen = instant_of(situation.get("last_seen_at"))
        further = [f"Police risk: {risk}." if risk else "", f"Last seen {times.tell(seen)}." if seen else ""]
        further.append(_count(situation))
    more = [*filter(None, further)]
    if len(more) > 1:
        yield first
        yield " ".join(more)
    else:
        yield " ".join([first, *more])


def _age(situation: Mapping[str, Any]) -> str:
    age = situation.get("age")
    return f" of {age}" if isinstance(age, int) and not isinstance(age, bool) else ""


def _standing(situation: Mapping[str, Any]) -> str:
    return "in care" if situation.get("looked_after") is True else _PLANS.get(str(situation.get("plan")), "")


def _missing(situation: Mapping[str, Any], since: datetime | None, now: datetime, times: Times) -> str:
    state = "absent" if situation.get("classification") == "absent" else "missing"
    place = plain_text(situation.get("missing_from"))
    from_where = f"{state} from {place}" if place and place != "other" else state
    if since is None:
        return from_where
    elapsed = now - since
    long = f" {in_words(elapsed)}," if hours_of(elapsed) >= _LONG else ""
    return f"{from_where}{long} since {times.tell(since)}"


def _count(situation: Mapping[str, Any]) -> str:
    count = situation.get("episodes_in_90_days")
    if not isinstance(count, int) or isinstance(count, bool) or count < 1:
        return ""
    return f"{_ORDINALS[count] if count < len(_ORDINALS) else f'{count}th'} time in 90 days."


def named_fields(data: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every field that has no place of its own, with its value in words; what was told already is left out."""
    situation = data.get("situation")
    told = {plain_text(value) for value in situation.values()} if isinstance(situation, Mapping) else set()
    told |= {"", plain_text(data.get("incident"))}
    own = {name: value for name, value in data.items() if name not in _PLACED}
    return [(label, value) for label, value in _fields(own) if value not in told]


def _fields(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """An object of the message's own, `details` or `figures`, is told field by field."""
    for name, value in fields.items():
        if name in ("details", "figures") and isinstance(value, dict):
            yield from _fields(value)
        else:
            yield _LABELS.get(name) or sentence(words(name.removesuffix("_at"))), plain_text(value)
