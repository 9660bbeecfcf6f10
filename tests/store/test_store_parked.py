"""A found report that an older version kept as an episode of its own waits as early word once the database has moved
on, and is what it was."""

import json
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from store_examples import NOON

import store.migrations
from consumers.parsing import parse_record
from episodes.reports import Found
from intake.early import as_it_came
from intake.records import Parsed
from store import Store
from store.migrating import migrate

_ORIGIN = {"source": "/police/XX", "id": "m-1", "type": "police.found", "at": "2026-03-17T12:00:00Z"}
_ABOUT = {"force": "XX", "incident": "I-1", "identifiers": [["lcs", "L-1"]]}
BY_POLICE = {
    "origin": _ORIGIN, "about": _ABOUT, "found_at": "2026-03-17T11:00:00Z", "end_reason": "Found by other",
    "safe_and_well": True, "revision": 2, "details": {"found_where": "at an aunt's"},
}  # fmt: skip
BY_WORKER = {
    "origin": {**_ORIGIN, "source": "/casework/islington", "type": "worker.found_report"},
    "about": {"authority": "islington", "identifiers": [["lcs", "L-1"]]},
    "found_at": "2026-03-17T11:00:00Z",
    "by": {"role": "early_help_practitioner", "person": "eh1"},
}


def _to_second_step(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(store.migrations.__file__).parent).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "0002")


async def _parked(opened: Store, found: dict[str, Any]) -> None:
    doc = json.dumps({"episode": {"id": "e1", "authority": "islington", "state": "parked", "found": found}})
    row = {"doc": doc.encode(), "at": NOON if opened.postgres else NOON.isoformat(timespec="microseconds")}
    columns = "(id, authority, person, opened_at, state, doc)"
    async with opened.connection() as connection:
        await connection.run_sync(_to_second_step)
        await connection.execute(
            text(f"INSERT INTO episodes {columns} VALUES ('e1', 'islington', 'p1', :at, 'parked', :doc)"), row
        )
        await connection.execute(
            text("INSERT INTO episode_references VALUES ('XX', 'I-1', 'islington', 'e1', 'p1')"),
        )


@pytest.mark.parametrize(("found", "incident", "person"), [(BY_POLICE, "I-1", None), (BY_WORKER, None, "p1")])
async def test_what_was_parked_waits(url: str, found: dict[str, Any], incident: str | None, person: str | None) -> None:
    opened = Store.open(url)
    opened.prepare()
    await _parked(opened, found)
    await migrate(url)
    async with opened.reading() as tx:
        (row,) = await tx.all_early_words()
        assert (await tx.load(["p1"]))[1] == []
        assert (await tx.find((), [("XX", "I-1")], ())).references == []
    await opened.close()
    assert (row.incident, row.person, row.since) == (incident, person, NOON)
    parsed = parse_record(as_it_came(row), row.since)
    assert isinstance(parsed, Parsed)
    assert isinstance(parsed.report, Found)
    said, told = parsed.report, found
    assert (said.found_at and said.found_at.hour, said.end_reason, said.revision) == (
        11, told.get("end_reason"), told.get("revision"),
    )  # fmt: skip
    assert (said.about.incident, said.about.identifiers) == (incident, (("lcs", "L-1"),))
    assert said.safe_and_well is told.get("safe_and_well")
    assert said.details == told.get("details", {})
    assert (said.by and said.by.person) == (told.get("by") or {}).get("person")
