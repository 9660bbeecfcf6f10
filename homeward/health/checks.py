"""Looking after oneself: each part of the hub by name, whether it does its work, since when, and what is wrong."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from homeward import clock
from homeward.health.board import Board

log = logging.getLogger(__name__)

Check = Callable[[], str | None]
"""What is wrong with a part of the hub, in words; None where it does its work."""
Standing = tuple[dict[str, Any], Mapping[str, str | None]]
"""What stands in the database, and what is wrong by that."""
_LOOK_EVERY = 1.0  # seconds
_ANSWER_WITHIN = 5.0  # seconds that the database has


class Health:
    """`checks` say by name what is wrong, `standing` what stands in the database, whose answering is a check of its
    own; it raises where the database does not answer. What was found is shown on the `board`."""

    def __init__(
        self,
        checks: Mapping[str, Check],
        standing: Callable[[], Awaitable[Standing]],
        board: Board | None = None,
        now: Callable[[], datetime] = clock.now,
    ) -> None:
        self._checks, self._standing, self.board, self._now = checks, standing, board or Board(), now
        self._since: dict[str, tuple[bool, datetime]] = {}

    async def state(self) -> dict[str, Any]:
        """`checks`: each with true or false. `since`: since when (UTC, ISO 8601). `faults`: what is wrong, in words.
        Besides, what stands in the database."""
        faults: dict[str, str | None] = {"database": None}
        try:
            async with asyncio.timeout(_ANSWER_WITHIN):
                standing, found = await self._standing()
            faults |= found
        except Exception as error:  # whatever ails the database: the hub is not ready
            standing, faults["database"] = {}, f"it does not answer ({type(error).__name__})"
        faults |= {name: check() for name, check in self._checks.items()}
        checks = {name: fault is None for name, fault in faults.items()}
        told = {name: fault for name, fault in faults.items() if fault}
        state = {"ready": not told, "checks": checks, "faults": told, "since": self._times(checks), **standing}
        self.board.show(state)
        return state

    async def keep_looking(self) -> None:
        """Looks once a second, for ever."""
        while True:
            try:
                await self.state()
            except Exception:
                log.exception("Cannot tell how the hub stands, retrying")
            await asyncio.sleep(_LOOK_EVERY)

    def _times(self, checks: Mapping[str, bool]) -> dict[str, str]:
        now = self._now()
        for name, holds in checks.items():
            if self._since.get(name, (None,))[0] is not holds:
                self._since[name] = (holds, now)
        return {name: self._since[name][1].isoformat(timespec="seconds") for name in checks}
