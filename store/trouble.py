"""One line in the log when something goes wrong, one a minute while it lasts, one when it is over; and what it is now,
for whoever asks. A fault that repeats a thousand times a second would fill a disk and hide every other."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from store.errors import StoreUnavailableError

_BETWEEN = 60.0  # seconds between two lines about the same


class Trouble:
    """`over` is what is said when it ends. Several parts may be in the same trouble: it ends when the last of them is
    out of it. To be used inside a running loop, whose clock it goes by."""

    def __init__(self, log: logging.Logger, over: str) -> None:
        self._log, self._over = log, over
        self._told_at = 0.0
        self._times = 0
        self._parts: set[str] = set()
        self.present: str | None = None
        """What is wrong now, in words that name nobody."""

    def begins(self, what: str, error: BaseException | None = None, part: str = "", cause: str = "") -> None:
        """It is so now, once more, for this part. Something else than before is told at once; another `cause` of the
        same is not."""
        now = asyncio.get_running_loop().time()
        self._times += 1
        self._parts.add(part)
        if what != self.present or now - self._told_at >= _BETWEEN:
            extra: dict[str, object] = {"times": self._times} if self._times > 1 else {}
            self._log.warning(what, exc_info=error, extra=extra | ({"cause": cause} if cause else {}))
            self._told_at = now
        self.present = what

    def ends(self, part: str = "") -> None:
        """All is well with this part."""
        self._parts.discard(part)
        if self._parts:
            return
        if self.present is not None:
            self._log.info(self._over, extra={"times": self._times})
        self.present, self._times = None, 0

    def forget(self) -> None:
        """Whether it goes on is not for anybody here to say any more."""
        self._parts.clear()
        self.present, self._times = None, 0


class Waiting:
    """The trouble of work that waits for the database. `whose`: such as "deliveries"."""

    def __init__(self, log: logging.Logger, whose: str) -> None:
        self._trouble = Trouble(log, f"The database answers again: {whose} go on")
        self._what = f"Cannot reach the database: {whose} are on hold, retrying"

    @contextmanager
    def for_part(self, part: str = "") -> Iterator[None]:
        """One try of this part: a StoreUnavailableError is told of on its way out, success ends the trouble."""
        try:
            yield
        except StoreUnavailableError as error:
            self._trouble.begins(self._what, part=part, cause=str(error))
            raise
        self._trouble.ends(part)


async def do_again_and_again(
    work: Callable[[], Awaitable[object]], every: float, log: logging.Logger, whose: str, failed: str
) -> None:
    """Does the work every so many seconds until it is cancelled, first after as many. Whatever fails, it goes on; a
    database that is away is told of as `Waiting` does for `whose`, anything else as `failed`."""
    database = Waiting(log, whose)
    while True:
        await asyncio.sleep(every)
        try:
            with database.for_part():
                await work()
        except StoreUnavailableError:
            continue  # told already
        except Exception:
            log.exception(failed)
