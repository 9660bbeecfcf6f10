"""The runs of all scenarios, each once in a test session."""

from functools import cache

from scenario_files import Scenario, scenarios
from scenario_running import Rehearsal, Run

from homeward.library import read_packs

ALL = [*scenarios()]
PACKS = [version for versions in read_packs().all().values() for version in versions]
_RUNS: dict[tuple[str, str], Run] = {}


@cache
def _rehearsal() -> Rehearsal:
    return Rehearsal()


async def run_of(scenario: Scenario) -> Run:
    key = (scenario.authority, scenario.id)
    if key not in _RUNS:
        _RUNS[key] = await _rehearsal().rehearse(scenario.lines, scenario.until)
    return _RUNS[key]
