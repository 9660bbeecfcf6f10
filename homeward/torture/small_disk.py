"""A small disk, in memory, that can be filled: for what must go on when there is no room left. Only root can have
one."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

_SIZE = "512m"
_BLOCK = bytes(1 << 16)


class SmallDisk:
    """A disk at `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Leaves no room for a single byte."""
        with contextlib.suppress(OSError), self._filler.open("wb", buffering=0) as filler:
            while filler.write(_BLOCK):
                pass

    def clear(self) -> None:
        self._filler.unlink(missing_ok=True)


@asynccontextmanager
async def small_disk(folder: Path) -> AsyncIterator[SmallDisk | None]:
    """A disk in the place of this new folder, until the end of the block; None where it cannot be had."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    if not await _done("mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "homeward-torture", str(folder)):
        yield None
        return
    try:
        yield SmallDisk(folder)
    finally:
        await _done("umount", "--lazy", str(folder))


async def _done(*command: str) -> bool:
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError:
        return False
    return await process.wait() == 0
