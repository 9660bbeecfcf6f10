"""Whether anybody notices that a word of a pack was changed: the loader, or a scenario."""

import asyncio
import tomllib
from collections.abc import Coroutine, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any, Literal, TypeVar

from quick_store import QuickRehearsal
from scenario_runs import ALL, PACKS, recorded

from episodes.events import Change
from homeward.library import read_directories
from homeward.scenarios.comparing import matches, row_faults
from homeward.scenarios.reading import Scenario
from homeward.scenarios.running import Rehearsal
from mutants.changes import Mutant, Word, changed
from mutants.equal import Listed
from mutants.recorded import Recording, Replay
from mutants.touched import Difference
from mutants.words import words_of
from outbox.directory import Directory
from routing.library import Packs
from routing.loading import pack_of
from routing.local import localised
from routing.pack import Pack
from routing.tables import PackError

FILES = (
    *("buckinghamshire/1.toml", "nottinghamshire/6.5.toml", "mfh-borough/1.toml", "islington/1.toml"),
    *("quick-guide/1.toml", "hub/1.toml"),
)
OTHERS = 6
"""How many other words are tried for one that loads, before they all count as refused."""
T = TypeVar("T")
Verdict = Literal["refused", "caught", "survived"]


@dataclass(frozen=True, slots=True)
class Judged:
    mutant: Mutant
    verdict: Verdict
    by: str = ""


class Judge:
    """One pack, in one version, with its scenarios."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._quick, self._runner = QuickRehearsal(), asyncio.Runner()

    @cached_property
    def values(self) -> dict[str, Any]:
        return tomllib.loads(files("protocols").joinpath(self.file).read_text(encoding="utf-8"))

    @cached_property
    def pack(self) -> Pack:
        return pack_of(self.values, self.file)

    @cached_property
    def scenarios(self) -> dict[str, Scenario]:
        return {s.id: s for s in ALL if s.authority == self.pack.authority}

    @cached_property
    def beside(self) -> list[Pack]:
        """The other packs, without which the hub does not run."""
        return [p for p in PACKS if (p.authority, p.version) != (self.pack.authority, self.pack.version)]

    @cached_property
    def directories(self) -> Mapping[str, Directory]:
        return read_directories()

    @cached_property
    def runs(self) -> dict[str, Recording]:
        """What was said in each scenario, and what the rules were asked."""
        return {id_: self._run(recorded(scenario)) for id_, scenario in self.scenarios.items()}

    @cached_property
    def proved(self) -> dict[str, set[str]]:
        """By scenario, the rules of which it expects a message."""
        return {id_: {*_proved(self.scenarios[id_], run)} for id_, run in self.runs.items()}

    @cached_property
    def words(self) -> list[Word]:
        return [*words_of(self.values, self.pack)]

    # ---- at load

    def refusal_of(self, values: Any) -> str | None:
        """What the loader says of these values; None where it lets them pass."""
        try:
            pack_of(values, self.file)
        except PackError as error:
            return str(error)
        return None

    # ---- by a scenario

    def mutant_of(self, word: Word) -> tuple[Mutant, Pack | None]:
        """Another word in its place: the first with which the pack loads, and that pack; without a pack where it does
        not load with any."""
        mutant = Mutant(word.place, word.text, "nothing else", word.path, None, word.rule)
        for now, value in word.others[:OTHERS]:
            mutant = Mutant(word.place, word.text, now, word.path, value, word.rule)
            try:
                return mutant, pack_of(changed(self.values, mutant.path, mutant.value), self.file)
            except PackError:
                continue
        return mutant, None

    def judge(self, word: Word, listed: Listed | None = None) -> Judged:
        """The verdict on another word in its place. What is listed is not looked into further."""
        mutant, pack = self.mutant_of(word)
        if pack is None:
            return Judged(mutant, "refused")
        if listed and listed.reason(mutant):
            return Judged(mutant, "survived")
        difference = Difference.between(self.pack, pack)
        noticing = next((s.id for s in self._likeliest(mutant) if self._notices(s, difference)), None)
        return Judged(mutant, "caught", noticing) if noticing else Judged(mutant, "survived")

    def _likeliest(self, mutant: Mutant) -> list[Scenario]:
        """The scenarios, first those that expect something of the rule, then those in which it spoke."""

        def order(scenario: Scenario) -> tuple[bool, bool]:
            spoken = self.runs[scenario.id].spoken.values()
            return mutant.rule not in self.proved[scenario.id], mutant.rule not in spoken

        return sorted(self.scenarios.values(), key=order)

    def _notices(self, scenario: Scenario, difference: Difference) -> bool:
        """Whether the scenario is not told what it expects. It runs only where it cannot be known without."""
        try:
            replay = self.runs[scenario.id].replayed(self._under(scenario, difference))
        except Exception:  # the rules cannot answer at all
            return True
        pack = difference.pack
        reached = {name for name, role in pack.roles.items() if role.channel != self.pack.roles[name].channel}
        told = not reached.isdisjoint(self.runs[scenario.id].told_besides)
        elsewhere = told or _asked_elsewhere(pack) != _asked_elsewhere(self.pack)
        if replay.until is None and not elsewhere:
            return replay.changed and bool(row_faults(scenario, replay.messages))
        if replay.until is not None and not elsewhere and _fails_already(scenario, replay):
            return True
        return self._run(self._fails(scenario, pack))

    def _under(self, scenario: Scenario, difference: Difference) -> Difference:
        """The difference under the settings with which the scenario runs."""
        if scenario.local is None:
            return difference
        return Difference.between(*(localised(pack, scenario.local) for pack in (self.pack, difference.pack)))

    async def _fails(self, scenario: Scenario, pack: Pack) -> bool:
        rehearsal = Rehearsal(Packs([pack, *self.beside]), self.directories)
        try:
            run = await self._quick.rehearse(rehearsal, scenario.lines, scenario.until, scenario.local)
        except Exception:  # it does what no pack may, or never ends
            return True
        return bool(row_faults(scenario, run.messages))

    def _run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        # Not by the runner's own `run`, which writes out in full what a task returned: that takes longer than the task.
        return self._runner.get_loop().run_until_complete(coroutine)

    def end(self) -> None:
        self._run(self._quick.end())
        self._runner.close()


def _fails_already(scenario: Scenario, replay: Replay) -> bool:
    """Whether what is known of a run is enough to see that a row is not met, whatever comes after."""
    until = replay.until
    assert until is not None
    if any(matches(row, message) for row in scenario.absent for message in replay.messages):
        return True
    for row in scenario.expect:
        count, wanted = sum(matches(row, message) for message in replay.messages), row.get("count", 1)
        latest = min((row[key] for key in ("at", "before") if key in row), default=None)
        over = latest is not None and (latest < until or (latest == until and replay.settled))
        if count > wanted or (over and count < wanted):
            return True
    return False


def _proved(scenario: Scenario, recording: Recording) -> Iterator[str]:
    for message in recording.run.messages:
        if message["id"] in recording.spoken and any(matches(row, message) for row in scenario.expect):
            yield recording.spoken[message["id"]]


def _asked_elsewhere(pack: Pack) -> tuple[Any, ...]:
    """What of a pack is asked elsewhere than by its rules: when it places a report, tells of its own troubles, or sends
    figures."""
    own = (pack.terms, pack.calendar, pack.codes, pack.words, pack.periodic, pack.intake, pack.duty, pack.has_duties)
    return (*own, pack.questions, pack.hears(Change.MISSING_AGAIN))
