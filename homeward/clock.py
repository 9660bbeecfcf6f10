"""The clock: the only place that reads the time of day, and a virtual one for rehearsals."""

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
