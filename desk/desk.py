"""One desk: what all its pages share, put together at start by whoever runs it."""

import asyncio
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from weakref import WeakValueDictionary

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from desk.counting import FigureCounts
from desk.options import DeskOptions
from desk.pages import Pages, own_assets
from desk.ports import AnswerRehearsal, Downloads, Letters, Publisher
from desk.sessions import Sessions
from desk.untaken import Untaken
from routing.library import Packs
from store import AnswerLane, Store


@dataclass(frozen=True)
class Desk:
    """`assets`: name -> content of the Design System's styles and script. `police_roles`: by authority, its roles that
    are the police's. `reads`: when what is missing at an authority was last read. `untaken`: what Kafka does not
    take. `closing`: set once nobody is to be kept waiting."""

    options: DeskOptions
    store: Store
    packs: Packs
    letters: Letters
    publisher: Publisher
    downloads: Downloads
    rehearsal: AnswerRehearsal
    now: Callable[[], datetime]
    assets: Mapping[str, bytes] = field(default_factory=dict)
    police_roles: Mapping[str, Collection[str]] = field(default_factory=dict)
    pages: Pages = field(default_factory=Pages)
    sessions: Sessions = field(default_factory=Sessions)
    reads: dict[str, datetime] = field(default_factory=dict)
    untaken: Untaken = field(default_factory=Untaken)
    figures: FigureCounts = field(default_factory=FigureCounts)
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    _turns: WeakValueDictionary[AnswerLane, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    _own_secret: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    _limiter: MovingWindowRateLimiter = field(default_factory=lambda: MovingWindowRateLimiter(MemoryStorage()))

    @property
    def sealing(self) -> str:
        """What drafts are sealed with: the secret of the installation, else one that ends with this process."""
        return self.options.secret or self._own_secret

    def asset(self, name: str) -> bytes | None:
        """A style, script or picture by its name; None where there is none."""
        return {**self.assets, **own_assets()}.get(name)

    def turn(self, lane: AnswerLane) -> asyncio.Lock:
        """To be held by what sends an answer of this lane: one after the other, each once."""
        return self._turns.setdefault(lane, asyncio.Lock())

    def admits(self, who: str, per_minute: int) -> bool:
        """Whether this request of theirs is within what one may make in a minute."""
        return self._limiter.hit(RateLimitItemPerMinute(per_minute), who)
