"""Finding packs, directories and local settings: those that the project carries, then those of the folders named."""

import tomllib
from collections.abc import Collection, Iterable, Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from homeward.keeping.schedule import RETENTION
from outbox.directory import Directory, load_directory, missing_addresses
from routing.library import HUB, Packs
from routing.loading import load_pack
from routing.local import Local, load_local, localised
from routing.pack import Pack
from routing.tables import PackError, nearest
from schemas.topics import part

DIRECTORY, LOCAL, SCENARIOS = "directory.toml", "local.toml", ".scenarios.toml"


def read_packs(folders: Iterable[Path] = (), installation: Path | None = None) -> Packs:
    """Every pack of the project and of the folders, as its authority runs it: with the local settings that stand beside
    a pack of a folder, or in the folder of the installation. PackError names what is wrong and how to fix it."""
    texts = [*_texts(folders)]
    own = [*texts, *(_texts([installation], shipped=False) if installation else ())]
    settings = [load_local(text, name) for name, text in own if name.endswith(f"/{LOCAL}")]
    packs = [load_pack(text, name) for name, text in texts if not name.endswith((f"/{DIRECTORY}", f"/{LOCAL}"))]
    for local in settings:
        if local.authority not in {pack.authority for pack in packs}:
            raise PackError(f"{local.file}: there is no pack '{local.authority}'; name one that is there")
    return Packs(_localised(pack, settings) for pack in packs)


def _localised(pack: Pack, settings: Iterable[Local]) -> Pack:
    for local in settings:
        pack = localised(pack, local) if local.authority == pack.authority else pack
    return pack


def read_directories(folders: Iterable[Path] = (), shipped: bool = True) -> dict[str, Directory]:
    """The directory of each authority; one in a later folder takes the place of an earlier one."""
    found = (load_directory(text, name) for name, text in _texts(folders, shipped) if name.endswith(f"/{DIRECTORY}"))
    return {directory.authority: directory for directory in found}


def check_installation(folder: Path, authorities: Collection[str]) -> None:
    """Raises PackError for a folder of directories in which something would be overlooked: no folder for any authority,
    one that is named like none, one without a file that is read, or a directory that is another authority's."""
    homes = sorted(f for f in folder.iterdir() if f.is_dir() and not f.name.startswith("."))
    faults = [] if homes else [f"{folder}: there is no directory in it. Add <authority>/{DIRECTORY}"]
    for home in homes:
        if home.name not in (known := {*authorities, HUB}):
            faults.append(f"{home}: no authority has this name{nearest(home.name, known)}. Rename or remove the folder")
        elif not any((home / name).is_file() for name in (DIRECTORY, LOCAL, RETENTION)):
            faults.append(f"{home}: there is neither {DIRECTORY} nor {LOCAL} in it. Add one or remove the folder")
        elif (file := home / DIRECTORY).is_file() and (own := _authority_in(file)) != home.name:
            faults.append(f"{file}: authority = '{own}' does not match the folder. Correct one of them")
    if faults:
        raise PackError("\n".join(faults))


def _authority_in(file: Path) -> str:
    return load_directory(file.read_text(encoding="utf-8"), str(file)).authority


def check_addresses(packs: Packs, directories: dict[str, Directory]) -> None:
    """Raises PackError for a pack without a directory, for the roles that could not be reached, and for authorities
    that would share a topic."""
    faults = [*_shared_topics(packs)]
    for authority, versions in packs.all().items():
        if authority not in directories:
            faults.append(f"{authority}: there is no directory; add protocols/{authority}/{DIRECTORY}")
            continue
        faults += missing_addresses(versions[-1], directories[authority])
    if faults:
        raise PackError("\n".join(faults))


def _shared_topics(packs: Packs) -> Iterator[str]:
    """Whoever may write to a topic speaks for its owner: two owners of one topic could speak for one another."""
    owners: dict[str, str] = {}
    for authority, versions in packs.all().items():
        for word in dict.fromkeys((authority, *(code for pack in versions for code in pack.codes))):
            if owners.setdefault(part(word), authority) != authority:
                yield f"{authority}: '{word}' and {owners[part(word)]} would share a topic. Give one another code"


def exercised(authority: str, folders: Iterable[Path] = ()) -> frozenset[str]:
    """The clauses that the scenario tables beside an authority's pack expect of some message."""
    rows = (row for _, text in read_tables(authority, folders) for s in _scenarios(text) for row in s.get("expect", ()))
    return frozenset(clause for row in rows for clause in row.get("clauses", ()))


def proofs(authority: str, folders: Iterable[Path] = ()) -> dict[str, list[str]]:
    """For each clause, the titles of the scenarios that expect it of some message."""
    found: dict[str, list[str]] = {}
    for _, text in read_tables(authority, folders):
        for scenario in _scenarios(text):
            for clause in dict.fromkeys(c for row in scenario.get("expect", ()) for c in row.get("clauses", ())):
                found.setdefault(clause, []).append(str(scenario.get("title", scenario.get("id", ""))))
    return found


def read_tables(authority: str, folders: Iterable[Path] = (), shipped: bool = True) -> list[tuple[str, str]]:
    """The scenario tables beside an authority's pack, each as its name and text."""
    return [(n, text) for n, text in _texts(folders, shipped, tables=True) if n.startswith(f"{authority}/")]


def texts_of(home: Traversable, tables: bool = False) -> Iterator[tuple[str, str]]:
    """The files of one authority's folder: its scenario tables, or all others. Each as folder/name and its text."""
    for file in sorted(home.iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml") and file.name.endswith(SCENARIOS) is tables:
            yield f"{home.name}/{file.name}", file.read_text(encoding="utf-8")


def _scenarios(text: str) -> Iterable[dict[str, Any]]:
    scenarios: Iterable[dict[str, Any]] = tomllib.loads(text).get("scenario", ())
    return scenarios


def _texts(folders: Iterable[Path], shipped: bool = True, tables: bool = False) -> Iterable[tuple[str, str]]:
    roots: list[Traversable] = [*([files("protocols")] if shipped else []), *folders]
    for root in roots:
        for folder in sorted((f for f in root.iterdir() if f.is_dir()), key=lambda f: f.name):
            yield from texts_of(folder, tables)
