"""The packs and directories that the project ships, read once in a process: they are values, and reading them takes as
long as a test does. A test of reading itself reads for itself."""

from functools import cache
from pathlib import Path

from homeward.library import read_directories, read_packs
from outbox.directory import Directory
from routing.library import Packs


@cache
def shipped_packs() -> Packs:
    """Every pack of the project, as `homeward run` loads it without settings."""
    return read_packs()


@cache
def shipped_directories() -> dict[str, Directory]:
    """The directory of each authority of the project. Not to be changed."""
    return read_directories()


def own_addresses(folder: Path, authority: str = "islington", named: str | None = None) -> Path:
    """A folder of directories as an installation has them: addresses that are no examples, for one authority and the
    operator. `named`: the folder of the authority, where that is not its name."""
    for home, name in ((authority, named or authority), ("hub", "hub")):
        text = (Path("protocols") / home / "directory.toml").read_text()
        (folder / name).mkdir(parents=True)
        (folder / name / "directory.toml").write_text(text.replace(".example", ".test"))
    return folder
