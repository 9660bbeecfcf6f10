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

FOR_EVER = datetime(2200, 1, 1, tzinfo=UTC)


@dataclass
class Run:
    """What a run said: the messages, the rules of the ledger that said them, the rules whose timers still stand."""

    messages: list[dict[str, Any]] = field(default_factory=list)
    rules: set[tuple[str, str]] = field(default_factory=set)
    timers: list[str] = field(default_factory=list)


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
                lines_of_ledger = await tx.ledger_after(0, 100_000)
                left = await tx.due_timers(FOR_EVER, 100_000)
        decided = (line.entry for line in lines_of_ledger if line.kind == "decision")
        return Run(
            messages=messages,
            rules={(entry["pack"].split()[0], entry["rule"]) for entry in decided},
            timers=[timer.rule for timer in left if timer.episode is not None],
        )


def under(packs: Packs, local: Local) -> Packs:
    """The packs, of which an authority runs its own with these settings."""
    every = (pack for versions in packs.all().values() for pack in versions)
    return Packs(localised(pack, local) if pack.authority == local.authority else pack for pack in every)
