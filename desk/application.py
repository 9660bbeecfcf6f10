"""The desk as an ASGI application: its pages, its styles, and what holds for all of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from desk.access import ACCESS_PAGES
from desk.answering import ANSWER_PAGES
from desk.desk import Desk
from desk.drafts import keep_forgetting
from desk.episodes import EPISODE_PAGES
from desk.figures import FIGURES_PAGES
from desk.find import FIND_PAGES
from desk.headers import SecureHeaders
from desk.held_up import HELD_UP_PAGES
from desk.news import NEWS_PAGES
from desk.now import NOW_PAGES
from desk.outcomes import OUTCOME_PAGES
from desk.own_views import OWN_PAGES
from desk.pausing import PAUSE_PAGES
from desk.provider import PROVIDER_PAGES
from desk.rules import RULES_PAGES
from desk.sending import keep_sending
from desk.serving import DeskPage
from desk.sign_in import SIGN_IN_PAGES
from desk.signed import SIGNED_PAGES
from desk.todo import TODO_PAGES
from desk.visit import NotHereError, Visit
from desk.whose import WHOSE_PAGES

_LARGEST = 100_000
"""Bytes of a form: more than anybody types."""
_MEDIA = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


async def _home(visit: Visit) -> Response:
    user = visit.user
    first = (
        *((user.grants, "/now"), (user.asked, "/requests"), (user.forces, "/force")),
        *((user.operator, "/held-up"), (user.governs, "/access")),
    )
    return RedirectResponse(next((path for is_theirs, path in first if is_theirs), "/rules"), 303)


async def _nowhere(visit: Visit) -> Response:
    raise NotHereError


PAGES: tuple[DeskPage, ...] = (
    DeskPage("/", _home, who="signed_in"),
    *SIGN_IN_PAGES,
    *PROVIDER_PAGES,
    *NOW_PAGES,
    *TODO_PAGES,
    *EPISODE_PAGES,
    *ANSWER_PAGES,
    *WHOSE_PAGES,
    *OUTCOME_PAGES,
    *OWN_PAGES,
    *RULES_PAGES,
    *FIND_PAGES,
    *FIGURES_PAGES,
    *ACCESS_PAGES,
    *HELD_UP_PAGES,
    *PAUSE_PAGES,
    *NEWS_PAGES,
    *SIGNED_PAGES,
)


def application(desk: Desk) -> Starlette:
    """The desk, ready to be served."""

    async def asset(request: Request) -> Response:
        name = str(request.path_params["name"])
        content = desk.asset(name)
        if content is None:
            return Response(status_code=404)
        return Response(content, media_type=_MEDIA.get(name.rpartition(".")[2], "application/octet-stream"))

    async def nowhere(request: Request, _: Exception) -> Response:
        return await DeskPage(request.url.path, _nowhere, who="anyone").respond(desk, request)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        tasks = [asyncio.create_task(keep(desk)) for keep in (keep_sending, keep_forgetting)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()

    return Starlette(
        routes=[*(page.route(desk) for page in PAGES), Route("/assets/{name}", asset)],
        middleware=[
            Middleware(SecureHeaders, secure=desk.options.secure),
            Middleware(TrustedHostMiddleware, allowed_hosts=desk.options.hosts, www_redirect=False),
        ],
        exception_handlers={404: nowhere, 405: nowhere},
        lifespan=lifespan,
        max_body_size=_LARGEST,
    )
