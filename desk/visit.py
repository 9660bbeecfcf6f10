"""One request of one person: who asks, what they typed, and the page that is made for them."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from desk.desk import Desk
from desk.people import DeskUser
from desk.sessions import DeskSession


class NotHereError(Exception):
    """There is no such thing, or it is none of this person's business: the page is the same for both."""


@dataclass
class Visit:
    """A request with its session. `form`: what was sent with it, empty for a GET."""

    request: Request
    desk: Desk
    session: DeskSession
    form: FormData

    @cached_property
    def now(self) -> datetime:
        """The instant of the request; a page tells one time only."""
        return self.desk.now()

    @property
    def user(self) -> DeskUser:
        """Who is signed in; the page is one for those who are."""
        assert self.session.user is not None
        return self.session.user

    def asked(self, name: str) -> str:
        """A part of the address, or of what was sent: without blanks around it, empty where it was not given."""
        given = self.request.path_params.get(name) or self.form.get(name) or self.request.query_params.get(name) or ""
        return given.strip() if isinstance(given, str) else ""

    def listed(self, name: str) -> tuple[str, ...]:
        """Everything that was sent under a name, such as the boxes that were ticked."""
        return tuple(value.strip() for value in self.form.getlist(name) if isinstance(value, str) and value.strip())

    def typed(self) -> dict[str, list[str]]:
        """All fields that were sent with something in them, but for what proves that the form is ours."""
        names = [name for name in dict.fromkeys(self.form.keys()) if name not in ("csrf", "keep", "checked", "change")]
        return {name: [*listed] for name in names if (listed := self.listed(name))}

    async def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """The page, with what every page shows."""
        notice, self.session.notice = self.session.notice, ""
        shown = {
            "user": self.session.user,
            "csrf": self.session.csrf,
            "now": self.now,
            "path": self.request.url.path,
            "waiting": await self._waiting() if "nav" not in values else None,
            "paused_now": await self._paused() if "nav" not in values else (),
            "notice": notice,
            "ends": self.session.ends(),
            **values,
        }
        return HTMLResponse(self.desk.pages.html(template, **shown), status)

    def to(self, path: str) -> Response:
        """Sends the browser on after a POST, so that going back does not send it again."""
        return RedirectResponse(path, 303)

    async def _waiting(self) -> int:
        """How many things wait for somebody this person answers for."""
        user = self.session.user
        if user is None or not user.grants:
            return 0
        async with self.desk.store.reading() as tx:
            return sum([await tx.count_work(each.authority, each.answering, user.id) for each in user.grants])

    async def _paused(self) -> list[str]:
        """What is paused, for those who look after the hub: a pause that nobody remembers holds up everything."""
        user = self.session.user
        if user is None or not user.operator:
            return []
        async with self.desk.store.reading() as tx:
            return await tx.pause_names()
