"""Putting a message together from a rule, a situation and its recipients, and the promise that remembers it."""

from datetime import datetime
from typing import Any

from episodes.events import Event
from routing.acknowledging import acknowledge_by
from routing.calendar import london_date
from routing.fill import fields
from routing.limits import JUST_AFTER, ends
from routing.messages import Message, Promise, Recipient, derived_id
from routing.pack import Pack, Rule
from routing.recipients import resolve
from routing.situation import Situation
from routing.statuses import in_words


def compose(
    s: Situation,
    pack: Pack,
    rule: Rule,
    event: Event,
    now: datetime,
    to: tuple[Recipient, ...],
    clauses: tuple[str, ...],
    occurrence: str,
    due: datetime | None,
    timed: bool = False,
) -> Message:
    """The message of a rule. `timed`: a timer caused it and no report did; its id then hangs on the instant that the
    timer was set for, so that an outage does not change it."""
    episode, origin = s.episode, event.report.origin
    cause = "" if timed else f"{origin.source}#{origin.id}"
    instant = due if due and not timed else s.as_of
    reference = s.reference()
    return Message(
        id=derived_id("message", episode.id, cause, rule.id, occurrence, instant.isoformat()),
        type=rule.send,
        rule=rule.id,
        at=now,
        authority=pack.authority,
        pack=pack.authority,
        version=pack.version,
        clauses=tuple(dict.fromkeys(clauses)),
        to=to,
        subject_key=episode.id,
        episode=None if episode.is_none else episode.id,
        incident=reference.incident if reference else None,
        force=reference.force if reference else None,
        child=s.record.identifiers,
        causation=None if timed else (origin.source, origin.id),
        kind=rule.kind,
        name=rule.name,
        form=rule.form,
        modality=rule.modality,
        urgency=rule.urgency,
        due=due,
        due_basis=rule.due.basis if due and rule.due else None,
        target=ends(rule.target, s) if rule.target else None,
        late_on_arrival=not timed and _overdue(rule, s, due),
        fields={
            **fields(rule.send, s),
            **in_words(rule.send, s, pack),
            **_asked_for(rule, s, pack),
            **rule.fields,
            **_dated(rule, now),
            **_shared(rule, s),
            **_wanted(rule, now, s, pack),
        },
    )


def _shared(rule: Rule, s: Situation) -> dict[str, list[str]]:
    """Of the sections of the interview form that a rule shares those that were answered."""
    shared = rule.fields.get("sections")
    return {} if shared is None else {"sections": [section for section in shared if s.answer(section)]}


def _asked_for(rule: Rule, s: Situation, pack: Pack) -> dict[str, Any]:
    """What the rule wants told besides: whom to ask, and the circumstances."""
    contact, _ = resolve(rule.contact, s, pack)
    report = s.episode.missing
    told = {
        "contact": {"role": contact[0].role, "person": contact[0].person} if contact else None,
        "details": report.details.get("circumstances") if rule.circumstances and report else None,
    }
    return {name: value for name, value in told.items() if value is not None}


def _dated(rule: Rule, now: datetime) -> dict[str, str]:
    """The day of the message in London, for the fields that take it."""
    return dict.fromkeys(rule.dated, london_date(now).isoformat())


def _wanted(rule: Rule, now: datetime, s: Situation, pack: Pack) -> dict[str, datetime]:
    by = acknowledge_by(rule, now, s, pack)
    return {"acknowledge_by": by} if by else {}


def _overdue(rule: Rule, s: Situation, due: datetime | None) -> bool:
    """Whether the limit, or the instant at which the hub itself would have sent it, has passed already (T-8)."""
    limit = ends(rule.moment.limit, s) if rule.moment else None
    if rule.moment and limit and rule.moment.op == "over":
        limit += JUST_AFTER
    return any(at is not None and at < s.as_of for at in (due, limit))


def remembered(message: Message, occurrence: str) -> Promise:
    """What the case keeps of a message."""
    return Promise(
        rule=message.rule,
        occurrence=occurrence,
        message=message.id,
        type=message.type,
        at=message.at,
        to=message.to,
        kind=message.kind,
        due=message.due,
        measure=message.fields.get("measure"),
    )
