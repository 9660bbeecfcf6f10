"""The packs and directories that the project ships, read once in a process: they are values, and reading them takes as
long as a test does. A test of reading itself reads for itself."""

from functools import cache

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
