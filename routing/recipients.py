"""Who a message goes to: targets of a pack → recipients, by its audiences and by the people whom the register names."""

from collections.abc import Iterable

from episodes.accounts import accounts
from episodes.events import Event
from episodes.reports import Actor, Decided, InterviewOutcome, MeetingHeld
from routing.evaluate import evaluate
from routing.messages import Recipient
from routing.pack import Pack, Target
from routing.roles import Role
from routing.situation import Situation


def resolve(
    targets: Iterable[Target], s: Situation, event: Event, pack: Pack
) -> tuple[tuple[Recipient, ...], tuple[str, ...]]:
    """The recipients, each once, and the clauses that an audience lends. Nobody: the rule waits."""
    people: list[Recipient] = []
    clauses: list[str] = []
    for target in targets:
        if target.audience is not None:
            found, cited = _audience(target.audience, s, event, pack)
            people += found
            clauses += cited
        elif target.told_by:
            people += _told_by(target, s)
        elif target.asked_by:
            people += [r for rule in target.asked_by for p in s.promised_to_child(rule) if p.open for r in p.to]
        elif target.named_as is not None:
            people += _as_named(target, s, event, pack)
        else:
            assert target.role is not None
            people += _role(target, s, pack.roles[target.role])
    return _once(people), tuple(clauses)


def _audience(name: str, s: Situation, event: Event, pack: Pack) -> tuple[tuple[Recipient, ...], tuple[str, ...]]:
    for row in pack.audiences[name]:
        held = evaluate(row.tests, s, event, pack)
        if held is not None:
            people, clauses = resolve(row.to, s, event, pack)
            return people, (*row.clauses, *clauses, *held)
    return (), ()


def _role(target: Target, s: Situation, role: Role) -> list[Recipient]:
    assert target.role is not None
    people = _people(target.role, role, s, target.of)
    if target.if_named:
        people = [person for person in people if person]
    channel = target.channel or role.channel
    return [Recipient(target.role, person, channel) for person in people or ([] if target.if_named else [None])]


def _as_named(target: Target, s: Situation, event: Event, pack: Pack) -> list[Recipient]:
    """The people that the report names, in the role of the target where it has one."""
    actors = _named(target, s, event)
    if target.role is None or target.named_as == "value":
        return [_recipient(actor, pack) for actor in actors]
    persons = [actor.person for actor in actors] or [None]
    return [_recipient(Actor(target.role, person), pack) for person in persons]


def _people(name: str, role: Role, s: Situation, of: str | None) -> list[str | None]:
    """The persons behind a role, as they are named now; nobody where nobody names one."""
    source = role.source
    if source is None:
        return []
    if source.reporter and (person := _reporter(name, s)):
        return [person]
    if source.services:
        services = [of] if of else source.services
        named = (getattr(held, source.field) for name in services if (held := s.record.open_to(name)))
        person = next((person for person in named if person), None)
        if person or not source.professional:
            return [person]
    if source.professional:
        return [p.person for p in s.record.professionals if p.role == source.professional]
    if source.practitioners:
        known = s.record
        everybody = (*(h.worker for h in known.services), *(p.person for p in known.professionals), *known.involved)
        return [*dict.fromkeys(person for person in everybody if person)]
    if source.interviewer:
        return [_interviewer(s)]
    if source.linked_forces:
        return [*s.record.linked_forces]
    if source.carers:
        return [*(s.record.placement.carers if s.record.placement else ())]
    return [*s.record.involved]


def _interviewer(s: Situation) -> str | None:
    """To whom the interview was given last."""
    named = (o.interviewer.person for o in reversed(s.episode.outcomes) if o.result == "assigned" and o.interviewer)
    return next(named, None)


def _told_by(target: Target, s: Situation) -> list[Recipient]:
    told = [p for rule in target.told_by for p in s.promised(rule)]
    newest = max(told, key=lambda p: p.at, default=None) if target.newest else None
    return [*newest.to] if newest else [r for p in told for r in p.everybody]


def _reporter(role: str, s: Situation) -> str | None:
    """Whoever told last in that role that the child is missing or back."""
    told = (report.by for report in (s.episode.found, *reversed(accounts(s.episode))) if report and report.by)
    return next((by.person for by in told if by.role == role and by.person), None)


def _named(target: Target, s: Situation, event: Event) -> tuple[Actor, ...]:
    """The people that the report under way names."""
    report = event.report
    match target.named_as, report:
        case "value", Decided():
            return (Actor(target.role, str(report.value)),) if target.role and report.value else ()
        case "between", _:
            return s.sides()
        case "attendees", _:
            held = (
                report if isinstance(report, MeetingHeld) else (s.episode.meetings[-1] if s.episode.meetings else None)
            )
            return held.attendees if held else ()
        case "interviewer", InterviewOutcome():
            who = report.interviewer or report.by
            return (who,) if who else ()
        case "by", _:
            by = getattr(report, "by", None)
            return (by,) if by else ()
    return ()


def _recipient(actor: Actor, pack: Pack) -> Recipient:
    role = pack.roles.get(actor.role)
    return Recipient(actor.role, actor.person, role.channel if role else None, unlisted=role is None)


def _once(people: Iterable[Recipient]) -> tuple[Recipient, ...]:
    """Each role and person once; the first mention decides the channel."""
    return tuple({(r.role, r.person): r for r in reversed([*people])}.values())[::-1]
