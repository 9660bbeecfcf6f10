"""From where a claim looks for rows to send. What is claimed, and in which order, is the store's."""

import time

_SHORT = 0.02
"""Seconds. Claims that take no longer look from the beginning each time."""
_SHARE = 0.01
"""Of the time, that claims from the beginning may take where they are longer."""
_AT_MOST = 10.0
"""Seconds between two of them; and for which all are from the beginning, after one further on has spared nothing."""
_SPARES = 0.5
"""Of the time that the last claim from the beginning took, above which a start further on spares nothing: rows that are
many take their time from wherever they are looked for."""


class ClaimStart:
    """A claim from the beginning passes whatever an open snapshot keeps of rows that have long left. Where that takes
    its time, the claims between two of them start at the first row that the last one has found, and what may be sent
    before that waits for the next. Where such a claim takes more than half as long, all are from the beginning for a
    while."""

    def __init__(self) -> None:
        self._first, self._took = 0, 0.0
        self._whole_at, self._spares_at = 0.0, 0.0
        self._skipped = False

    def position(self) -> int:
        """The lowest position for the next claim to look at; 0 is the beginning."""
        return 0 if time.monotonic() >= self._whole_at else self._first

    def claimed(self, start: int, seconds: float, first: int | None) -> None:
        """A claim from `start` took so long, and the first row that it found stands at that position, if any does. If
        that is before the start, the claim has looked from the beginning after all."""
        now, self._skipped = time.monotonic(), start > 0 and (first is None or first >= start)
        if self._skipped:
            if seconds > self._took * _SPARES:
                self._whole_at, self._spares_at = 0.0, now + _AT_MOST
            return
        self._first, self._took = self._first if first is None else first, seconds
        starts = seconds > _SHORT and now >= self._spares_at
        self._whole_at = now + min(seconds / _SHARE, _AT_MOST) if starts else 0.0

    def owed(self) -> float | None:
        """Seconds until a claim from the beginning is to be made; None where the last one was such a one."""
        return max(self._whole_at - time.monotonic(), 0.0) if self._skipped else None

    def anew(self) -> None:
        """The next claim looks from the beginning, and none is owed: whatever lets claims be made again prompts it."""
        self._whole_at, self._skipped = 0.0, False
