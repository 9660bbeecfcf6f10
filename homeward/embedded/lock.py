"""Who may use a folder: one broker at a time. The lock is the kernel's, shared by the owner and its servers, so it
falls with the last of them; the file's text only serves to name them."""

import contextlib
import fcntl
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from homeward.embedded.errors import EmbeddedError

PATIENCE = 30.0
"""Seconds to wait for servers whose owner is gone; their guards stop them sooner."""


class FolderLock:
    """Holds `folder` from `take` until `release`. `handle` is the open file to hand on to the servers."""

    def __init__(self, handle: int) -> None:
        self.handle = handle

    @classmethod
    def take(cls, folder: Path, notice: Callable[[str], None]) -> "FolderLock":
        """Take the lock at once, or after the servers of an owner that is gone have stopped. A stale lock is told to
        `notice`. Raises `EmbeddedError` if a living broker holds it."""
        handle = os.open(folder / "broker.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        try:
            cls._acquire(handle, folder, notice)
        except BaseException:
            os.close(handle)
            raise
        lock = cls(handle)
        lock.name_servers([])
        return lock

    @staticmethod
    def _acquire(handle: int, folder: Path, notice: Callable[[str], None]) -> None:
        owner, servers = _read(handle)
        deadline = time.monotonic() + PATIENCE
        told = False
        while not _try(handle):
            owner, servers = _read(handle)
            if owner is None or _alive(owner):
                raise EmbeddedError(
                    f"The broker in {folder} is already running (process {owner or 'unknown'}). "
                    "Use that one, stop it first, or choose another folder."
                )
            if time.monotonic() > deadline:
                left = ", ".join(str(server) for server in servers if _alive(server)) or "unknown"
                raise EmbeddedError(
                    f"Process {owner}, which ran the broker in {folder}, has gone, but its server is still "
                    f"running (process {left}). Stop that process, then start again."
                )
            if not told:
                notice(f"Process {owner} ended without stopping its broker. Waiting for its servers to stop.")
                told = True
            time.sleep(0.1)
        if owner is not None:
            notice(f"The last broker in {folder} (process {owner}) did not stop cleanly. Taking over its lock.")

    def name_servers(self, servers: list[int]) -> None:
        """Write down who holds the folder: this process and the process ids of its servers."""
        text = json.dumps({"owner": os.getpid(), "servers": servers}).encode()
        os.ftruncate(self.handle, 0)
        os.pwrite(self.handle, text, 0)

    def release(self) -> None:
        """Give the folder back; an empty file is the mark of a clean stop."""
        os.ftruncate(self.handle, 0)
        os.close(self.handle)


def is_running(folder: Path) -> bool:
    """Whether a living broker says that it uses the folder. Nothing is locked by asking."""
    try:
        handle = os.open(folder / "broker.lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        owner, servers = _read(handle)
    finally:
        os.close(handle)
    return owner is not None and bool(servers) and _alive(owner)


def _try(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(handle: int) -> tuple[int | None, list[int]]:
    with contextlib.suppress(ValueError, KeyError, TypeError):
        held = json.loads(os.pread(handle, 4096, 0))
        return int(held["owner"]), [int(server) for server in held["servers"]]
    return None, []


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
