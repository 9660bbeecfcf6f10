"""A short run of the torture kit, with real processes, real Kafka and a real SQLite file: the promise holds, and the
sheet says so. A promise that is broken is seen by the tests of the audit."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.kafka
ROOT = Path(__file__).parents[2]
PATIENCE = 480.0


WORDS = ("--times", "1", "--seed", "3", "--rate", "5", "--only", "hub killed", "--only", "mail server hangs up at END")


async def test_the_promise_holds_while_the_hub_is_killed_and_its_mail_server_goes(tmp_path: Path) -> None:
    told = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from homeward.cli import main; main()", "torture", *WORDS, "--folder", str(tmp_path),
        cwd=ROOT, env=os.environ | {"HOMEWARD_DATA": str(tmp_path / "own")}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(PATIENCE):
        sheet, _ = await told.communicate()
    said = sheet.decode()
    assert told.returncode == 0, said
    assert "| hub killed |" in said
    assert "| mail server hangs up at END |" in said
    assert "- lost: 0" in said
    assert said.rstrip().endswith("The promise held.")
