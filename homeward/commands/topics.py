"""`homeward topics`: the Kafka topics of an installation, to look at or to create. What they are is in `schemas`."""

import json
import shlex
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from schemas.catalogue import ConcreteTopic, TopicShape

_TOOL = 'kafka-topics.sh --bootstrap-server "${BOOTSTRAP:-localhost:9092}" --create --if-not-exists'


def owners(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say whose topics are meant."""
    for option in (
        click.option(
            "--packs", "folders", multiple=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
            help="Folder with extra packs, besides those in the settings. Can be given more than once.",
        ),
        click.option(
            "--force", "forces", multiple=True, metavar="CODE",
            help="Short code of a police force. Can be given more than once.",
        ),
        click.option(
            "--authority", "authorities", multiple=True, metavar="KEY",
            help="Key or official code of an authority. Can be given more than once.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


@click.command()
@owners
@click.option("--partitions", type=click.IntRange(1), default=6, show_default=True, help="Partitions of each topic.")
@click.option("--replicas", type=click.IntRange(1), default=3, show_default=True, help="Replicas of each partition.")
@click.option("--days", type=click.IntRange(1), default=30, show_default=True, help="How long Kafka keeps a record.")
@click.option(
    "--format", "form", default="table", show_default=True, type=click.Choice(["table", "json", "commands"]),
    help="A table for people, JSON, or commands that create the topics.",
)  # fmt: skip
def command(
    authorities: tuple[str, ...], forces: tuple[str, ...], folders: tuple[Path, ...], partitions: int, replicas: int,
    days: int, form: str,
) -> None:  # fmt: skip
    """List the Kafka topics of this installation, or print the commands that create them.

    Without --authority: those of every authority that has a pack, and the operator's. The hub does not know in advance
    which forces will write to it, so name them with --force.

    \b
    Examples:
      homeward topics --force zx
      homeward topics --authority nottinghamshire --force zx --format json
      homeward topics --force zx --replicas 1 --format commands | sh
    """
    from schemas.catalogue import TopicShape

    topics = topics_of(authorities, forces, folders, TopicShape(partitions, replicas, timedelta(days=days)))
    match form:
        case "json":
            click.echo(json.dumps([_row(topic) for topic in topics], indent=2))
        case "commands":
            for topic in topics:
                click.echo(_command(topic))
        case _:
            _table(topics)
            if not forces:
                click.echo("\nTopics of police forces are not listed. Name the forces with --force.", err=True)


def topics_of(
    authorities: Sequence[str], forces: Sequence[str], folders: Sequence[Path], shape: "TopicShape"
) -> "list[ConcreteTopic]":
    """The topics of these authorities and forces; without authorities, of every one that has a pack, and the hub's own.
    UsageError names an authority that has none."""
    from homeward.commands.installed import directories, installed
    from routing.library import HUB
    from schemas.catalogue import concrete_topics

    packs, named = installed(folders)
    wanted = []
    for word in authorities:
        key = packs.key_of(word)
        if key is None:
            raise click.UsageError(f"Unknown authority '{word}'. Choose from: {', '.join(packs.authorities)}")
        wanted.append(key)
    found = directories(named)
    services = {key: found[key].service_topics for key in wanted or (*packs.authorities, HUB) if key in found}
    return concrete_topics(services, forces, shape)


def _row(topic: "ConcreteTopic") -> dict[str, Any]:
    return {
        "topic": topic.name,
        "direction": topic.direction,
        "owner": topic.owner,
        "partitions": topic.shape.partitions,
        "replicas": topic.shape.replicas,
        "config": topic.config,
        "types": list(topic.channel.types),
    }


def _command(topic: "ConcreteTopic") -> str:
    config = " ".join(f"--config {shlex.quote(f'{name}={value}')}" for name, value in topic.config.items())
    shape = f"--partitions {topic.shape.partitions} --replication-factor {topic.shape.replicas}"
    return f"{_TOOL} --topic {shlex.quote(topic.name)} {shape} {config}"


def _table(topics: "Sequence[ConcreteTopic]") -> None:
    lines = [("topic", "", "written by", "partitions", "replicas", "clean-up", "days")]
    for topic in topics:
        writer = topic.owner if topic.direction == "in" else "the hub"
        shape = (str(topic.shape.partitions), str(topic.shape.replicas), topic.channel.cleanup)
        lines.append((topic.name, topic.direction, writer, *shape, str(topic.shape.kept.days)))
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
