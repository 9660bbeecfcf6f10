"""Open promises that move on: with the anchor of their limit (T-8), or with the person who holds the work (AMB-166).
Each is said again, and `replaces` names the first message. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from episodes.events import OF_THE_REGISTER, Change, Event
from episodes.returning import missing_still
from routing.building import build_message
from routing.evaluate import evaluate_without
from routing.limits import FIXED, ends
from routing.message_types import INTERVIEW_REQUEST, MESSAGE_TYPES
from routing.messages import Message, Promise, Recipient
from routing.pack import Pack, Rule
from routing.payload import Firing
from routing.recipients import resolve
from routing.roles import Role
from routing.situation import Situation


def moved(s: Situation, event: Event, pack: Pack, now: datetime) -> tuple[Situation, tuple[Message, ...]]:
    """Open promises whose limit has moved with its anchor are sent again with the new one (T-8): to whoever holds the
    work and whoever was asked before. Of an interview they hear whatever has changed since (AMB-183)."""
    messages: list[Message] = []
    for promise in [p for p in s.promises if p.open and p.due]:
        rule = pack.rules_by_id.get(promise.rule)
        if rule is None or rule.due is None or rule.due.anchor in FIXED or rule.once == "anchor":
            continue
        due = ends(rule.due, s, event)
        clauses = evaluate_without((promise,), rule.tests, s, event, pack) if due and due != promise.due else None
        if clauses is None and promise.type == INTERVIEW_REQUEST and due != promise.due:
            clauses = ("AMB-183",)
        if due is None or clauses is None:
            continue
        _, lent = resolve(rule.to, s, event, pack)
        firing = Firing(rule, s, event, pack, now)
        cited = (*clauses, *lent, *(("AMB-183",) if promise.former else ()))
        s, message = _again(replace(promise, due=due), promise.everybody, f"moved {due.isoformat()}", cited, firing)
        messages.append(message)
    return s, tuple(messages)


def reassigned(s: Situation, event: Event, pack: Pack, now: datetime) -> tuple[Situation, tuple[Message, ...]]:
    """Open promises whose work somebody else holds now are sent to whom it is, with the limit that they have: those of
    rules that follow the work wherever it goes, and any whose person was replaced or is named only now."""
    messages: list[Message] = []
    registers = OF_THE_REGISTER.intersection(e.change for e in s.events)
    for promise, rule in [*_held_by_somebody(s, pack)]:
        recipients, lent = resolve(rule.to, s, event, pack)
        follows = any(e.is_one_of(rule.follows) for e in s.events)
        if follows:
            is_other = recipients not in ((), promise.to)
        else:
            is_other = bool(registers) and _replaced(promise, recipients, pack)
            is_other = is_other or (Change.RECORD_CHANGED in registers and _is_left(promise, recipients))
        clauses = _is_asked_for(promise, rule, s, event, pack) if is_other else None
        if clauses is None:
            continue
        firing = Firing(rule, s, event, pack, now)
        names = " ".join(f"{r.role}/{r.person or ''}" for r in recipients)
        moved_on = replace(promise, to=recipients, former=promise.besides(recipients))
        s, message = _again(moved_on, recipients, f"followed {names}", (*clauses, *lent), firing)
        if not MESSAGE_TYPES[promise.type].asks_for:  # a word: those who have heard it do not hear it again (AMB-193)
            message = replace(message, to=tuple(r for r in recipients if r not in promise.everybody) or recipients)
        messages.append(message)
    return s, tuple(messages)


def _is_asked_for(promise: Promise, rule: Rule, s: Situation, event: Event, pack: Pack) -> tuple[str, ...] | None:
    """The clauses of the criteria by which it is; what was asked for because the child is missing, and is open after
    the return, is asked for still."""
    asked = evaluate_without((promise,), rule.tests, s, event, pack)
    if asked is not None or not s.episode.back:
        return asked
    return evaluate_without((promise,), rule.tests, replace(s, episode=missing_still(s.episode)), event, pack)


def _held_by_somebody(s: Situation, pack: Pack) -> Iterator[tuple[Promise, Rule]]:
    """The open promises of work, and while the child is missing the word that it is."""
    for promise in s.promises:
        rule, type_ = pack.rules_by_id.get(promise.rule), MESSAGE_TYPES[promise.type]
        if rule is None or not promise.open:
            continue
        if rule.follows or type_.asks_for or (promise.type == "notify.missing" and s.episode.still_missing):
            yield promise, rule


def _replaced(promise: Promise, to: tuple[Recipient, ...], pack: Pack) -> bool:
    """Whether somebody is named now who was not: in the place of another of the same role, or where a body was told. A
    team is a body, too: work does not wander from one to another."""
    held, was_body = {r.role for r in promise.to}, any(r.person is None for r in promise.to)
    named = (r for r in to if r.person and r not in promise.to)
    return any(r.role in held or (was_body and not _is_team(pack.roles[r.role])) for r in named)


def _is_left(promise: Promise, to: tuple[Recipient, ...]) -> bool:
    """Whether the record names nobody any more of those who were asked by name, and a body of another role holds the
    work. Who closes a case, and whose record it is not, keeps what is left to do in it."""
    held, was_body = {r.role for r in promise.to}, any(r.person is None for r in promise.to)
    return bool(to) and not was_body and not any(r.person or r.role in held for r in to)


def _is_team(role: Role) -> bool:
    return role.source is not None and role.source.field == "team"


def _again(
    promise: Promise, to: tuple[Recipient, ...], occurrence: str, clauses: tuple[str, ...], f: Firing
) -> tuple[Situation, Message]:
    """The promise, as it is now, said again to these recipients, because of a report."""
    first, cited = promise.first or promise.message, (*f.rule.clauses, *clauses)
    message = build_message(f, to, cited, f"{occurrence} {first} {f.cause}", promise.due, replaces=first)
    later = replace(promise, message=message.id, first=first)
    kept = tuple(later if p.message == promise.message else p for p in f.s.promises)
    return replace(f.s, promises=kept), message
