"""The machine that the hub runs on: its clock and its disks."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy.engine import make_url

from homeward import clock
from homeward.doctor.finding import Finding
from homeward.settings import PREFIX, Settings
from store import Store
from store.errors import StoreUnavailableError
from store.inspecting import database_time

_BUILT = datetime(2026, 1, 1, tzinfo=UTC)
"""No clock that is right shows a time before this program was written."""
_APART = timedelta(seconds=2)
_LITTLE, _TOO_LITTLE = 2 * 1024**3, 200 * 1024**2


async def clock_findings(settings: Settings) -> list[Finding]:
    """The time of day against the database's, and the calendar of London."""
    now = clock.now()
    found = []
    if now < _BUILT:
        found.append(
            Finding("clock", "fault", f"the clock shows {now:%Y-%m-%d %H:%M} UTC", "set it, and keep it right with NTP")
        )
    try:
        ZoneInfo("Europe/London")
    except ZoneInfoNotFoundError:
        found.append(Finding("clock", "fault", "the time zone Europe/London is not known", "install tzdata"))
    store = Store.open(settings.database)
    try:
        before, there, after = clock.now(), await database_time(store), clock.now()
    except StoreUnavailableError:
        there = None
    finally:
        await store.close()
    if there is not None and not before - _APART <= there <= after + _APART:
        apart = max(before - there, there - after).total_seconds()
        says = f"the clocks of the hub and the database are {apart:.0f} s apart"
        found.append(Finding("clock", "fault" if apart > 60 else "warning", says, "let NTP keep both"))
    return found or [Finding("clock", "ok", f"it is {now:%Y-%m-%d %H:%M} UTC, {_london(now)} in London")]


def _london(now: datetime) -> str:
    return f"{now.astimezone(ZoneInfo('Europe/London')):%H:%M}"


async def disk_findings(settings: Settings) -> list[Finding]:
    """Room where the hub writes: its data, and the database where that is a file."""
    places = {"data": settings.data}
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite" and url.database:
        places["the database"] = Path(url.database).parent
    return [_room(what, _existing(place)) for what, place in places.items()]


def _room(what: str, place: Path) -> Finding:
    free = _free(place)
    says = f"{free / 1024**3:.1f} GB free for {what} in {place}"
    if free < _LITTLE:
        fix = f"free some space, or choose another folder with {PREFIX}DATA or {PREFIX}DATABASE_URL"
        return Finding("disk", "fault" if free < _TOO_LITTLE else "warning", says, fix)
    return Finding("disk", "ok", says)


def _free(place: Path) -> int:
    return shutil.disk_usage(place).free


def _existing(place: Path) -> Path:
    """The folder itself, or the nearest one above it that is there."""
    place = place.resolve()
    while not place.exists():
        place = place.parent
    return place
