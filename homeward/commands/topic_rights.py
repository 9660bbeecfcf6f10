"""`homeward topics --acl`: the least rights of every party, as a table, as commands or as a file. What they are is in
`homeward.rights`."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from homeward.commands.tables import print_table

if TYPE_CHECKING:
    from homeward.settings import Settings
    from outbox.directory import Directory


def print_rights(
    directories: "Mapping[str, Directory]", forces: Sequence[str], users: Sequence[str], form: str, bootstrap: str
) -> None:
    """`bootstrap`: where the commands reach Kafka. Raises UsageError for a user of a party that there is not."""
    from homeward.kafka import principal
    from homeward.rights.parties import as_dict, commands, parties

    settings = _settings()
    named = dict(_divided(user) for user in users)
    found = parties(directories, forces, settings.kafka_group, principal(settings), named)
    if unknown := sorted(named.keys() - {party.name for party in found}):
        raise click.UsageError(f"Unknown party '{unknown[0]}'. Choose from: {', '.join(p.name for p in found)}")
    match form:
        case "json":
            click.echo(json.dumps([as_dict(party) for party in found], indent=2))
        case "commands":
            for party in found:
                click.echo(f"# {party.name}")
                for command in commands(party, bootstrap):
                    click.echo(command)
        case _:
            rows = [(party.name, party.principal, str(need)) for party in found for need in party.needs]
            print_table([("party", "user", "may"), *rows])
            if not forces:
                click.echo("\nPolice forces are not listed. Name them with --force.", err=True)


def _divided(user: str) -> tuple[str, str]:
    party, equals, name = user.partition("=")
    if not (party and equals and name):
        raise click.UsageError(f"--user {user}: write it as PARTY=NAME, such as police.zx=zx-publisher")
    return party, name


def _settings() -> "Settings":
    from homeward.settings import SettingsError, load_settings

    try:
        return load_settings()
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
