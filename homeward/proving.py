"""Proving a folder of packs to its owner: each pack loads, its directory reaches every role, its scenarios hold, and
together they exercise every rule and every clause that a rule keeps. The command `homeward packs check` shows it."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from os import cpu_count
from pathlib import Path

from homeward.library import DIRECTORY, LOCAL, read_directories, read_packs, texts_of
from homeward.rendering.coverage import coverage
from homeward.rendering.english import many
from homeward.scenarios.comparing import row_faults
from homeward.scenarios.reading import Scenario, ScenarioError, read_scenarios
from homeward.scenarios.running import Rehearsal
from homeward.scenarios.sayable import unsayable
from outbox.directory import Directory, load_directory, missing_addresses
from routing.checking import cited
from routing.library import Packs
from routing.loading import load_pack
from routing.local import load_local, localised
from routing.pack import Pack
from routing.tables import PackError, nearest

ShowProgress = Callable[[int, int], None]
"""Told how many scenarios of how many have run."""
_FEW = 12
"""As many scenarios as run in one process sooner than a second one has started."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the proof of one authority: what was looked at, what was found, and what is to be mended."""

    authority: str
    name: str
    summary: str
    faults: tuple[str, ...] = ()


@dataclass(slots=True)
class _Home:
    """One authority's folder as it was read."""

    folder: Path
    packs: tuple[Pack, ...]
    directory: Directory | None


def homes(folder: Path) -> list[Path]:
    """The folders of authorities: the folder itself where packs stand in it, else those in it."""
    if any(folder.glob("*.toml")):
        return [folder.resolve()]
    return sorted(f.resolve() for f in folder.iterdir() if f.is_dir() and any(f.glob("*.toml")))


def prove(folder: Path, progress: ShowProgress, only: str = "") -> Iterator[Part]:
    """The parts of the proof as they are done. `only`: scenarios whose file, id or title holds these words; coverage is
    then not looked at."""
    for home in homes(folder):
        read_home, part = _read(home)
        yield part
        if read_home is None:
            continue
        yield (reached := _directory(read_home))
        if not reached.faults:
            yield from _scenarios(read_home, progress, only)


def _read(home: Path) -> tuple[_Home | None, Part]:
    """The packs of a folder with its local settings, loaded as strictly as the hub loads them."""
    try:
        texts = dict(texts_of(home))
        packs = [
            load_pack(text, name) for name, text in texts.items() if not name.endswith((f"/{DIRECTORY}", f"/{LOCAL}"))
        ]
        local = [load_local(text, name) for name, text in texts.items() if name.endswith(f"/{LOCAL}")]
        if not packs and local:  # settings beside a pack of the project
            packs = [*read_packs().all().get(home.name, ())]
        for own in local:
            packs = [localised(pack, own) for pack in packs]
        for pack in packs:
            if pack.authority != home.name:
                raise PackError(f"{home.name}/: the pack is that of '{pack.authority}'; give its folder that name")
        if not packs:
            raise PackError(f"{home.name}/: there is no pack; add one, such as 1.toml")
        directories = [load_directory(text, name) for name, text in texts.items() if name.endswith(f"/{DIRECTORY}")]
    except PackError as error:
        return None, Part(home.name, "pack", "does not load", (*str(error).splitlines(),))
    found = directories[0] if directories else (read_directories().get(home.name) if local else None)
    summary = "; ".join(
        f"version {p.version}: {many(len(p.rules) + len(p.periodic), 'rule')}, {many(len(p.clauses), 'clause')}, "
        f"{many(len(p.limits), 'limit')}"
        for p in packs
    )
    return _Home(home, tuple(packs), found), Part(home.name, "pack", summary)


def _directory(home: _Home) -> Part:
    name, directory = home.folder.name, home.directory
    if directory is None:
        return Part(name, "directory", "missing", (f"{name}/: there is no directory; add {DIRECTORY}",))
    roles = {role for pack in home.packs for role in pack.roles}
    wrong = [fault for pack in home.packs for fault in missing_addresses(pack, directory)]
    for role in {*directory.services, *directory.mailboxes}:
        if role not in roles:
            wrong.append(f"{name}/{DIRECTORY}: the pack has no role '{role}'{nearest(role, roles)}")
    if directory.authority != name:
        wrong.append(f"{name}/{DIRECTORY}: it is that of '{directory.authority}'; write authority = \"{name}\"")
    return Part(name, "directory", f"{many(len(directory.services), 'role')} reached", tuple(dict.fromkeys(wrong)))


def _scenarios(home: _Home, progress: ShowProgress, only: str) -> Iterator[Part]:
    name = home.folder.name
    try:
        tables = [s for file, text in texts_of(home.folder, tables=True) for s in read_scenarios(name, file, text)]
        beside = (p for versions in read_packs().all().values() for p in versions if p.authority != name)
        packs = Packs([*home.packs, *beside])
    except (ScenarioError, PackError) as error:
        yield Part(name, "scenarios", "cannot be read", (str(error),))
        return
    chosen = [s for s in tables if only.lower() in f"{s.file} {s.id} {s.title}".lower()]
    wrong = [*_twice(tables)]
    for scenario in chosen:
        found = unsayable(scenario, (*home.packs, packs.hub))
        wrong += [f"{scenario.file}: scenario {scenario.id}: {fault}" for fault in dict.fromkeys(found)]
    assert home.directory is not None
    directories = {**read_directories(), name: home.directory}
    said: set[tuple[str, str]] = set()
    failed = 0
    for scenario, (missed, rules) in zip(chosen, _run(chosen, packs, directories, progress), strict=True):
        said |= rules
        failed += bool(missed)
        if missed:
            wrong.append("\n".join([f"{scenario.file}: scenario {scenario.id}: {scenario.title}", *missed]))
    yield Part(name, "scenarios", f"{len(chosen) - failed} of {len(chosen)} hold", tuple(wrong))
    if not only:
        yield from (_coverage(pack, chosen, said) for pack in home.packs)


def _twice(scenarios: Iterable[Scenario]) -> Iterator[str]:
    """Each id that a second scenario of the authority bears, with both files."""
    first: dict[str, str] = {}
    for s in scenarios:
        if s.id in first:
            where = "twice in this file" if first[s.id] == s.file else f"also in {first[s.id]}"
            yield f"{s.file}: scenario {s.id}: the id is used {where}; rename one of them"
        first.setdefault(s.id, s.file)


def _coverage(pack: Pack, scenarios: Collection[Scenario], said: set[tuple[str, str]]) -> Part:
    """Whether every rule has spoken in some scenario, and every clause that something cites was expected of it."""
    expected = {clause for s in scenarios for row in s.expect for clause in row.get("clauses", ())}
    ids = [*(rule.id for rule in pack.rules), *(report.id for report in pack.periodic)]
    silent = [id_ for id_ in ids if (pack.authority, id_) not in said]
    unproven = [c for c in pack.clauses if c in cited(pack) and c not in expected]
    counts = coverage(pack, expected)
    wrong = [f"no scenario lets the rule '{rule}' speak; add one" for rule in silent]
    wrong += [f"no scenario expects the clause '{c}'; add clauses = [\"{c}\"] to a row of expect" for c in unproven]
    summary = (
        f"version {pack.version}: of {many(len(pack.clauses), 'clause')} {counts['cited']} kept by rules, "
        f"{counts['exercised']} of them proved by a scenario; {counts['left']} left to people"
    )
    return Part(pack.authority, "coverage", summary, tuple(wrong))


Verdict = tuple[list[str], set[tuple[str, str]]]
"""What was not said as expected, and the rules that spoke."""
_rehearsal: Rehearsal | None = None


def _run(
    scenarios: list[Scenario], packs: Packs, directories: Mapping[str, Directory], progress: ShowProgress
) -> Iterator[Verdict]:
    """Each scenario's result, in order; on several processes where there are many."""
    if len(scenarios) <= _FEW:
        _begin(packs, directories)
        results: Iterable[Verdict] = map(_one, scenarios)
        yield from _counted(results, len(scenarios), progress)
        return
    with ProcessPoolExecutor(cpu_count(), initializer=_begin, initargs=(packs, directories)) as pool:
        yield from _counted(pool.map(_one, scenarios, chunksize=4), len(scenarios), progress)


def _counted(results: Iterable[Verdict], total: int, progress: ShowProgress) -> Iterator[Verdict]:
    for n, result in enumerate(results, 1):
        progress(n, total)
        yield result


def _begin(packs: Packs, directories: Mapping[str, Directory]) -> None:
    global _rehearsal
    _rehearsal = Rehearsal(packs, directories)


def _one(scenario: Scenario) -> Verdict:
    return asyncio.run(_judged(scenario))


async def _judged(scenario: Scenario) -> Verdict:
    """The verdict and not the run, which asyncio would write out in full: it describes what its tasks return."""
    assert _rehearsal is not None
    run = await _rehearsal.rehearse(scenario.lines, scenario.until, scenario.local)
    return row_faults(scenario, run.messages), run.rules
