"""What hangs in a test is named: its tasks, and the lines at which they stand."""

import asyncio
import os

from tests.hanging import told_of


async def waits_for_nobody() -> None:
    await asyncio.Event().wait()


async def test_what_lasts_too_long_is_told_with_the_line_at_which_each_task_stands() -> None:
    read, write = os.pipe()
    hanging = asyncio.create_task(waits_for_nobody(), name="the one that hangs")
    with told_of("this test", 0.05, write):
        said = await asyncio.to_thread(os.read, read, 65_536)
    hanging.cancel()
    for end in (read, write):
        os.close(end)
    lines = said.decode().splitlines()
    assert "this test hangs. These tasks have not ended:" in lines
    task = lines.index("  the one that hangs")
    assert lines[task + 1].endswith("waits_for_nobody")
    assert "wait" in lines[task + 2]


async def test_what_ends_in_time_is_not() -> None:
    read, write = os.pipe()
    with told_of("this test", 0.05, write):
        pass
    await asyncio.sleep(0.1)
    os.close(write)
    assert os.read(read, 1) == b""
    os.close(read)
