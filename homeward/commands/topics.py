"""`homeward topics`: the Kafka topics of an installation, to look at or to create. What they are is in `schemas`."""

import json
import shlex
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from homeward.commands.installed import EXTRA_PACKS
from homeward.commands.tables import print_table

if TYPE_CHECKING:
    from outbox.directory import Directory
    from schemas.catalogue import ConcreteTopic, TopicShape

BOOTSTRAP = '"${BOOTSTRAP:-localhost:9092}"'
_TOOL = f"kafka-topics.sh --bootstrap-server {BOOTSTRAP} --create --if-not-exists"


def owners(command: Callable[..., None]) -> Callable[..., None]:
    """The options that say whose topics are meant."""
    for option in (
        EXTRA_PACKS,
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
    help="A table for people, JSON, or commands that create the topics (with --acl: that grant the rights).",
)  # fmt: skip
@click.option("--acl", is_flag=True, help="Instead of topics: who may do what with them, and no more.")
@click.option(
    "--user", "users", multiple=True, metavar="PARTY=NAME",
    help="With --acl: as whom Kafka knows a party. Can be given more than once.",
)  # fmt: skip
def command(
    authorities: tuple[str, ...], forces: tuple[str, ...], folders: tuple[Path, ...], partitions: int, replicas: int,
    days: int, form: str, acl: bool, users: tuple[str, ...],
) -> None:  # fmt: skip
    """List the Kafka topics of this installation, or print the commands that create them.

    With --acl: the least rights of each party (the parts of the hub, the desk, each force, each authority's case
    systems and register, the operator), which is all that it should have.

    Without --authority: those of every authority that has a pack, and the operator's. The hub does not know in advance
    which forces will write to it, so name them with --force.

    \b
    Examples:
      homeward topics --force zx
      homeward topics --authority nottinghamshire --force zx --format json
      homeward topics --force zx --replicas 1 --format commands | sh
      homeward topics --force zx --acl
      homeward topics --force zx --acl --format json > rights.json
      homeward topics --force zx --acl --user police.zx=CN=zx.police.example --format commands | sh
    """
    if users and not acl:
        raise click.UsageError("--user says as whom Kafka knows a party: give it with --acl.")
    if acl:
        from homeward.commands.topic_rights import print_rights

        print_rights(owned(authorities, folders), forces, users, form, BOOTSTRAP)
        return
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
    from schemas.catalogue import concrete_topics

    services = {key: directory.service_topics for key, directory in owned(authorities, folders).items()}
    return concrete_topics(services, forces, shape)


def owned(authorities: Sequence[str], folders: Sequence[Path]) -> "dict[str, Directory]":
    """The directories of these authorities; without any, of every one that has a pack, and the hub's own. UsageError
    names an authority that has none."""
    from homeward.commands.installed import authority_of, directories, installed
    from routing.library import HUB

    packs, named = installed(folders)
    wanted = [authority_of(packs, word) for word in authorities]
    found = directories(named)
    return {key: found[key] for key in wanted or (*packs.authorities, HUB) if key in found}


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
    print_table(lines)
