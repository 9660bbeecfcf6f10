"""The runs of all scenarios of the shipped packs, each once in a test session."""

from functools import cache

from homeward.library import read_packs, read_tables
from homeward.scenarios.reading import Scenario, read_scenarios
from homeward.scenarios.running import Rehearsal, Run

VERSIONS = read_packs().all()
PACKS = [version for versions in VERSIONS.values() for version in versions]
ALL = [s for key in VERSIONS for file, text in read_tables(key) for s in read_scenarios(key, file, text)]
_RUNS: dict[tuple[str, str], Run] = {}


@cache
def _rehearsal() -> Rehearsal:
    return Rehearsal()


async def run_of(scenario: Scenario) -> Run:
    key = (scenario.authority, scenario.id)
    if key not in _RUNS:
        _RUNS[key] = await _rehearsal().rehearse(scenario.lines, scenario.until)
    return _RUNS[key]
