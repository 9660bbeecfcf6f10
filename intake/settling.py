"""The end of a batch. What was late on arrival is decided now where nothing else can be waiting, else it is left, with
a clock that asks again once the backlog is read. What had its reason end meanwhile does not leave."""

from dataclasses import replace

from enrichment.children import Child
from episodes.events import Change, Event
from episodes.history import beginning
from episodes.reports import TimerDue
from intake.step import CaseChange, Context, Late, Step, told_retracted
from routing.case import Case, LeftLate
from routing.decide import decide_late
from routing.messages import Promise
from routing.netting import netted


def settle_batch(context: Context, done: Step, backlog: bool = False) -> Step:
    """What the batch has done in the end. `backlog`: more may be waiting to be read of its children."""
    if context.history:
        return replace(done, messages=(), late=(), unsent=())
    for late in _folded(done.late):
        done += _left(context, late) if backlog else _decided(context, late)
    promised = _promised(context)
    undone = _begun_in_error(context, done)
    sent, unsent = netted(done.messages, promised, undone)
    done = replace(done, messages=tuple(sent), late=(), unsent=(*done.unsent, *unsent))
    for case, event in undone.values():
        done += told_retracted(context, case.episode.authority, event.report, ("AMB-181",))
    return done


def decide_left(context: Context, child: Child, case: Case, due: TimerDue) -> Step:
    """The backlog is read: what was left because it was late on arrival is decided."""
    if case.late is None or case.episode.missing is None:
        return Step()
    event = Event(Change.TIMER_DUE, due, due.origin.at, due.rule)
    step = Step()
    if case.episode.state != "retracted":
        step = _answer(context, child, case, (beginning(case.episode.missing, case.late.cause),), case.late.rules)
    child.keep(replace(child.cases[case.id], late=None))
    return Step((CaseChange(child, child.cases[case.id], (event,)),)) + step


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
    case = child.cases.get(late.episode) if child else None
    if child is not None and case is not None and case.episode.state != "retracted":
        left = LeftLate(context.now, late.events[0].report.origin, late.rules)
        child.keep(replace(case, late=left.and_also(case.late)))
    return Step()


def _decided(context: Context, late: Late) -> Step:
    """What was late on arrival and still holds."""
    child = context.children.of_episode(late.episode)
    case = child.cases.get(late.episode) if child else None
    if child is None or case is None or case.episode.state == "retracted":
        return Step()
    return _answer(context, child, case, late.events, late.rules)


def _answer(context: Context, child: Child, case: Case, events: tuple[Event, ...], rules: tuple[str, ...]) -> Step:
    pack = context.packs.version(child.authority, case.episode.pack)
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
