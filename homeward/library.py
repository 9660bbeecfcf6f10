"""Finding the packs and directories: those that the project carries, then those of the folders that are named."""

from collections.abc import Iterable
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from outbox.directory import Directory, load_directory, missing_addresses
from routing.library import Packs
from routing.loading import load
from routing.tables import PackError

DIRECTORY = "directory.toml"


def read_packs(folders: Iterable[Path] = ()) -> Packs:
    """Every pack of the project and of the folders. PackError names what is wrong and how to mend it."""
    return Packs(load(text, name) for name, text in _texts(folders) if not name.endswith(DIRECTORY))


def read_directories(folders: Iterable[Path] = (), shipped: bool = True) -> dict[str, Directory]:
    """The directory of each authority; one in a later folder takes the place of an earlier one."""
    found = (load_directory(text, name) for name, text in _texts(folders, shipped) if name.endswith(DIRECTORY))
    return {directory.authority: directory for directory in found}


def check_addresses(packs: Packs, directories: dict[str, Directory]) -> None:
    """Raises PackError for a pack without a directory, or for the roles that could not be reached."""
    faults: list[str] = []
    for authority, versions in packs.all().items():
        if authority not in directories:
            faults.append(f"{authority}: there is no directory; add protocols/{authority}/{DIRECTORY}")
            continue
        faults += missing_addresses(versions[-1], directories[authority])
    if faults:
        raise PackError("\n".join(faults))


def _texts(folders: Iterable[Path], shipped: bool = True) -> Iterable[tuple[str, str]]:
    roots: list[Traversable] = [*([files("protocols")] if shipped else []), *folders]
    for root in roots:
        for folder in sorted((f for f in root.iterdir() if f.is_dir()), key=lambda f: f.name):
            for file in sorted(folder.iterdir(), key=lambda f: f.name):
                if file.name.endswith(".toml") and not file.name.endswith(".scenarios.toml"):
                    yield f"{folder.name}/{file.name}", file.read_text(encoding="utf-8")
