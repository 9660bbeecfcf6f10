"""One service for all processes of a test run: the first that asks starts it, and it lasts until the last has left.
Which service, and how it starts, is not known here."""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import IO

import pytest

Start = Callable[[], AbstractContextManager[str]]


def folder_of_the_run(config: pytest.Config, basetemp: Path) -> Path | None:
    """The folder that all worker processes of the run see; None where there is but one process."""
    return basetemp.parent if hasattr(config, "workerinput") else None


@contextmanager
def shared(folder: Path | None, name: str, start: Start) -> Iterator[str]:
    """The address of the service `name`, for everybody who names the same folder; without one, for nobody else.

    The kernel's locks say who owns it and who uses it: a process that dies leaves nothing to clear away."""
    with ExitStack() as stack:
        if folder is None:
            yield stack.enter_context(start())
            return
        owner, used, asked = (stack.enter_context((folder / f"{name}.{what}").open("a")) for what in _LOCKS)
        told = folder / f"{name}.address"

        def start_or_join() -> str | None:
            """The address; None where the service stopped while it was asked for."""
            if _owned(owner):
                address = stack.enter_context(start())
                told.write_text(address, "utf-8")
                stack.callback(_outlast_the_others, used, told)
                return address
            fcntl.flock(used, fcntl.LOCK_SH)
            return told.read_text("utf-8") if told.exists() else None

        address = None
        while address is None:
            fcntl.flock(used, fcntl.LOCK_UN)
            fcntl.flock(asked, fcntl.LOCK_EX)  # one at a time: who comes during a start waits for it
            address = start_or_join()
            fcntl.flock(asked, fcntl.LOCK_UN)
        yield address


_LOCKS = ("owner", "used", "asked")


def _owned(owner: IO[str]) -> bool:
    """Whether nobody has the service; then it is this process's own."""
    try:
        fcntl.flock(owner, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _outlast_the_others(used: IO[str], told: Path) -> None:
    fcntl.flock(used, fcntl.LOCK_EX)
    told.unlink()
