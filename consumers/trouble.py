"""One line in the log when something goes wrong, one a minute while it lasts, one when it is over; and what it is now,
for whoever asks. A fault that repeats a thousand times a second would fill a disk and hide every other."""

import asyncio
import logging

_BETWEEN = 60.0  # seconds between two lines about the same


class Trouble:
    """`over` is what is said when it ends. To be used inside a running loop, whose clock it goes by."""

    def __init__(self, log: logging.Logger, over: str) -> None:
        self._log, self._over = log, over
        self._told_at = 0.0
        self._times = 0
        self.present: str | None = None
        """What is wrong now, in words that name nobody."""

    def begins(self, what: str, error: BaseException | None = None) -> None:
        """It is so now, once more. Something else than before is told at once."""
        now = asyncio.get_running_loop().time()
        self._times += 1
        if what != self.present or now - self._told_at >= _BETWEEN:
            extra = {"times": self._times} if self._times > 1 else {}
            self._log.warning(what, exc_info=error, extra=extra)
            self._told_at = now
        self.present = what

    def ends(self) -> None:
        """All is well."""
        if self.present is not None:
            self._log.info(self._over, extra={"times": self._times})
        self.present, self._times = None, 0
