"""Running scenarios through the hub itself, in process and on a virtual clock."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

from consumers.parsing import parse_unowned
from homeward.library import read_directories, read_packs
from homeward.simulation import played, printed_messages, records_of
from outbox.directory import Directory
from routing.library import Packs
from routing.local import Local, localised
from store.history import LedgerEntry

FOR_EVER = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass
class Run:
    """What a run said: the messages, the lines of the ledger by which they were decided, the rules whose timers still
    stand."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    decided: list[LedgerEntry] = field(default_factory=list)
    timers: list[str] = field(default_factory=list)

    @property
    def rules(self) -> set[tuple[str, str]]:
        """Which rule of which pack has spoken."""
        return {(line.entry["pack"].split()[0], line.entry["rule"]) for line in self.decided}


class Rehearsal:
    """Simulations that also note which rule of which pack decided each message, and what stands at the end. Without
    packs they take those of the project."""

    def __init__(self, packs: Packs | None = None, directories: Mapping[str, Directory] | None = None) -> None:
        self._packs, self._directories = packs or read_packs(), directories or read_directories()

    async def rehearse(self, lines: Iterable[bytes], until: datetime | None, local: Local | None = None) -> Run:
        """What the reports, and the timers up to `until`, lead to, with these settings of an authority."""
        packs = under(self._packs, local) if local else self._packs
        async with played(packs, self._directories, parse_unowned, records_of(lines), until) as store:
            messages = [orjson.loads(line) async for line in printed_messages(store)]
            async with store.reading() as tx:
                ledger = await tx.ledger_after(0, 100_000)
                left = await tx.due_timers(FOR_EVER, 100_000)
        return Run(
            messages=messages,
            decided=[line for line in ledger if line.kind == "decision"],
            timers=[timer.rule for timer in left if timer.episode is not None],
        )


def under(packs: Packs, local: Local) -> Packs:
    """The packs, of which an authority runs its own with these settings."""
    every = (pack for versions in packs.all().values() for pack in versions)
    return Packs(localised(pack, local) if pack.authority == local.authority else pack for pack in every)
