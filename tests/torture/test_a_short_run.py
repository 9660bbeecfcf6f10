"""A short run of the torture kit, with real processes and three nodes of a real Kafka, on a SQLite file one day and on
a Postgres the next: the promise holds, and the sheet says so. A promise that is broken is seen by the tests of the
audit."""

import asyncio
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

pytestmark = [pytest.mark.kafka, pytest.mark.postgres]
ROOT = Path(__file__).parents[2]
PATIENCE = 480.0
DAY = datetime.now(UTC).date()
FAULTS = ("hub killed", "mail server hangs up at END")


async def test_the_promise_holds_while_the_hub_is_killed_and_its_mail_server_goes(
    postgres: Callable[[], str], tmp_path: Path
) -> None:
    words = ["--times", "1", "--seed", str(DAY), "--rate", "5", "--folder", str(tmp_path)]
    words += [word for fault in FAULTS for word in ("--only", fault)]
    if DAY.toordinal() % 2:
        words += ["--database", postgres(), "--yes"]
    told = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from homeward.cli import main; main()", "torture", *words, cwd=ROOT,
        env=os.environ | {"HOMEWARD_DATA": str(tmp_path / "own")}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(PATIENCE):
        sheet, _ = await told.communicate()
    said = sheet.decode()
    assert told.returncode == 0, said
    assert all(f"| {fault} | 1 |" in said for fault in FAULTS), said
    assert f"Seed {DAY}" in said
    assert "- lost: 0" in said
    assert said.rstrip().endswith("The promise held.")
