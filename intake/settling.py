"""The end of a batch: all has been read that is known of its children, so what was late on arrival is decided now, and
what had its reason end meanwhile does not leave."""

from dataclasses import replace

from episodes.events import Change, Event
from intake.step import Context, Step, told_retracted
from routing.case import Case
from routing.decide import decide_late
from routing.messages import Promise
from routing.netting import netted


def settle_batch(context: Context, done: Step) -> Step:
    """What the batch has done in the end."""
    done += _late(context, done)
    promised = _promised(context)
    undone = _begun_in_error(context, done)
    sent, unsent = netted(done.messages, promised, undone)
    done = replace(done, messages=tuple(sent), late=(), unsent=(*done.unsent, *unsent))
    for case, event in undone.values():
        done += told_retracted(context, case.episode.authority, event.report, ("AMB-181",))
    return done


def _late(context: Context, done: Step) -> Step:
    """What was late on arrival and still holds."""
    step = Step()
    for id_, events in {late.episode: late.events for late in done.late}.items():
        child = context.children.of_episode(id_)
        case = child.cases.get(id_) if child else None
        if child is None or case is None or case.episode.state == "retracted":
            continue
        pack = context.packs.version(child.authority, case.episode.pack)
        decision = decide_late(case, events, child.record, child.others(id_), pack, context.now)
        for kept in (decision.case, *decision.others):
            child.keep(kept)
        step += Step(messages=decision.messages)
    return step


def _promised(context: Context) -> dict[str, Promise]:
    changed = context.children.changed_cases()
    return {promise.message: promise for _, case in changed for promise in case.promises}


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
