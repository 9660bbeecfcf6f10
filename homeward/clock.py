"""The clock: the only place that reads the time of day, and a virtual one for rehearsals."""

import asyncio
from datetime import UTC, datetime


def now() -> datetime:
    """The time of day, aware, in UTC."""
    return datetime.now(UTC)


class VirtualClock:
    """A clock that moves only when it is set, and never back."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def set(self, instant: datetime) -> None:
        """Moves the clock. ValueError where that would be back in time."""
        if instant < self._now:
            raise ValueError("a clock does not run backwards")
        self._now = instant


async def wait_until(instant: datetime | None, woken: asyncio.Event) -> None:
    """Returns at the instant, or as soon as `woken` is set; without an instant only then."""
    seconds = None if instant is None else max((instant - now()).total_seconds(), 0)
    try:
        async with asyncio.timeout(seconds):
            await woken.wait()
    except TimeoutError:
        pass
