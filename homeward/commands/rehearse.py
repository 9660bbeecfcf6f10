"""`homeward rehearse`: what a changed procedure would have sent for the reports that the hub has had."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from homeward.commands.days import first_instant
from homeward.commands.installed import EXTRA_PACKS
from homeward.commands.looking import looks

if TYPE_CHECKING:
    from homeward.looking import Looker
    from store import Store


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--since", required=True, metavar="DAY", help="The first day of what is compared, as YYYY-MM-DD.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page to this file instead.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")
@EXTRA_PACKS
@looks
def command(
    file: Path, since: str, html: Path | None, as_json: bool, database: str | None, folders: tuple[Path, ...],
    looker: "Looker",
) -> None:  # fmt: skip
    """Rehearse a changed procedure on what the hub has really heard: who would have been told, what would have been
    due, and what no longer.

    FILE is a pack (a changed one, or a version that comes into force later), or the local.toml of an authority. All
    reports that are kept are taken in once more, in memory, by the packs as they are and by the changed one. Nothing is
    sent. The ledger keeps who looked.

    \b
    Examples:
      homeward rehearse new/6.6.toml --since 2026-03-01
      homeward rehearse nottinghamshire/local.toml --since 2026-03-01 --html changes.html
    """
    import orjson

    from homeward import clock
    from homeward.commands.database import on_store
    from homeward.commands.installed import directories, installed
    from homeward.rehearsal.running import RehearsedPack, changed_pack, rehearse_pack
    from homeward.rehearsal.telling import rehearsal_data, rehearsal_page, rehearsal_text

    day = first_instant("--since", since)
    packs, named = installed(folders)

    async def rehearsed(store: "Store") -> RehearsedPack:
        changed = changed_pack(file, packs)
        return await rehearse_pack(store, packs, directories(named), changed, day, clock.now(), looker, _progress)

    done = on_store(database, rehearsed)
    if html:
        html.write_text(rehearsal_page(done), encoding="utf-8")
        click.echo(f"Wrote {html}.")
    elif as_json:
        sys.stdout.buffer.write(
            orjson.dumps(rehearsal_data(done), option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z) + b"\n"
        )
    else:
        for line in rehearsal_text(done):
            click.echo(line)


def _progress(line: str) -> None:
    click.echo(f"  {line}", err=True)
