"""The main job on the embedded default, as a newcomer sees it: `homeward demo`, from Kafka to the e-mails."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from homeward.demo.story import EXPECTED

pytestmark = pytest.mark.kafka
PATIENCE = 300.0  # seconds until the test gives up


async def test_the_demo_says_all_that_is_expected_of_it(tmp_path: Path) -> None:
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from homeward.cli import main; main()", "demo", "--folder", str(tmp_path),
        env={k: v for k, v in os.environ.items() if not k.startswith("HOMEWARD_")},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(PATIENCE):
        told = (await demo.communicate())[0].decode()
    assert demo.returncode == 0, told
    assert f"expected messages checked   │ {len(EXPECTED)}" in told
    assert list((tmp_path / "mail").iterdir())
