"""What stands before every page: who asks, whether they may, whether the form is ours, and what is said where not."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from secrets import compare_digest
from typing import Literal

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from desk.desk import Desk
from desk.drafts import keep_draft
from desk.people import DeskUser
from desk.sessions import COOKIE, DeskSession
from desk.visit import NotHereError, Visit
from store import StoreUnavailableError

log = logging.getLogger(__name__)
_AWAY = 503
Who = Literal["anyone", "signed_in", "people", "asked", "police", "operators", "governors"]
"""Whom a page is for: anyone at all, whoever is signed in, the people of an authority, those and whoever is asked from
outside, the police, those who look after the hub, those who answer for information governance."""


@dataclass(frozen=True, slots=True)
class DeskPage:
    """A page at an address. `answer` makes it; `who` it is for; `tried`: it is a way in for those without a session.
    `keeps_alive`: asking for it is a sign that somebody sits there. `drafts`: what is typed into it outlives a
    session."""

    path: str
    answer: Callable[[Visit], Awaitable[Response]]
    methods: tuple[str, ...] = ("GET",)
    who: Who = "people"
    tried: bool = False
    keeps_alive: bool = True
    drafts: bool = False

    def route(self, desk: Desk) -> Route:
        async def endpoint(request: Request) -> Response:
            return await self.respond(desk, request)

        return Route(self.path, endpoint, methods=list(self.methods))

    async def respond(self, desk: Desk, request: Request) -> Response:
        """The page, or what is said in its place; with the cookie of the session, where that is new."""
        session = _session(desk, request, self.keeps_alive)
        visit = Visit(request, desk, session, FormData())
        response = await _answered(self, visit)
        is_new = visit.session.token != request.cookies.get(COOKIE)
        if is_new and response.status_code == _AWAY:  # what is sent again must be known as its former session's
            desk.sessions.end(visit.session)
        elif is_new:
            response.set_cookie(COOKIE, visit.session.token, httponly=True, samesite="lax", secure=desk.options.secure)
        return response


def _session(desk: Desk, request: Request, keeps_alive: bool) -> DeskSession:
    now = desk.now()
    session = desk.sessions.of(request.cookies.get(COOKIE), now, keeps_alive)
    return session or desk.sessions.begin(now, desk.options.local_user)


async def _refusal(page: DeskPage, visit: Visit) -> Response | None:
    """What is said to somebody who may not have the page; None where they may."""
    desk, session, request = visit.desk, visit.session, visit.request
    machine = request.client.host if request.client else "unknown"
    who = f"tries:{machine}" if page.tried and request.method == "POST" else f"requests:{machine}:{session.token}"
    allowed = desk.options.tries if who.startswith("tries") else desk.options.requests
    if not desk.admits(who, allowed):
        return await visit.page("message.html", 429, title="Too many requests", nav=False,
                                text="Wait a minute, then try again.")  # fmt: skip
    if page.who != "anyone" and session.user is None:
        kept = page.drafts and request.method == "POST" and await _kept_of_former(visit)
        session.back = str(request.url.path) if request.method == "GET" or kept else "/"
        session.notice = _KEPT if kept else session.notice
        return RedirectResponse("/sign-in", 303)
    if page.who not in ("anyone", "signed_in") and not _is_for(page.who, visit.user):
        return await not_here(visit)
    if session.covered and page.who != "anyone" and page.path not in ("/uncover", "/sign-out"):
        return await visit.page("covered.html", nav=False)
    return await _form(visit) if request.method == "POST" else None


def _is_for(who: Who, user: DeskUser) -> bool:
    match who:
        case "people":
            return bool(user.grants)
        case "asked":
            return bool(user.grants or user.asked)
        case "police":
            return bool(user.forces)
        case "governors":
            return bool(user.governs)
        case _:
            return user.operator


async def _kept_of_former(visit: Visit) -> bool:
    """Keeps what somebody sent after their session had run out; whether there was anything to keep."""
    former = visit.desk.sessions.former(visit.request.cookies.get(COOKIE))
    visit.form = await visit.request.form()
    if former is None or former.user is None or not compare_digest(visit.asked("csrf").encode(), former.csrf.encode()):
        return False
    await keep_draft(visit.desk, former.user.id, visit.request.url.path, visit.typed())
    return True


_KEPT = "Your time was up. What you typed was not sent, and is kept for you: sign in to go on."


async def _form(visit: Visit) -> Response | None:
    """Reads what was sent. Refuses a form that is not one of this session's own pages."""
    visit.form = await visit.request.form()
    if compare_digest(visit.asked("csrf").encode(), visit.session.csrf.encode()):
        return None
    return await visit.page(
        "message.html",
        403,
        title="This page had expired",
        text="Nothing was sent. Go back, reload the page and try again.",
    )


async def _answered(page: DeskPage, visit: Visit) -> Response:
    """The page, or what is said in its place; while the database is away, with what was sent, to be sent again."""
    try:
        return await _refusal(page, visit) or await page.answer(visit)
    except NotHereError:
        return await not_here(visit)
    except StoreUnavailableError as error:
        log.warning("Cannot reach the database: a page could not be shown", extra={"cause": str(error)})
        sent = [(name, value) for name, value in visit.form.multi_items() if isinstance(value, str)]
        return await visit.page(
            "unavailable.html", _AWAY, nav=False, contact=_contact(visit), last_read=_last_read(visit), sent=sent
        )


async def not_here(visit: Visit) -> Response:
    """The same for what does not exist and for what belongs to another authority."""
    return await visit.page("message.html", 404, title="We cannot find that here", text=_NOT_HERE)


_NOT_HERE = "Check the address, or look for it with Find."


def _last_read(visit: Visit) -> datetime | None:
    """When this person's authorities were last read."""
    user = visit.session.user
    return max((at for a in user.authorities if (at := visit.desk.reads.get(a))), default=None) if user else None


def _contact(visit: Visit) -> str:
    user = visit.session.user
    told = (visit.desk.packs.newest(a).contact for a in user.authorities) if user else ()
    return next(filter(None, told), "")
