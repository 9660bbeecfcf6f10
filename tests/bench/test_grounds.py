"""What the parts of the bench stand on: processes that say what they are told to say, and databases that are copies."""

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest

from bench.databases import databases
from bench.processes import forking, running
from bench.relays import promised
from store import Store
from store.migrating import missing_steps

_SPEAKER = """
import json, os, sys

print("ready", *sys.argv[1:], flush=True)
print(json.dumps([os.getpid(), os.environ["SPOKEN"], __name__]), flush=True)
sys.stdin.readline()
print(json.dumps("ends"), flush=True)
sys.exit(0 if not sys.stdin.readline() else "more was said than that it ends")
"""


@pytest.fixture
def speaker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a module that does what is asked of such a process."""
    (tmp_path / "speaker.py").write_text(_SPEAKER)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
    monkeypatch.syspath_prepend(tmp_path)
    return "speaker"


@pytest.mark.parametrize("how", [nullcontext, lambda: forking("json")], ids=["anew", "forked"])
async def test_a_process_hears_its_words_says_when_it_is_ready_and_ends_with_its_block(how, speaker: str) -> None:  # type: ignore[no-untyped-def]
    with how():
        async with running(speaker, "first", "second", env={"SPOKEN": "aloud"}) as run:
            assert await run.ready() == "first second"
            assert await run.told() == [run.pid, "aloud", "__main__"]
            assert run.pid != os.getpid()
            assert run.memory() > 1
            assert await run.end() == "ends"
    assert not psutil.pid_exists(run.pid)


async def test_a_process_that_fails_is_noticed(speaker: str) -> None:
    with forking():
        async with running(speaker) as run:
            await run.ready()
            with pytest.raises(AssertionError, match="has ended"):
                await run.told()


@pytest.mark.parametrize("on", ["SQLite", "Postgres"])
async def test_each_database_is_new_empty_and_in_its_newest_form(on: str) -> None:
    with TemporaryDirectory() as folder, databases(Path(folder)) as fresh:
        for url in (fresh[on](), fresh[on]()):
            assert await missing_steps(url) == []
            store = Store.open(url)
            async with store.transaction() as tx:
                assert not await tx.waiting_counts()
                await tx.append((), promised("copy", 3))
            await store.close()
