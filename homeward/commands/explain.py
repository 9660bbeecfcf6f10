"""`homeward explain`: why a message was sent, or what happened in an episode, from report to delivery."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import click

from homeward.commands.installed import EXTRA_PACKS


@click.command()
@click.argument("id")
@click.option("--authority", metavar="KEY", help="Only if it is this authority's.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")
@EXTRA_PACKS
def command(
    id: str, authority: str | None, as_json: bool, database: str | None, folders: tuple[Path, ...]
) -> None:  # fmt: skip
    """Explain why a message was sent, or what happened in an episode.

    ID is the id of a message or of an episode (the `subject` of its messages). Each chain starts with the report, then
    shows what it changed, the rule, the clause and each delivery.

    \b
    Examples:
      homeward explain 0f460337-2f56-5fdc-a23f-68aef1f4277a
      homeward explain fd5d7392-c01c-5969-8df8-36c01c4ec46b --json
      homeward explain fd5d7392-c01c-5969-8df8-36c01c4ec46b --authority nottinghamshire
    """
    import orjson

    from homeward.commands.database import chosen_database, faults_told
    from homeward.commands.installed import authority_of, installed
    from homeward.explaining import explained

    url = chosen_database(database)
    packs, _ = installed(folders)
    whose = authority_of(packs, authority) if authority else None
    with faults_told(url):
        story = asyncio.run(explained(url, id, packs, whose))
    if story is None:
        raise click.ClickException(f"Nothing is known about '{id}'. Give the id of a message or an episode.")
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(story, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z) + b"\n")
    else:
        _print(story)


def _print(story: list[dict[str, Any]]) -> None:
    for step in story:
        click.echo(f"\n{step['at']:%Y-%m-%d %H:%M:%S}Z  {step['what']}")
        for line in step["lines"]:
            click.echo(f"    {line}")
