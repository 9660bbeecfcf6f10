"""What the commands that read packs have in common: those of the project, of the installation, and of the folders named
on the command line, with the local settings of each authority. No command lives here."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from outbox.directory import Directory
    from routing.library import Packs


EXTRA_PACKS = click.option(
    "--packs", "folders", multiple=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder with extra packs, besides those in the settings. Can be given more than once.",
)  # fmt: skip
"""The option of a command that passes its folders on to `installed`."""


def installed(folders: Sequence[Path]) -> "tuple[Packs, list[Path]]":
    """The packs, and the folders that they came from besides the project. ClickException names the fix."""
    from homeward.library import read_packs
    from homeward.settings import SettingsError, load_settings
    from routing.tables import PackError

    try:
        settings = load_settings()
        named = [*settings.packs, *folders]
        return read_packs(named, settings.directory), named
    except (SettingsError, PackError) as error:
        raise click.ClickException(str(error)) from None


def authority_of(packs: "Packs", word: str) -> str:
    """The key of the authority that somebody calls by its key or its official code. UsageError names those that
    there are."""
    key = packs.key_of(word)
    if key is None:
        raise click.UsageError(f"Unknown authority '{word}'. Choose from: {', '.join(packs.authorities)}")
    return key


def directories(folders: Sequence[Path]) -> "dict[str, Directory]":
    """The directory of each authority: from the folders that `installed` named, then from that of the settings.
    ClickException names the fix."""
    from homeward.library import read_directories
    from homeward.settings import SettingsError, load_settings
    from routing.tables import PackError

    try:
        found = read_directories(folders)
        if own := load_settings().directory:
            found |= read_directories([own], shipped=False)
    except (SettingsError, PackError) as error:
        raise click.ClickException(str(error)) from None
    return found
