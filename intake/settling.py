"""The end of a batch. What was late on arrival is decided now where nothing else can be waiting, else it is left, with
a clock that asks again once the backlog is read. What had its reason end meanwhile does not leave."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from enrichment.children import Child
from episodes.events import Change, Event
from episodes.history import beginning
from episodes.reports import About, Identifier, RecordHeld, TimerDue
from intake.step import CaseChange, Context, Late, Step, told_retracted
from routing.case import Case, DutiesCase, LeftLate
from routing.decide import decide_late, decide_told_back
from routing.message_types import INTERVIEW_REQUEST
from routing.messages import Message, Promise
from routing.netting import netted


def settle_batch(context: Context, done: Step, backlog: bool = False) -> Step:
    """What the batch has done in the end. `backlog`: more may be waiting to be read of its children."""
    if context.history:
        return done._replace(messages=(), late=(), unsent=())
    for late in _folded(done.late):
        done += _left(context, late) if backlog else _decided(context, late)
    promised = _promised(context)
    undone = _begun_in_error(context, done)
    sent, unsent = netted(done.messages, promised, undone)
    done = done._replace(messages=tuple(sent), late=(), unsent=(*done.unsent, *unsent))
    done += tell_back(context, [(m.episode, m.id) for m in unsent if m.type == INTERVIEW_REQUEST and m.episode])
    for case, event in undone.values():
        done += told_retracted(context, case.episode.authority, event.report, ("AMB-181",))
    return done._replace(messages=tuple(_once(done.messages)))


def _once(messages: Iterable[Message]) -> Iterator[Message]:
    """A cause says the same of a child but once, also where a batch comes upon it twice: as its report is read, and as
    it is put with another absence by the next one."""
    said = set[tuple[str, tuple[Identifier, ...]]]()
    for message in messages:
        if message.type == "exception.raise" and message.episode is None:
            word = (message.id, message.child)
            if word in said:
                continue
            said.add(word)
        yield message


def tell_back(context: Context, unsent: Collection[tuple[str, str]]) -> Step:
    """Word that the child is back to those who would have had it with a request that does not leave: by episode and
    message."""
    step, gone = Step(), {message for _, message in unsent}
    for episode in dict.fromkeys(episode for episode, _ in unsent):
        child = context.children.of_episode(episode)
        case = child.cases.get(episode) if child else None
        if child is None or case is None:
            continue
        pack = context.packs.version(child.authority, case.episode.pack)
        decision = decide_told_back(case, child.record, child.others(case.id), pack, context.now, gone)
        child.keep(decision.case_after(case))
        step += Step(messages=decision.messages)
    return step


def decide_left(context: Context, child: Child, case: Case | DutiesCase, due: TimerDue) -> Step:
    """The backlog is read: what was left because it was late on arrival is decided."""
    first = _first(case)
    if case.late is None or first is None:
        return Step()
    event = Event(Change.TIMER_DUE, due, due.origin.at, due.rule)
    step = Step()
    if not _is_retracted(case) and case.late.rules:  # else something was kept back, and nothing left to be asked
        step = _answer(context, child, case, (first,), case.late.rules)
    after = _case_of(child, case.id)
    assert after is not None
    after = replace(after, late=None)
    child.keep(after)
    return Step((CaseChange(child, after, (event,)),)) + step


def _first(case: Case | DutiesCase) -> Event | None:
    """What the rules that were left answer to: that the episode opened; of duties, that the register has spoken."""
    if case.late is None:
        return None
    if isinstance(case, DutiesCase):
        return Event(Change.RECORD_CHANGED, RecordHeld(origin=case.late.cause, about=About()), case.late.cause.at)
    return beginning(case.episode.missing, case.late.cause) if case.episode.missing else None


def _case_of(child: Child | None, id_: str) -> Case | DutiesCase | None:
    if child is not None and child.duties is not None and child.duties.id == id_:
        return child.duties
    return child.cases.get(id_) if child else None


def _folded(late: tuple[Late, ...]) -> list[Late]:
    """One for each episode: the newest events, and every rule."""
    found: dict[str, Late] = {}
    for each in late:
        rules = (*found[each.episode].rules, *each.rules) if each.episode in found else each.rules
        found[each.episode] = replace(each, rules=tuple(dict.fromkeys(rules)))
    return [*found.values()]


def _left(context: Context, late: Late) -> Step:
    """It is kept with the case, so that it outlives the process, until a timer asks."""
    child = context.children.of_episode(late.episode)
    case = _case_of(child, late.episode)
    if child is not None and case is not None and not _is_retracted(case):
        left = LeftLate(context.now, late.events[0].report.origin, late.rules)
        child.keep(replace(case, late=left.and_also(case.late)))
    return Step()


def _decided(context: Context, late: Late) -> Step:
    """What was late on arrival and still holds."""
    child = context.children.of_episode(late.episode)
    case = _case_of(child, late.episode)
    if child is None or case is None or _is_retracted(case):
        return Step()
    return _answer(context, child, case, late.events, late.rules)


def _is_retracted(case: Case | DutiesCase) -> bool:
    return isinstance(case, Case) and case.episode.state == "retracted"


def _answer(
    context: Context, child: Child, case: Case | DutiesCase, events: tuple[Event, ...], rules: tuple[str, ...]
) -> Step:
    version = case.episode.pack if isinstance(case, Case) else case.duties.pack
    pack = context.packs.version(child.authority, version)
    decision = decide_late(case, events, child.record, child.others(case.id), pack, context.now, rules)
    for kept in (decision.case_after(case), *decision.others):
        child.keep(kept)
    return Step(messages=decision.messages, unsent=decision.unsaid)


def _promised(context: Context) -> dict[str, Promise]:
    changed = context.children.changed_cases()
    promises = [promise for _, case in changed for promise in case.promises]
    return {p.first: p for p in promises if p.first} | {p.message: p for p in promises}


def _begun_in_error(context: Context, done: Step) -> dict[str, tuple[Case, Event]]:
    """The episodes that were taken back before they were taken in (AMB-181): nobody hears of them but the intake role.
    Each with the event that took it back."""
    begun = {c.case.id for c in done.cases for e in c.events if e.change in (Change.OPENED, Change.WAITS)}
    taken_back = {c.case.id: e for c in done.cases for e in c.events if e.change is Change.RETRACTED}
    found: dict[str, tuple[Case, Event]] = {}
    for id_ in begun & taken_back.keys():
        child = context.children.of_episode(id_)
        case = child.cases.get(id_) if child else None
        if case is not None and case.episode.state == "retracted":
            found[id_] = (case, taken_back[id_])
    return found
