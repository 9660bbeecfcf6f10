"""A synthetic county over weeks or years, on a clock that jumps: children go missing and come back, the mail server is
away for an hour, a night and a weekend, one mailbox sends everything back and one puts off at first."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from homeward.clock import VirtualClock
from homeward.settings import Settings
from homeward.wiring import Parts
from homeward.wordings import PackWordings
from intake.records import RawRecord
from producers.fakes import MemoryKafkaSender, MemoryMailSender, Post
from producers.mime import message_id
from schemas.delivery import Notice, Outgoing, Verdict
from store import Store
from tests.shipped import shipped_directories, shipped_packs

MONDAY = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STEP = 30 * MINUTE
BOUNCES, PUTS_OFF = "cscs@nottinghamshire.example", "children.missing.officer@nottinghamshire.example"
DOMAIN = "hub.example"


@dataclass
class County:
    """One child a while, each with its own story. `away`: when the mail server is. `posts`: the e-mails that
    arrived."""

    incidents: int
    days: int
    away: list[tuple[datetime, datetime]] = field(init=False)
    clock: VirtualClock = field(default_factory=lambda: VirtualClock(MONDAY))
    came_back: list[tuple[datetime, Notice]] = field(default_factory=list)
    posts: Sequence[Post] = ()
    _put_off_until: datetime | None = None

    def __post_init__(self) -> None:
        first, night = MONDAY + 10 * HOUR, MONDAY + 2 * DAY + 20 * HOUR
        weekend = MONDAY + 4 * DAY + 17 * HOUR
        self.away = [(first, first + HOUR), (night, night + 11 * HOUR), (weekend, weekend + 63 * HOUR)]

    def reports(self) -> Iterator[tuple[datetime, RawRecord]]:
        """What the police say, in order."""
        between = self.days * DAY / self.incidents
        said: list[tuple[datetime, str, dict[str, Any]]] = []
        for n in range(self.incidents):
            at = MONDAY + n * between + HOUR * (n % 7)
            back = at + HOUR * (90 if n % 5 == 4 else 3 + 11 * (n % 5))  # one in five is away for over 72 hours
            about = {"incident": f"CO-{n}", "force": "CO"}
            child = {"identifiers": [{"system": "compact", "value": f"K-{n % (self.incidents // 3 + 1)}"}]}
            missing = {"child": child, "responsible_authority": "nottinghamshire", "classification": "missing",
                       "reported_at": at.isoformat(), "risk": ("low", "medium", "high")[n % 3],
                       "child_protection_concern": n % 2 == 0}  # fmt: skip
            said.append((at, "police.missing", about | missing))
            said.append((back, "police.found", about | {"returned_at": back.isoformat()}))
        for number, (at, type_, data) in enumerate(sorted(said, key=lambda each: each[0])):
            body = {"specversion": "1.0", "id": f"co-{number}", "source": "/police/CO", "type": type_,
                    "time": at.isoformat(), "data": data}  # fmt: skip
            yield at, RawRecord("police.CO.notifications.v1", 0, number, orjson.dumps(body), at)

    def befalls(self, item: Outgoing) -> Verdict | None:
        """What the mail server makes of an e-mail."""
        now = self.clock.now()
        if any(begin <= now < end for begin, end in self.away):
            return Verdict.AWAY
        if item.address == PUTS_OFF:
            self._put_off_until = self._put_off_until or now + 20 * MINUTE
            return Verdict.RETRY if now < self._put_off_until else None
        if item.address == BOUNCES:
            notice = Notice("bounced", (message_id(item.row, DOMAIN),), f"b-{item.row}-{now}", "Came back (5.1.1)")
            self.came_back.append((now + 2 * MINUTE, notice))
        return None

    async def run(self, store: Store) -> None:
        """Two clocks do not run here: reports, timers, tries and notices each have their instant."""
        packs = shipped_packs()
        mail = MemoryMailSender(self.befalls, domain=DOMAIN, words_of=PackWordings(packs))
        self.posts = mail.posts
        ways = {"topic": MemoryKafkaSender(), "mail": mail}
        parts = Parts(Settings(), packs, dict(shipped_directories()), store, ways, now=self.clock.now)
        waiting, reports, quiet = False, list(self.reports()), 0
        end = MONDAY + (self.days + 14) * DAY
        while (at := await self._next(store, waiting, reports, quiet)) is not None and at < end:
            self.clock.set(max(at, self.clock.now()))
            now = self.clock.now()
            due = [record for when, record in reports if when <= now]
            reports = reports[len(due) :]
            if due:
                await parts.intake.process_batch(due)
            async with store.reading() as tx:
                timers = await tx.due_timers(now, 100)
            quiet = 0 if due or timers else quiet + 1
            if timers:
                await parts.intake.fire_timers(timers)
            for _, notice in [each for each in self.came_back if each[0] <= now]:
                await parts.notices.take(notice)
            self.came_back = [each for each in self.came_back if each[0] > now]
            await parts.relay.drain()
            async with store.reading() as tx:
                waiting = bool(await tx.waiting_counts())
        await parts.relay.stop()

    async def _next(
        self, store: Store, waiting: bool, reports: list[tuple[datetime, RawRecord]], quiet: int
    ) -> datetime | None:
        """The next instant. While something waits the clock moves by minutes, and later by ten."""
        async with store.reading() as tx:
            timer = await tx.next_timer()
        ahead = [
            timer,
            reports[0][0] if reports else None,
            self.clock.now() + (MINUTE if quiet < 10 else STEP) if waiting else None,
        ]
        ahead += [at for at, _ in self.came_back]
        return min((each for each in ahead if each is not None), default=None)
