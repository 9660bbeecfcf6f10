"""Building the message of a rule that fires, and the promise by which the hub remembers it."""

from datetime import datetime

from episodes.events import Change
from episodes.reports import Found
from routing.acknowledging import acknowledge_by
from routing.answering import answers_to
from routing.limits import JUST_AFTER
from routing.limits import ends as limit_of
from routing.messages import Answer, Message, Promise, Recipient, derived_id
from routing.payload import Firing, payload
from routing.telling import told


def build_message(
    f: Firing,
    to: tuple[Recipient, ...],
    clauses: tuple[str, ...],
    occurrence: str,
    due: datetime | None = None,
    *,
    ends: tuple[str, ...] = (),
    replaces: str | None = None,
) -> Message:
    """The message to these recipients, on these clauses. `ends`: the messages that it answers or takes back;
    `replaces`: the first one of those that it stands for."""
    rule, s, pack, origin = f.rule, f.s, f.pack, f.event.report.origin
    reference = s.reference()
    answers = answers_to(rule, pack)
    if "acknowledge_by" in (acknowledge := _acknowledge(f)):
        answers = (*answers, Answer("message.acknowledged", rule.kind))
    return Message(
        id=_id(f, occurrence),
        type=rule.send,
        rule=rule.id,
        at=f.now,
        authority=pack.authority,
        pack=pack.authority,
        version=pack.version,
        clauses=tuple(dict.fromkeys(clauses)),
        to=to,
        subject_key=s.episode.id,
        episode=s.episode.id if s.about == "episode" else None,
        incident=reference.incident if reference else None,
        force=reference.force if reference else None,
        child=s.record.identifiers,
        causation=None if f.timed else origin.answered[:2],
        kind=rule.kind,
        name=rule.name,
        form=rule.form,
        modality=rule.modality,
        urgency=rule.urgency,
        due=due,
        due_basis=rule.due.basis if due and rule.due else None,
        target=limit_of(rule.target, s, f.event) if rule.target else None,
        late_on_arrival=not f.timed and _overdue(f, due),
        replaces=replaces,
        situation=told(s, rule, to, pack, f.now),
        answers=answers,
        answer_at=pack.answer_at,
        fields={**payload(f), **acknowledge},
        ends=ends,
    )


def _id(f: Firing, occurrence: str) -> str:
    """It hangs on the episode, the rule (of a group that answers but once, on the group) and the occurrence, neither on
    the report that happened to be read last nor on an instant at which the hub was told. So what is read again, later,
    in other batches or in another order, gives the same. `before`: how often it was said, and turned out not to be
    so."""
    rule, s = f.rule, f.s
    rules = f.pack.groups[rule.group] if rule.group else (rule.id,)
    before = sum(1 for p in s.promises if p.rule in rules and p.occurrence == occurrence)
    return derived_id("message", s.episode.id, min(rules), occurrence, str(before), str(s.episode.matched))


def _acknowledge(f: Firing) -> dict[str, datetime]:
    by = acknowledge_by(f.rule, f.now, f.s, f.pack)
    return {"acknowledge_by": by} if by else {}


def _overdue(f: Firing, due: datetime | None) -> bool:
    """Whether the limit, or the instant at which the hub itself would have sent it, has passed already (T-8)."""
    moment = f.rule.moment
    limit = limit_of(moment.limit, f.s, f.event) if moment else None
    if moment and limit and moment.op == "over":
        limit += JUST_AFTER
    return any(at is not None and at < f.s.as_of for at in (due, limit))


def promise_of(f: Firing, message: Message, occurrence: str) -> Promise:
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
        first=message.replaces,
        since=_since(f),
        cause=None if f.timed else f.event.report.origin.cause,
    )


def _since(f: Firing) -> datetime | None:
    """When it would have been asked for, had everything been told when it happened."""
    if f.timed:
        return None
    if f.event.change is not Change.OPENED or f.s.episode.start is None:
        told = f.event.report
        found_at = told.found_at if isinstance(told, Found) else None  # it may be some time before the child is back
        return min(at for at in (f.event.at, found_at, f.now) if at is not None)
    classified = [e.at for e in f.s.events if e.change is Change.CLASSIFIED]  # absent before, and asked for since
    return min(max([f.s.episode.start, *classified]), f.now)
