"""A run of the hub on a virtual clock: the same intake over a database in memory, with timers, and nothing sent.

It rehearses rules: what would have been said, to whom, when and why. The same reports give the same bytes.
"""

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import orjson

from consumers.parsing import parse_unowned
from homeward.clock import VirtualClock
from homeward.library import check_addresses, read_directories, read_packs
from intake.intake import Intake
from intake.records import Parse, RawRecord
from outbox.directory import Directory
from routing.library import Packs
from routing.tables import PackError
from store import Store

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""When the virtual clock begins."""
_PAGE = 500


class SimulationError(Exception):
    """A run that cannot begin: a pack that does not load. The text names the fix."""


class Simulation:
    """One run. `folders` hold further packs."""

    def __init__(self, folders: Iterable[Path] = ()) -> None:
        try:
            self._packs, self._directories = read_packs(folders), read_directories(folders)
            check_addresses(self._packs, self._directories)
        except PackError as error:
            raise SimulationError(str(error)) from None

    async def run(self, lines: Sequence[bytes], until: datetime | None = None) -> list[bytes]:
        """The messages that the reports (one structured CloudEvent a line) and the timers up to and including `until`
        lead to, each as a line of JSON. Without `until` it ends with the last report."""
        async with played(self._packs, self._directories, parse_unowned, records_of(lines), until) as store:
            return [line async for line in printed_messages(store)]


@asynccontextmanager
async def played(
    packs: Packs,
    directories: Mapping[str, Directory],
    parse: Parse,
    records: Iterable[RawRecord],
    until: datetime | None = None,
) -> AsyncIterator[Store]:
    """The hub's memory once it has taken in the records, each when it came, and every timer up to and including `until`
    (the last record, where none is given) has fired. It lasts until the end of the block."""
    store = Store.open("sqlite+aiosqlite://")
    await store.create()
    clock = VirtualClock(BEGINNING)
    intake = Intake(store, packs, dict(directories), parse, clock.now)
    try:
        for record in records:
            await _fire(store, intake, clock, record.timestamp, including=False)
            clock.set(record.timestamp)
            await intake.process_batch([record])
        await _fire(store, intake, clock, max(until or clock.now(), clock.now()), including=True)
        yield store
    finally:
        await store.close()


async def _fire(store: Store, intake: Intake, clock: VirtualClock, until: datetime, including: bool) -> None:
    """Fires what is due before `until`, or up to and including it: a report at the very instant of a timer is handled
    before it (T-13)."""
    while True:
        async with store.reading() as tx:
            due = await tx.next_timer()
            if due is None or due > until or (due == until and not including):
                return
            timers = [t for t in await tx.due_timers(due, _PAGE) if t.due_at == due]
        clock.set(max(due, clock.now()))
        await intake.fire_timers(timers)


def records_of(lines: Iterable[bytes]) -> Iterator[RawRecord]:
    """Each line as a record that came when it was sent, and not before the one ahead of it."""
    at = BEGINNING
    for offset, line in enumerate(lines):
        if line.strip():
            at = max(_time(line) or at, at)
            yield RawRecord("simulated", 0, offset, line, at)


def _time(line: bytes) -> datetime | None:
    """When the sender sent it; None where the line does not say so in a way that can be read."""
    try:
        at = datetime.fromisoformat(orjson.loads(line)["time"])
    except (ValueError, KeyError, TypeError):
        return None
    return at.astimezone(UTC) if at.tzinfo else None


async def printed_messages(store: Store) -> AsyncIterator[bytes]:
    """Each message once, in order."""
    seen: set[str] = set()
    position = 0
    async with store.reading() as tx:
        while page := await tx.outbox_after(position, _PAGE):
            for promise in page:
                position = promise.position
                row = promise.row
                if row.message_id in seen:
                    continue
                seen.add(row.message_id)
                event = {
                    "specversion": "1.0",
                    "id": row.message_id,
                    "source": "/homeward",
                    "type": row.type,
                    "time": row.at,
                    "datacontenttype": "application/json",
                    **({"subject": row.subject} if row.subject else {}),
                    "data": orjson.Fragment(row.payload),
                }
                yield orjson.dumps(event, option=orjson.OPT_UTC_Z)
