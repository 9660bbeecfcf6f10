"""What has changed since a page was made, by server-sent events: a number, and never what it is. The page shows a
button; nothing on it moves by itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from starlette.responses import Response, StreamingResponse

from desk.looking import case_for
from desk.serving import DeskPage
from desk.visit import Visit
from store import StoreUnavailableError

_EVERY = 5.0
"""Seconds between two looks."""
_LONGEST = 3600.0
"""Seconds after which a browser must ask anew, so that no stream outlives its session for long."""
Marks = Callable[[], Awaitable[frozenset[str]]]
"""What a page shows, as opaque marks of which some may change."""


async def news_now(visit: Visit) -> Response:
    """For *Now* and the wall: episodes that opened, ended or changed."""
    authorities = visit.user.authorities

    async def marks() -> frozenset[str]:
        async with visit.desk.store.reading() as tx:
            rows = [row for authority in authorities for row in await tx.open_episodes(authority)]
            work = [row for authority in authorities for row in await tx.work_of(authority)]
        return frozenset((*(f"{row.id} {hash(row.doc)}" for row in rows), *(row.id for row in work)))

    return _stream(visit, marks)


async def news_todo(visit: Visit) -> Response:
    """For *To do*: what came to wait, and what waits no more."""
    authorities = visit.user.authorities

    async def marks() -> frozenset[str]:
        async with visit.desk.store.reading() as tx:
            rows = [row for authority in authorities for row in await tx.work_of(authority)]
        return frozenset(row.id for row in rows)

    return _stream(visit, marks)


async def news_of_episode(visit: Visit) -> Response:
    """For an episode: every further line of its ledger that is no look, and every delivery that moved."""
    episode = visit.asked("episode")
    async with visit.desk.store.reading() as tx:
        await case_for(tx, visit.user, episode)

    async def marks() -> frozenset[str]:
        async with visit.desk.store.reading() as tx:
            lines, deliveries = await tx.ledger_of_episode(episode), await tx.outbox_of_episode(episode)
        told = (line.id for line in lines if line.kind != "look")
        return frozenset((*told, *(f"{d.position} {d.state}" for d in deliveries)))

    return _stream(visit, marks)


def _stream(visit: Visit, marks: Marks) -> Response:
    return StreamingResponse(_events(visit, marks), media_type="text/event-stream")


async def _events(visit: Visit, marks: Marks) -> AsyncIterator[str]:
    """How many marks are new or gone since the stream began; a sign of life in between. It does not keep a session
    alive: only a person does."""
    ends, loop = visit.session.ends(), asyncio.get_running_loop()
    stops = loop.time() + _LONGEST
    before = await marks()
    yield "event: alive\ndata: 0\n\n"
    told = 0
    while loop.time() < stops and (visit.user.local or visit.desk.now() < ends):
        with suppress(TimeoutError):
            await asyncio.wait_for(visit.desk.closing.wait(), _EVERY)
            return  # the desk is shut down, and waits for nobody
        try:
            count = len(before ^ await marks())
        except StoreUnavailableError:
            continue  # silence says it: after a while the page shows that it is not live
        kind = "changes" if count != told else "alive"
        told = count
        yield f"event: {kind}\ndata: {count}\n\n"


NEWS_PAGES = (
    DeskPage("/news/now", news_now, keeps_alive=False),
    DeskPage("/news/todo", news_todo, keeps_alive=False),
    DeskPage("/news/e/{episode}", news_of_episode, keeps_alive=False),
)
