"""The hub's intake over a real database, with a clock that moves from report to report, and what it sent."""

from datetime import UTC, datetime
from typing import Any

import orjson
from reporting_world import london

from consumers.parsing import parse_unowned
from homeward.clock import VirtualClock
from intake.intake import Intake
from intake.records import RawRecord
from store import Store
from tests.shipped import shipped_directories, shipped_packs

MOSAIC = {"system": "mosaic", "value": "M31"}


class Hub:
    """What is told to it happens at once; everything that falls due before that has fallen."""

    def __init__(self, url: str, store: Store) -> None:
        self.url, self.store = url, store
        self.clock = VirtualClock(datetime(2026, 1, 1, tzinfo=UTC))
        self._intake = Intake(store, shipped_packs(), shipped_directories(), parse_unowned, self.clock.now)
        self._number = 0

    async def tell(self, at: str, type_: str, /, **data: Any) -> None:
        """A report that arrives when a London clock shows `at`; texts that look like that are instants too."""
        await self.until(at)
        self._number += 1
        given = {name: _instant(value) for name, value in data.items()}
        if not type_.startswith("police."):
            given = {"authority": "nottinghamshire", **given}
        event = {
            "specversion": "1.0",
            "id": f"n-{self._number}",
            "source": "/police/XX" if type_.startswith("police.") else "/casework/nottinghamshire",
            "type": type_,
            "time": london(at),
            "datacontenttype": "application/json",
            "data": given,
        }
        await self._intake.process_batch([RawRecord("told", 0, self._number, orjson.dumps(event), self.clock.now())])

    async def until(self, at: str) -> None:
        """Moves the clock and lets fall what is due by then."""
        while True:
            async with self.store.reading() as tx:
                due = await tx.next_timer()
                timers = [t for t in await tx.due_timers(due, 100) if t.due_at == due] if due else []
            if due is None or due > london(at):
                break
            self.clock.set(max(due, self.clock.now()))
            await self._intake.fire_timers(timers)
        self.clock.set(max(london(at), self.clock.now()))

    async def register(self, at: str, *numbers: dict[str, str], **fields: Any) -> None:
        """The record of the child whose police number is K-1, or of the numbers given."""
        person = {"identifiers": [*numbers] or [MOSAIC, compact("K-1")], "date_of_birth": "2011-09-01"}
        await self.tell(at, "case.context", child=person, **fields)

    async def missing(self, at: str, incident: str = "P-1", child: str = "K-1", **fields: Any) -> None:
        told = {"classification": "missing", "responsible_authority": "nottinghamshire", "reported_at": at, **fields}
        await self.tell(
            at, "police.missing", incident=incident, force="XX", child={"identifiers": [compact(child)]}, **told
        )

    async def found(self, at: str, incident: str = "P-1", **fields: Any) -> None:
        await self.tell(at, "police.found", incident=incident, force="XX", **{"returned_at": at, **fields})

    async def outcome(self, at: str, result: str, incident: str = "P-1") -> None:
        await self.tell(at, "rhi.outcome", incident=incident, force="XX", result=result, at=at)

    async def sent(self, type_: str) -> list[dict[str, Any]]:
        """The data of every message of a type, in order, each once."""
        async with self.store.reading() as tx:
            rows = {p.row.message_id: p.row for p in await tx.outbox_after(0, 10_000)}
        return [orjson.loads(row.payload) for row in rows.values() if row.type == type_]


def compact(number: str) -> dict[str, str]:
    return {"system": "compact", "value": number}


def _instant(value: Any) -> Any:
    """A London time as an instant; anything else as it is."""
    return london(value) if isinstance(value, str) and value[:2] == "20" and " " in value else value
