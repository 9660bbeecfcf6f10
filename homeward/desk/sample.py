"""The demo's fortnight for a newcomer to click around in: moved so that it ends now, with some children still missing.
It is taken in as if it came from Kafka, on a clock of its own, and delivered to wherever a trial delivers."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import orjson

from homeward.clock import VirtualClock
from homeward.demo.story import AUTHORITY, ENDS, FORCE, Scene, fortnight
from homeward.settings import Settings
from homeward.wiring import Parts
from intake.records import RawRecord
from outbox.directory import Directory
from routing.library import Packs
from schemas.delivery import Sender
from schemas.instants import read_instant, write_instant
from schemas.topics import police_notifications, register_children
from store import Store

_NAMES = {
    "1": "Robin",
    "2": "Ashley",
    "3": "Kit",
    "4": "Sam",
    "5": "Jules",
    "7": "Frankie",
    "8": "Charlie",
    "9": "Alex",
}


async def fill_sample(
    settings: Settings,
    packs: Packs,
    directories: dict[str, Directory],
    store: Store,
    ways: Mapping[str, Sender],
    now: datetime,
) -> bool:
    """Plays the fortnight up to `now` into a database that holds no episode yet; returns whether it did."""
    async with store.reading() as tx:
        if await tx.authorities_at_work():
            return False
    scenes = sample_scenes(now)
    clock = VirtualClock(scenes[0].at)
    parts = Parts(settings, packs, directories, store, ways, now=clock.now)
    for number, scene in enumerate(scenes):
        await _until(parts, clock, scene.at)
        await parts.intake.process_batch([_record(scene, number)])
        await parts.relay.drain()
    await _until(parts, clock, now)
    return True


def sample_scenes(now: datetime) -> list[Scene]:
    """What is published, in order of time, ending before `now`."""
    moved = now.replace(second=0, microsecond=0) - ENDS
    told = [*(_named(scene) for scene in fortnight() if scene.raw is None), *_still_missing()]
    shifted = [replace(scene, at=scene.at + moved, data=_shifted(scene.data, moved)) for scene in told]
    return sorted(shifted, key=lambda scene: scene.at)


def _still_missing() -> Iterator[Scene]:
    """Three children whom nobody has found when the fortnight ends: 26 hours, 70 hours, 40 minutes."""
    cases: tuple[tuple[str, str, float, str, dict[str, str], str], ...] = (
        ("7", "XX-0311", 26.5, "high", {"plan": "looked_after", "legal_status": "section_20"}, "placement"),
        ("8", "XX-0312", 70.0, "medium", {"plan": "child_in_need"}, "home"),
        ("9", "XX-0313", 0.7, "low", {}, "home"),
    )
    for child, incident, hours, risk, held, place in cases:
        start = ENDS - timedelta(hours=hours)
        services = [{"service": "cscs", "worker": f"sw{child}", "manager": f"tm{child}"}] if held else []
        person: dict[str, Any] = {
            "identifiers": [{"system": "mosaic", "value": f"M-{child}"}, {"system": "compact", "value": f"K-{child}"}]
        }
        record: dict[str, Any] = {
            "authority": AUTHORITY,
            "child": {**person, **_name(child)},
            "services": services,
            **held,
        }
        yield Scene(start - timedelta(days=9), "case.context", child, record, "a child who is still missing")
        report = {
            "incident": incident, "force": FORCE, "child": {**person, **_name(child)},
            "responsible_authority": AUTHORITY, "classification": "missing", "system": "COMPACT", "risk": risk,
            "missing_from": place, "reported_at": write_instant(start),
        }  # fmt: skip
        yield Scene(start + timedelta(minutes=10), "police.missing", incident, report, "still missing at the end")


def _named(scene: Scene) -> Scene:
    if scene.type != "case.context":
        return scene
    return replace(scene, data={**scene.data, "child": {**scene.data["child"], **_name(scene.key)}})


def _name(child: str) -> dict[str, str]:
    return {"given_name": _NAMES.get(child, "Taylor"), "family_name": "Madeup", "date_of_birth": "2011-09-01"}


def _shifted(value: Any, by: timedelta) -> Any:
    """The same with every instant moved."""
    if isinstance(value, dict):
        return {name: _shifted(part, by) for name, part in value.items()}
    if isinstance(value, list):
        return [_shifted(part, by) for part in value]
    if isinstance(value, str) and "T" in value and ":" in value:
        return write_instant(read_instant(value) + by)
    return value


def _record(scene: Scene, number: int) -> RawRecord:
    topic = register_children(AUTHORITY) if scene.type == "case.context" else police_notifications(FORCE)
    event = {
        "specversion": "1.0",
        "id": f"sample-{number}",
        "source": f"/police/{FORCE}" if topic.startswith("police") else f"/casework/{AUTHORITY}",
        "type": scene.type,
        "time": write_instant(scene.at),
        "datacontenttype": "application/json",
        "data": scene.data,
    }
    return RawRecord(topic, 0, number, orjson.dumps(event), scene.at, scene.key.encode(), cluster="sample")


async def _until(parts: Parts, clock: VirtualClock, until: datetime) -> None:
    """Moves the clock from timer to timer."""
    while True:
        async with parts.store.reading() as tx:
            due = await tx.next_timer()
            timers = await tx.due_timers(due, 500) if due and due <= until else []
        if due is None or not timers:
            break
        clock.set(max(due, clock.now()))
        await parts.intake.fire_timers(timers)
        await parts.relay.drain()
    clock.set(max(until, clock.now()))
