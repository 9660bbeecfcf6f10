"""Five made-up lives keep exactly what the schedule of the example says, at five dates."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hub_in_memory import Hub
from lives import AUTHORITY, SERVICES, dumped, everything_arrives, hub_on
from wire_messages import case, found, missing

from homeward.keeping.purging import plan_purge, purge
from homeward.keeping.schedule import Schedule, load_schedule
from store.holds import Hold

EXAMPLE = Path(__file__).parents[2] / "docs" / "example" / "retention.toml"
ALL = frozenset({"interview", "circumstances", "descriptions", "identifiers", "child"})
OF_RECORD, NONE = frozenset({"descriptions", "identifiers", "child"}), frozenset[str]()


@dataclass(frozen=True)
class Life:
    name: str
    registered: dict[str, Any] | None = None
    comes_back: bool = True
    ends: str | None = None

    @property
    def number(self) -> str:
        return f"MOSAIC-{self.name}"

    @property
    def child(self) -> dict[str, Any]:
        return {"identifiers": [{"system": "mosaic", "value": self.number}], "given_name": f"Given{self.name}",
                "family_name": f"Family{self.name}", "date_of_birth": "2012-11-27"}  # fmt: skip


CARE = {"plan": "looked_after"}
LIVES = (
    Life("Avens", CARE),
    Life("Borage", CARE, ends="deceased"),
    Life("Clover"),
    Life("Dill"),
    Life("Erica", comes_back=False),
)
DATES = {
    datetime(2028, 5, 31, tzinfo=UTC): (ALL, ALL, ALL, ALL, ALL - {"interview"}),
    datetime(2028, 6, 3, tzinfo=UTC): (ALL - {"interview"}, ALL - {"interview"}, ALL - {"interview"}, ALL,
                                       ALL - {"interview"}),
    datetime(2030, 6, 3, tzinfo=UTC): (OF_RECORD, OF_RECORD, frozenset({"identifiers", "child"}), ALL,
                                       ALL - {"interview"}),
    datetime(2032, 6, 3, tzinfo=UTC): (OF_RECORD, OF_RECORD, NONE, ALL, ALL - {"interview"}),
    datetime(2041, 6, 3, tzinfo=UTC): (OF_RECORD, NONE, NONE, ALL, ALL - {"interview"}),
    datetime(2087, 11, 28, tzinfo=UTC): (NONE, NONE, NONE, ALL, ALL - {"interview"}),
}  # fmt: skip


async def _lived(hub: Hub, life: Life) -> None:
    if life.registered:
        await hub.take(case("case.context", -1, child=life.child, services=SERVICES, **life.registered))
    incident = f"Z-{life.name}"
    await hub.take(missing(0, incident, child=life.child, circumstances=f"humming{life.name}"))
    if life.comes_back:
        await hub.take(found(5, incident, child=life.child, **({"end_reason": life.ends} if life.ends else {})))
        told = {"incident": incident, "force": "XX", "result": "completed", "reason": f"plover{life.name}"}
        await hub.take(case("rhi.outcome", 6, child=life.child, **told))


async def _kept(hub: Hub, life: Life) -> frozenset[str]:
    """What is still held of a life, wherever it stands."""
    told = await dumped(hub.store)
    everywhere = " ".join(told.values())
    people = [row for row in told["people"].split("nottinghamshire") if life.name in row]
    return frozenset(
        what
        for what, stands in {
            "interview": f"plover{life.name}" in everywhere,
            "circumstances": f"humming{life.name}" in everywhere,
            "descriptions": f"Family{life.name}" in told["people"],
            "identifiers": life.number in told["identifiers"],
            "child": bool(people) or life.number in told["identifiers"],
        }.items()
        if stands
    )


@pytest.mark.parametrize("kind", ["file", pytest.param("postgres", marks=pytest.mark.postgres)])
async def test_five_lives_keep_exactly_what_the_schedule_says(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}"
    if kind == "postgres":
        fresh: Callable[[], str] = request.getfixturevalue("postgres")
        url = fresh()
    schedules = {AUTHORITY: load_schedule(EXAMPLE.read_text(), str(EXAMPLE), AUTHORITY)}
    async with hub_on(url, tmp_path / "keys.db") as hub:
        for life in LIVES:
            await _lived(hub, life)
        await everything_arrives(hub.store, hub.clock.now())
        async with hub.store.transaction() as tx:
            (held,) = await tx.people_numbered(AUTHORITY, LIVES[3].number, 2)
            await tx.hold_child(Hold(held, AUTHORITY, "legal1", "inquiry", hub.clock.now(), None))
        for at, expected in DATES.items():
            hub.clock.set(at)
            announced = (await plan_purge(hub.store, schedules, at)).lines()
            assert (await purge(hub.store, schedules, "hub", at)).lines() == announced
            left = [await _kept(hub, life) for life in LIVES]
            assert left == [*expected], at
            assert (await plan_purge(hub.store, schedules, at)).lines() == []
        async with hub.store.reading() as tx:
            assert (await tx.prove_ledger()).faults == []
            assert {*await tx.last_purges()} == {"schedule"}


async def test_what_went_by_the_schedule_goes_again_where_a_backup_is_restored(tmp_path: Path) -> None:
    from lives import keyed

    from homeward.custody import back_up, restore
    from store import Store

    url, keys = f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", tmp_path / "keys.db"
    schedules: dict[str, Schedule] = {AUTHORITY: load_schedule(EXAMPLE.read_text(), str(EXAMPLE), AUTHORITY)}
    async with hub_on(url, keys) as hub:
        await _lived(hub, LIVES[2])
        await everything_arrives(hub.store, hub.clock.now())
        await back_up(keyed(url, keys), tmp_path / "backup.db", lambda *_: None)
        await purge(hub.store, schedules, "hub", datetime(2030, 6, 3, tzinfo=UTC))
    again = keyed(f"sqlite+aiosqlite:///{tmp_path / 'again.db'}", keys)
    await restore(tmp_path / "backup.db", again, lambda *_: None)
    store = Store.open(again)
    everywhere = " ".join((await dumped(store)).values())
    assert not [word for word in ("plover", "humming", "Family") if f"{word}Clover" in everywhere]
    assert "MOSAIC-Clover" in everywhere
    await store.close()


async def test_what_nobody_could_assign_goes_with_the_quarantine_in_backups_too(tmp_path: Path) -> None:
    schedules = {AUTHORITY: load_schedule(EXAMPLE.read_text(), str(EXAMPLE), AUTHORITY)}
    async with hub_on(f"sqlite+aiosqlite:///{tmp_path / 'hub.db'}", tmp_path / "keys.db") as hub:
        await hub.take(found(5, "Z-1", child=LIVES[0].child))  # of an incident that nobody ever reports
        async with hub.store.reading() as tx:
            (line,) = [line for line in await tx.ledger_after(0, 100) if line.kind == "report"]
            held = await tx.contents(line.contents_hash or "")
        assert held is not None
        assert hub.store.keys is not None
        day = [f"day/police.found/{line.at.date()}"]
        key = (await hub.store.keys.named(day, line.at))[day[0]]
        await purge(hub.store, schedules, "hub", datetime(2027, 6, 1, tzinfo=UTC))
        assert await hub.store.keys.known([key.id]) != {}
        done = await purge(hub.store, schedules, "hub", datetime(2027, 6, 3, tzinfo=UTC))
        assert ("quarantine", 1) in {(each.what, each.count) for each in done.lines()}
        assert await hub.store.keys.known([key.id]) == {}
        async with hub.store.reading() as tx:
            assert await tx.contents(line.contents_hash or "") is None
            assert (await tx.prove_ledger()).faults == []
