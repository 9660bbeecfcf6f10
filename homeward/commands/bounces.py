"""`homeward bounces`: takes in what came back about e-mails, from a mail server's pipe or from the mailbox."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from homeward.commands.database import faults_told

if TYPE_CHECKING:
    from homeward.settings import Settings
    from intake.notices import Notices

_env_file = click.option(
    "--env-file", type=click.Path(dir_okay=False, path_type=Path), help="File of HOMEWARD_VARIABLE=value lines."
)


@click.group()
def command() -> None:
    """Take in bounces, receipts and automatic replies, so that deliveries show what became of them.

    A running hub reads the mailbox in its settings by itself.

    \b
    Examples:
      homeward bounces read < message.eml
      homeward bounces fetch
    """


@command.command()
@click.argument("message", type=click.File("rb"), default="-")
@_env_file
def read(message: BinaryIO, env_file: Path | None) -> None:
    """Take in one message, from a file or from standard input. For a mail server that pipes messages to a program.

    Prints what it came to: delivered, bounced, delayed, relayed (passed on to a server that sends no receipt), told (an
    automatic reply, and someone else was told), away, again (it was read before), unknown (it is about no e-mail of
    this hub) or letter (a person wrote it).

    \b
    Examples:
      homeward bounces read < message.eml
    """
    click.echo(asyncio.run(_read(message.read(), env_file)))


@command.command()
@_env_file
def fetch(env_file: Path | None) -> None:
    """Read the mailbox in the settings once. Print how many messages were taken in, and how many stay unread because
    they need a person.

    \b
    Examples:
      homeward bounces fetch
    """
    read, left = asyncio.run(_fetch(env_file))
    click.echo(f"{read} messages read." + (f" {left} need a person and stay unread." if left else ""))


async def _read(raw: bytes, env_file: Path | None) -> str:
    from homeward.mailbox import take
    from producers.bounces import read_notice

    settings = _settings(env_file)
    async with _notices(settings) as notices:
        return await take(read_notice(raw, settings.message_id_domain), notices)


async def _fetch(env_file: Path | None) -> tuple[int, int]:
    from homeward.mailbox import bounce_reader

    settings = _settings(env_file)
    async with _notices(settings) as notices:
        reader = bounce_reader(settings, notices)
        if reader is None:
            raise click.ClickException("There is no mailbox in the settings. Set HOMEWARD_BOUNCES_HOST.")
        return await reader.look(), reader.left


def _settings(env_file: Path | None) -> "Settings":
    from homeward.settings import SettingsError, load_settings

    try:
        return load_settings(env_file)
    except SettingsError as error:
        raise click.ClickException(str(error)) from None


@asynccontextmanager
async def _notices(settings: "Settings") -> "AsyncIterator[Notices]":
    from homeward import clock
    from homeward.wiring import library
    from intake.notices import Notices
    from routing.tables import PackError
    from store import Store

    try:
        packs, directories = library(settings)
    except PackError as error:
        raise click.ClickException(str(error)) from None
    store = Store.open(settings.database)
    try:
        with faults_told(settings.database):
            yield Notices(store, packs, directories, clock.now)
    finally:
        await store.close()
