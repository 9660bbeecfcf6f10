"""`homeward evidence`: everything that proves one episode, for somebody who has no hub."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from homeward.commands.installed import EXTRA_PACKS
from homeward.commands.looking import looks

if TYPE_CHECKING:
    from homeward.evidence.bundle import EvidenceBundle
    from homeward.looking import Looker
    from store import Store


@click.command()
@click.argument("episode")
@click.option(
    "--to", type=click.Path(path_type=Path), required=True, help="A new folder, or a new file ending in .zip."
)
@click.option("--authority", metavar="KEY", help="Only if it is this authority's.")
@click.option("--contents", is_flag=True, help="With the messages as they came in, as far as they are kept.")
@click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")
@EXTRA_PACKS
@looks
def command(
    episode: str, to: Path, authority: str | None, contents: bool, database: str | None, folders: tuple[Path, ...],
    looker: "Looker",
) -> None:  # fmt: skip
    """Write everything that proves one episode into a folder or a zip file.

    It holds the chronology in London time (HTML, and PDF where that can be drawn), the rows of the ledger with what
    vouches for them, where each came from (W3C PROV-O), and verify.py, which needs Python and nothing else. Without
    --contents it does not name the child. The ledger keeps who looked. Of a child who was forgotten it holds what the
    ledger still proves, and no chronology.

    \b
    Examples:
      homeward evidence 0f460337-2f56-5fdc-a23f-68aef1f4277a --to evidence
      homeward evidence 0f460337-2f56-5fdc-a23f-68aef1f4277a --to evidence.zip --contents --why "inquest"
    """
    from homeward import clock
    from homeward.commands.database import on_store
    from homeward.commands.installed import authority_of, installed
    from homeward.evidence.bundle import evidence_of, whose_episode

    packs, _ = installed(folders)
    whose = authority_of(packs, authority) if authority else None
    if to.exists() and not (to.is_dir() and not any(to.iterdir())):
        raise click.ClickException(f"{to} exists. Name a new folder or file.")

    async def made(store: "Store") -> "EvidenceBundle | None":
        owner = await whose_episode(store, episode)
        if owner is None or whose not in (None, owner):
            return None
        now = clock.now()
        await looker.write(store, owner, [episode], now)
        return await evidence_of(store, episode, packs, now, contents)

    bundle = on_store(database, made)
    if bundle is None:
        raise click.ClickException(f"Nothing is known about '{episode}'. Give the id of an episode.")
    try:
        bundle.write(to)
    except OSError as error:
        raise click.ClickException(f"Cannot write {to} ({error.strerror}).") from None
    click.echo(f"Wrote {len(bundle.files)} files to {to}: {bundle.rows} rows, roots vouch for {bundle.sealed} of them.")
    if not bundle.is_held:
        click.echo("The episode is no longer held: its child was forgotten. The ledger's rows are all that there is.")
    elif not bundle.printed:
        click.echo('There is no PDF: install "homeward[evidence]" and Pango for one, or print chronology.html.')
