"""The runs of all scenarios of the shipped packs, each once in a test session, with what the rules were asked in it."""

from functools import cache

from mutants.recorded import Recording, recording
from quick_store import QuickRehearsal

from homeward.library import read_packs, read_tables
from homeward.scenarios.reading import Scenario, read_scenarios
from homeward.scenarios.running import Rehearsal, Run

VERSIONS = read_packs().all()
PACKS = [version for versions in VERSIONS.values() for version in versions]
ALL = [s for key in VERSIONS for file, text in read_tables(key) for s in read_scenarios(key, file, text)]
_RUNS: dict[tuple[str, str], Recording] = {}


@cache
def _rehearsal() -> tuple[QuickRehearsal, Rehearsal]:
    return QuickRehearsal(), Rehearsal()


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
