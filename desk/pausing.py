"""Pausing and resuming a destination or a whole way out, from *Held up*. What waits stays as it is until somebody
resumes it; every page of an operator says so meanwhile."""

from starlette.responses import Response

from desk.serving import DeskPage
from desk.views.held_up import way_in_words
from desk.visit import NotHereError, Visit
from store import HeldUp, Transaction
from store.pausing import Pause

_SHORTEST = 3
"""Characters of a reason."""
_WAYS = ("mail", "topic")


async def pause(visit: Visit) -> Response:
    """The page that asks what and why; sent, it is paused. Nothing is preselected, unless a cause led here."""
    async with visit.desk.store.reading() as tx:
        choices = await _choices(tx)
    name, why = visit.asked("name"), visit.asked("why")
    faults = {}
    if visit.request.method == "POST" and visit.asked("sent"):
        if name not in choices:
            faults["name"] = "Select what to pause"
        if len(why) < _SHORTEST:
            faults["why"] = "Say why"
        if not faults:
            return await _paused(visit, Pause(name, visit.user.id, visit.now, why))
    named = [(each, way_in_words(each), waiting) for each, waiting in choices.items()]
    status = 422 if faults else 200
    return await visit.page("pause.html", status, choices=named, name=name, why=why, faults=faults)


async def _paused(visit: Visit, pause: Pause) -> Response:
    async with visit.desk.store.transaction() as tx:
        is_new = await tx.pause(pause)
    said = "paused. What is for it waits until you resume it." if is_new else "was paused already."
    visit.session.notice = f"{way_in_words(pause.name)}: {said}"
    return visit.to("/held-up")


async def resume(visit: Visit) -> Response:
    """What waited leaves again, in its order."""
    name = visit.asked("name")
    async with visit.desk.store.transaction() as tx:
        if not await tx.resume(name, visit.user.id, visit.now):
            raise NotHereError
    visit.session.notice = f"{way_in_words(name)}: resumed. The hub sends what waited."
    return visit.to("/held-up")


async def _choices(tx: Transaction) -> dict[str, int]:
    """What can be paused, with how many messages wait for it: the ways out, and every destination for which something
    waits or is held up, of those that are not paused."""
    waiting = {each.destination: each.waiting for each in await tx.waiting_destinations()}
    held: list[HeldUp] = await tx.held_up(retrying=True)
    ways = {way: sum(n for where, n in waiting.items() if where.startswith(f"{way}/")) for way in _WAYS}
    every = ways | {where: waiting.get(where, 0) for where in sorted({*waiting, *(row.destination for row in held)})}
    paused = {each.pause.name for each in await tx.paused()}
    return {name: count for name, count in every.items() if name not in paused}


PAUSE_PAGES = (
    DeskPage("/held-up/pause", pause, ("GET", "POST"), "operators"),
    DeskPage("/held-up/resume", resume, ("POST",), "operators"),
)
