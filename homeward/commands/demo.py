"""`homeward demo`: a made-up fortnight played through the whole hub."""

import asyncio
import shutil
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from homeward.settings import Settings


@click.command()
@click.option(
    "--folder", type=click.Path(file_okay=False, path_type=Path), default=Path("var/demo"), show_default=True,
    help="Folder for the broker, database and e-mails. Those of an earlier demo are deleted.",
)  # fmt: skip
def command(folder: Path) -> None:
    """Play a made-up fortnight through the whole hub and show who was told what, and why.

    Uses a real Apache Kafka, a SQLite file, a local mail sink and a virtual clock. Nothing leaves the machine. Exits
    with 1 if an expected message did not arrive. To use your own Kafka, set HOMEWARD_KAFKA_BOOTSTRAP.

    \b
    Examples:
      homeward demo
      homeward demo --folder /tmp/homeward
    """
    from homeward.demo.sink import MailSink
    from homeward.embedded import EmbeddedError, EmbeddedKafka
    from homeward.embedded.lock import FolderLock
    from homeward.logs import configure
    from homeward.settings import SettingsError, load_settings

    try:
        settings = load_settings()
        configure("CRITICAL", "text")
        folder.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            # A demo that is under way in this folder keeps it.
            stack.callback(FolderLock.take(folder, click.echo).release)
            _empty(folder)
            sink = stack.enter_context(MailSink(folder / "mail"))
            changes: dict[str, object] = {
                "data": folder, "database_url": None, "smtp_host": "127.0.0.1", "smtp_port": sink.port,
                "smtp_tls": "plain", "smtp_user": None, "smtp_password": None, "kafka_group": "homeward-demo",
            }  # fmt: skip
            if "kafka_bootstrap" not in settings.model_fields_set:
                click.echo("Starting Apache Kafka …")
                broker = EmbeddedKafka(
                    folder / "kafka", java_home=settings.java_home, cache=settings.cache, notice=click.echo
                )
                changes["kafka_bootstrap"] = stack.enter_context(broker).bootstrap
            missing = asyncio.run(_play(settings.model_copy(update=changes), sink))
    except (SettingsError, EmbeddedError) as error:
        raise click.ClickException(str(error)) from None
    sys.exit(1 if missing else 0)


_DATABASE = [f"homeward{part}.db{log}" for part in ("", ".keys") for log in ("", "-wal", "-shm")]


def _empty(folder: Path) -> None:
    """Takes away what an earlier demo has left."""
    for part in ("mail", "kafka", *_DATABASE):
        path = folder / part
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


async def _play(settings: "Settings", sink: object) -> list[str]:
    from rich.console import Console

    from homeward.demo.sink import MailSink
    from homeward.demo.stage import stage
    from homeward.demo.story import ENDS, fortnight
    from homeward.demo.telling import Telling, faults

    assert isinstance(sink, MailSink)
    telling, scenes = Telling(Console(highlight=False)), fortnight()
    async with stage(settings, scenes[0].at) as playing:
        for n, scene in enumerate(scenes, 1):
            async for deliveries in playing.advance(scene.at):
                telling.clock(playing.clock.now())
                telling.deliveries(deliveries)
            telling.scene(scene)
            telling.deliveries(await playing.play(scene, n))
        async for deliveries in playing.advance(ENDS):
            telling.clock(playing.clock.now())
            telling.deliveries(deliveries)
        async with playing.parts.store.reading() as tx:
            promised = await tx.outbox_after(0, 100_000)
        heard = await playing.heard()
    missing = faults(promised, heard, sink.messages)
    telling.verdict(missing, sink.count, len(heard), str(sink.folder))
    return missing
