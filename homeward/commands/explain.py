"""`homeward explain`: why a message was sent, or what happened in an episode, from report to delivery."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from homeward.commands.installed import EXTRA_PACKS
from homeward.commands.looking import looks

if TYPE_CHECKING:
    from homeward.explaining import Explained
    from homeward.looking import Looker
    from store import Store


@click.command()
@click.argument("id")
@click.option("--authority", metavar="KEY", help="Only if it is this authority's.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")
@EXTRA_PACKS
@looks
def command(
    id: str, authority: str | None, as_json: bool, database: str | None, folders: tuple[Path, ...], looker: "Looker"
) -> None:  # fmt: skip
    """Explain why a message was sent, or what happened in an episode.

    ID is the id of a message or of an episode (the `subject` of its messages). Each chain starts with the report, then
    shows what it changed, the rule, the clause and each delivery. The ledger keeps who looked.

    \b
    Examples:
      homeward explain 0f460337-2f56-5fdc-a23f-68aef1f4277a
      homeward explain fd5d7392-c01c-5969-8df8-36c01c4ec46b --json
      homeward explain fd5d7392-c01c-5969-8df8-36c01c4ec46b --authority nottinghamshire
    """
    import orjson

    from homeward import clock
    from homeward.commands.database import on_store
    from homeward.commands.installed import authority_of, installed
    from homeward.explaining import explained

    packs, _ = installed(folders)
    whose = authority_of(packs, authority) if authority else None

    async def told(store: "Store") -> "Explained | None":
        found = await explained(store, id, packs, whose)
        if found is not None:
            await looker.write_all(store, found.seen, clock.now())
        return found

    story = on_store(database, told)
    if story is None:
        raise click.ClickException(f"Nothing is known about '{id}'. Give the id of a message or an episode.")
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(story.steps, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z) + b"\n")
    else:
        _print(story.steps)


def _print(story: list[dict[str, Any]]) -> None:
    for step in story:
        click.echo(f"\n{step['at']:%Y-%m-%d %H:%M:%S}Z  {step['what']}")
        for line in step["lines"]:
            click.echo(f"    {line}")
