"""Of the episode of a child who was forgotten `homeward evidence` gives what the ledger still proves, and says so."""

import asyncio
import json
import sys
from pathlib import Path

from click.testing import CliRunner
from lives import NHS, hub_on, keyed, live_through, person_of

from homeward.cli import main
from homeward.keeping.erasing import forget_children
from homeward.sealing import Sealer


async def test_it_is_no_longer_held_and_its_rows_are_still_what_was_written(tmp_path: Path) -> None:
    url, keys, to = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", tmp_path / "keys.db", tmp_path / "evidence"
    async with hub_on(url, keys) as hub:
        await live_through(hub)
        async with hub.store.reading() as tx:
            (episode,) = {line.episode for line in await tx.ledger_after(0, 1000) if line.kind == "fact"}
        await forget_children(hub.store, [await person_of(hub.store, NHS)], "dpo1", "", hub.clock.now())
        await Sealer(hub.store, hub.clock.now).look()
    words = ["evidence", str(episode), "--to", str(to), "--database", keyed(url, keys), "--why", "inquest"]
    done = await asyncio.to_thread(CliRunner().invoke, main, words)
    assert done.exit_code == 0, done.output
    assert "no longer held: its child was forgotten" in done.output
    names = {file.name for file in to.iterdir()}
    assert names == {"README.txt", "ledger.json", "provenance.jsonld", "verify.py"}
    assert "was forgotten" in (to / "README.txt").read_text()
    told = json.loads((to / "ledger.json").read_text())
    assert told["authority"] == "nottinghamshire"
    assert len(told["rows"]) > 5
    run = await asyncio.create_subprocess_exec(sys.executable, "verify.py", cwd=to, stdout=asyncio.subprocess.DEVNULL)
    assert await run.wait() == 0
