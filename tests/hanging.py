"""A test that hangs tells what it waits for, and then its process ends (`faulthandler_timeout` in pyproject.toml): one
alone would hold up the whole run, and say nothing."""

import asyncio
import contextlib
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Any

AHEAD = 10.0
"""Seconds before the process ends."""


@contextmanager
def told_of(test: str, after: float, to: int) -> Iterator[None]:
    """What lasts longer than so many seconds is told to this file descriptor."""
    timer = threading.Timer(after, lambda: os.write(to, told(test).encode()))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def told(test: str) -> str:
    """Where each task of this process stands that has not ended, its innermost line last."""
    lines = [f"\n{test} hangs. These tasks have not ended:"]
    for task in _tasks():
        if not task.done():
            lines += chain([f"  {task.get_name()}"], where(task.get_coro()))
    return "\n".join([*lines, ""])


def _tasks() -> list[asyncio.Task[Any]]:
    """Those of every loop, asked from a thread while they come and go."""
    known = getattr(asyncio.tasks, "_all_tasks", None) or asyncio.tasks._scheduled_tasks  # type: ignore[attr-defined]
    while True:
        with contextlib.suppress(RuntimeError):
            return [*known]


def where(awaited: Any) -> Iterator[str]:
    """The lines at which a coroutine, and what it awaits, stands."""
    while awaited is not None:
        frames = (getattr(awaited, f"{kind}_frame", None) for kind in ("cr", "gi", "ag"))
        frame = next(filter(None, frames), None)
        if frame is None:
            yield f"    for {awaited!r}"
            return
        yield f"    {frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_name}"
        awaited = next(
            filter(None, (getattr(awaited, n, None) for n in ("cr_await", "gi_yieldfrom", "ag_await"))), None
        )
