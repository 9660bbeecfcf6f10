"""The step by which numbers came to know who says them: what stood in a database before is told apart by the documents
of the children and their episodes."""

import json
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from store import Store
from store.migrating import _STEPS, migrate

NUMBERS = {  # value → person, as they stood
    "M-1": "p1", "K-1": "p1", "K-2": "p1", "N-1": "p1", "K-3": "p2", "K-4": "p2", "K-5": "p3",
}  # fmt: skip
PEOPLE = {
    "p1": {"record": {"registered": True, "identifiers": [["s", "M-1"], ["s", "K-1"]]}},
    "p2": {"record": {"identifiers": [["s", "K-3"], ["s", "K-4"]]}},
    "p3": {"record": {}},
}


def report(number: str, force: str | None = "XX", by: dict[str, str] | None = None) -> dict[str, Any]:
    return {"about": {"force": force, "identifiers": [["s", number]]}, **({"by": by} if by else {})}


CASES = {
    ("e1", "p1", "open"): {"episode": {"missing": report("K-2"), "accounts": [report("K-2"), report("K-1", "YY")]}},
    ("e2", "p1", "found"): {
        "episode": {"missing": report("N-1", "XX", {"role": "carer"}), "found": report("K-2", "ZZ")}
    },
    ("e3", "p2", "alert"): {"alert": {"report": report("K-3")}},
    ("e4", "p2", "duties"): {"duties": {}},
}


def _to_second_step(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "0002")


async def test_who_says_a_number_is_found_in_the_documents(url: str) -> None:
    store = Store.open(url)
    store.prepare()
    at = "2026-03-17 12:00:00+00"
    async with store.connection() as connection:
        await connection.run_sync(_to_second_step)
        for value, person in NUMBERS.items():
            insert = "INSERT INTO identifiers (authority, system, value, person) VALUES ('a', 's', :value, :person)"
            await connection.execute(text(insert), {"value": value, "person": person})
        await connection.execute(text("INSERT INTO identifiers VALUES ('a', '', 'key', 'p1')"))
        for person, doc in PEOPLE.items():
            insert = "INSERT INTO people (id, authority, doc, version) VALUES (:id, 'a', :doc, 1)"
            await connection.execute(text(insert), {"id": person, "doc": json.dumps(doc).encode()})
        for (episode, person, state), doc in CASES.items():
            insert = f"INSERT INTO episodes VALUES (:id, 'a', :person, '{at}', :state, :doc)"
            row = {"id": episode, "person": person, "state": state, "doc": json.dumps(doc).encode()}
            await connection.execute(text(insert), row)
    await store.close()
    assert (await migrate(url))[0] == "0003"
    store = Store.open(url)
    async with store.reading() as tx:
        asked = [("a", "s", value) for value in NUMBERS] + [("a", "", "key")]
        found = (await tx.find(asked, [], [])).identifiers
    await store.close()
    assert [(row.value, row.person, row.scope) for row in found] == [
        ("key", "p1", ""),
        ("K-1", "p1", ""),
        ("K-1", "p1", "YY"),
        ("K-2", "p1", "XX"),
        ("K-2", "p1", "ZZ"),
        ("K-3", "p2", "XX"),
        ("K-4", "p2", ""),
        ("K-5", "p3", ""),
        ("M-1", "p1", ""),
        ("N-1", "p1", ""),
    ]
