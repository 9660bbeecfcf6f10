"""The desk beside a hub in one process, for a trial: on the hub's database and Kafka, with links in its e-mails that
lead here."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import click
from pydantic import SecretStr

from homeward import clock
from homeward.desk.outcomes import KafkaOutcomes, desk_kafka
from homeward.desk.sample import fill_sample
from homeward.desk.wiring import desk_of, listening, serve, warnings_of
from homeward.settings import Settings
from homeward.wiring import senders
from outbox.directory import Directory
from producers.kafka_link import TopicShape
from routing.library import Packs
from store import Store


def links_of_a_trial(settings: Settings) -> dict[str, object]:
    """What a trial sets where nothing is set: links to this machine, signed by a secret that nobody keeps."""
    if settings.desk_url or settings.desk_secret or not settings.desk_port:
        return {}
    url = f"http://{settings.desk_host}:{settings.desk_port}"
    return {"desk_url": url, "desk_secret": SecretStr(secrets.token_urlsafe(32))}


async def play_sample(settings: Settings, packs: Packs, directories: dict[str, Directory], store: Store) -> None:
    """Fills an empty database with the demo's fortnight, by ways out of its own."""
    click.echo("Playing the demo's fortnight, which takes a moment")
    ways = senders(settings, TopicShape(), packs)
    for sender in ways.values():
        await sender.start()
    try:
        done = await fill_sample(settings, packs, directories, store, ways, clock.now())
    finally:
        for sender in ways.values():
            await sender.stop()
    click.echo("Played: three children are still missing." if done else "Not played: there are episodes already.")


@asynccontextmanager
async def desk_beside(
    settings: Settings,
    packs: Packs,
    directories: dict[str, Directory],
    store: Store,
    notice: Callable[[str], None],
) -> AsyncIterator[str]:
    """Serves a desk until the block ends; yields its address. Raises SettingsError where it cannot listen."""
    outcomes = KafkaOutcomes(desk_kafka(settings, TopicShape()))
    desk = desk_of(settings, packs, directories, store, outcomes, notice=notice)
    socket, stopped = listening(settings), asyncio.Event()
    for line in warnings_of(desk.options):
        click.secho(line, fg="red", bold=True, err=True)
    serving = asyncio.create_task(serve(desk, socket, stopped))
    try:
        yield f"http://{settings.desk_host}:{socket.getsockname()[1]}/"
    finally:
        stopped.set()
        await serving
        await outcomes.stop()
