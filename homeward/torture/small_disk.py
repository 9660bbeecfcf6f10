"""A small disk, in memory, that can be filled: for what must go on when there is no room left. Only root can have
one."""

import asyncio
import contextlib
import shutil
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
    """A disk in the place of this new folder, until the end of the block; None where it cannot be had. What it held
    stays in the folder, for whoever wants to know what became of a promise."""
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    if not await _done("mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "homeward-torture", str(folder)):
        yield None
        return
    try:
        yield SmallDisk(folder)
    finally:
        held = folder.with_name(f"{folder.name}.held")
        await asyncio.to_thread(shutil.copytree, folder, held)
        await _done("umount", "--lazy", str(folder))
        await asyncio.to_thread(shutil.copytree, held, folder, dirs_exist_ok=True)
        await asyncio.to_thread(shutil.rmtree, held)


async def _done(*command: str) -> bool:
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
        )
    except OSError:
        return False
    return await process.wait() == 0
