"""Running scenarios through the hub itself, in process and on a virtual clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from homeward.simulation import Simulation
from outbox.directory import Directory
from routing.library import Packs
from routing.local import Local, localised
from store import Store

FOR_EVER = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass
class Run:
    """What a run said: the messages, the rules of the ledger that said them, the rules whose timers still stand."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    rules: set[tuple[str, str]] = field(default_factory=set)
    timers: list[str] = field(default_factory=list)


class Rehearsal(Simulation):
    """A simulation that also notes which rule of which pack decided each message, and what stands at the end. Without
    packs it takes those of the project."""

    noted: Run

    def __init__(self, packs: Packs | None = None, directories: Mapping[str, Directory] | None = None) -> None:
        if packs is None or directories is None:
            super().__init__()
        else:
            self._packs, self._directories = packs, dict(directories)

    async def rehearse(self, lines: Iterable[bytes], until: datetime | None, local: Local | None = None) -> Run:
        """What the reports, and the timers up to `until`, lead to, with these settings of an authority."""
        self.noted, packs = Run(), self._packs
        try:
            self._packs = under(packs, local) if local else packs
            printed = await self.run([*lines], until)
        finally:
            self._packs = packs
        self.noted.messages = [orjson.loads(line) for line in printed]
        return self.noted

    async def _fire(self, store: Store, intake: Any, clock: Any, until: datetime, including: bool) -> None:
        await super()._fire(store, intake, clock, until, including)
        if including:  # the last look before the store is closed
            async with store.reading() as tx:
                lines = await tx.ledger_after(0, 100_000)
                left = await tx.due_timers(FOR_EVER, 100_000)
            self.noted.timers = [timer.rule for timer in left if timer.episode is not None]
            self.noted.rules = {(d.entry["pack"].split()[0], d.entry["rule"]) for d in lines if d.kind == "decision"}


def under(packs: Packs, local: Local) -> Packs:
    """The packs, of which an authority runs its own with these settings."""
    every = (pack for versions in packs.all().values() for pack in versions)
    return Packs(localised(pack, local) if pack.authority == local.authority else pack for pack in every)
