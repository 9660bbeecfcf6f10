"""The sessions of the desk: who is signed in, in the memory of this process alone. A session ends half an hour after
its last request and twelve hours after it began, whatever comes first."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from desk.people import DeskUser

IDLE = timedelta(minutes=30)
WHOLE = timedelta(hours=12)
COOKIE = "homeward_desk"
_MOST = 10_000
"""Sessions held at once; beyond that the oldest ends."""


@dataclass(slots=True)
class DeskSession:
    """One browser. `user`: who is signed in, None before. `csrf` stands in each form of the session. `back`: where to
    go once signed in. `notice`: what to say on the next page. `provider_state`: what a sign-in under way must know.
    `sent`: the answer that each form became, so that going back leads to it."""

    token: str
    began: datetime
    seen: datetime
    user: DeskUser | None = None
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    back: str = "/"
    notice: str = ""
    covered: bool = False
    provider_state: dict[str, Any] = field(default_factory=dict)
    sent: dict[str, str] = field(default_factory=dict)

    def ends(self) -> datetime:
        return min(self.seen + IDLE, self.began + WHOLE)


class Sessions:
    """All sessions of this process."""

    def __init__(self) -> None:
        self._held: dict[str, DeskSession] = {}
        self._former: dict[str, DeskSession] = {}

    def begin(self, now: datetime, user: DeskUser | None = None, back: str = "/") -> DeskSession:
        """A new one, under a token that nobody can guess."""
        self._forget(now)
        session = DeskSession(secrets.token_urlsafe(32), now, now, user, back=back)
        self._held[session.token] = session
        return session

    def of(self, token: str | None, now: datetime, lives_on: bool = True) -> DeskSession | None:
        """The session of a cookie, which lives on from now unless only a machine asks; None where there is none or it
        has ended."""
        session = self._held.get(token or "")
        if session is None:
            return None
        if session.ends() <= now:
            self._run_out(session)
            return None
        if lives_on:
            session.seen = now
        return session

    def former(self, token: str | None) -> DeskSession | None:
        """The session of a cookie that ran out by itself, not by signing out: what it still sends was typed by its
        person. It opens nothing."""
        return self._former.get(token or "")

    def end(self, session: DeskSession) -> None:
        self._held.pop(session.token, None)

    def _run_out(self, session: DeskSession) -> None:
        self.end(session)
        if session.user is not None:
            self._former[session.token] = session

    def _forget(self, now: datetime) -> None:
        for session in [s for s in self._held.values() if s.ends() <= now]:
            self._run_out(session)
        for session in [s for s in self._former.values() if s.ends() + WHOLE <= now]:
            del self._former[session.token]
        while len(self._held) >= _MOST:
            self.end(min(self._held.values(), key=lambda s: s.seen))
