"""The runs of all scenarios of the shipped packs, each once in a process, with what the rules were asked in it; and of
any other reports under the same packs."""

from collections.abc import Iterable
from datetime import datetime
from functools import cache

from mutants.recorded import Recording, recording
from quick_store import QuickRehearsal

from homeward.library import read_tables
from homeward.scenarios.reading import Scenario, read_scenarios
from homeward.scenarios.running import Rehearsal, Run
from tests.shipped import shipped_directories, shipped_packs

VERSIONS = shipped_packs().all()
PACKS = [version for versions in VERSIONS.values() for version in versions]
ALL = [s for key in VERSIONS for file, text in read_tables(key) for s in read_scenarios(key, file, text)]
_RUNS: dict[tuple[str, str], Recording] = {}


@cache
def _rehearsal() -> tuple[QuickRehearsal, Rehearsal]:
    return QuickRehearsal(), Rehearsal(shipped_packs(), shipped_directories())


async def rehearsed(lines: Iterable[bytes], until: datetime) -> Run:
    """What these reports, and the timers until then, lead to."""
    quick, rehearsal = _rehearsal()
    return await quick.rehearse(rehearsal, lines, until)


async def run_of(scenario: Scenario) -> Run:
    return (await recorded(scenario)).run


async def recorded(scenario: Scenario) -> Recording:
    key = (scenario.authority, scenario.id)
    if key not in _RUNS:
        quick, rehearsal = _rehearsal()
        with recording() as kept:
            kept.run = await quick.rehearse(rehearsal, scenario.lines, scenario.until, scenario.local)
        _RUNS[key] = kept
    return _RUNS[key]


async def end() -> None:
    """Close what the runs used."""
    if _rehearsal.cache_info().currsize:
        await _rehearsal()[0].end()
