"""`homeward access`: who looked at a child, or what somebody looked at. The lines are those of the ledger."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from homeward.commands.days import first_instant
from homeward.commands.looking import looks

if TYPE_CHECKING:
    from homeward.looking import Looker
    from store import Store
    from store.looks import Look

_EVER = datetime(1970, 1, 1, tzinfo=UTC)


@click.command()
@click.option("--child", metavar="NUMBER", help="A number of the child's in any system, a police reference, or an id.")
@click.option("--by", metavar="WHO", help="Whoever looked, as the desk or a command has called them.")
@click.option("--since", metavar="DAY", help="The first day, as YYYY-MM-DD. Defaults to all that is kept.")
@click.option("--authority", metavar="KEY", help="Only what is this authority's.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")
@looks
def command(
    child: str | None, by: str | None, since: str | None, authority: str | None, as_json: bool, database: str | None,
    looker: "Looker",
) -> None:  # fmt: skip
    """Show who looked at a child, or what somebody looked at: when, by which page or command, and why where they said
    so. The ledger keeps that you have asked.

    Each line gives the time (UTC), who, by what, the authority, the episode or child, and the reason. A look at no
    episode is one at a list of nobody, or at what belongs to no child. Of a child who was forgotten no number is known:
    give the id, which `homeward child NUMBER forget` has printed.

    \b
    Examples:
      homeward access --child M-1
      homeward access --child XX-0303 --authority nottinghamshire --json
      homeward access --by o.kaur --since 2026-06-01
    """
    from homeward import clock
    from homeward.commands.database import on_store
    from homeward.commands.installed import authority_of, installed
    from homeward.keeping.journal import episodes_of_forgotten

    if (child is None) == (by is None):
        raise click.UsageError("Give --child or --by.")
    packs, _ = installed(())
    whose = authority_of(packs, authority) if authority else None
    start = first_instant("--since", since).astimezone(UTC) if since else _EVER
    at = clock.now()

    async def asked(store: "Store") -> "list[tuple[Look, str]]":
        former = await episodes_of_forgotten(store.keys, child) if child and store.keys else []
        async with store.reading() as tx:
            if child is not None:
                places = [whose] if whose else packs.authorities
                told = {look for about in (child, *former) for look in await tx.looks_at(places, about, start)}
                found = sorted(told, key=lambda look: look.at)
            else:
                found = await tx.looks_by(by or "", start, whose)
            reasons = await tx.contents_of([look.why for look in found if look.why])
        await _look(looker, store, found, child is not None, whose, at)
        return [(look, reasons.get(look.why or "", b"").decode("utf-8", "replace")) for look in found]

    _tell(on_store(database, asked), as_json)


async def _look(
    looker: "Looker", store: "Store", found: "list[Look]", at_child: bool, whose: str | None, at: datetime
) -> None:
    """Who looked at a child is something that is held about the child; what somebody looked at is about them."""
    from store.looks import NO_AUTHORITY

    if at_child and found:
        await looker.write_all(store, [(look.authority, look.about) for look in found], at, "--child")
    else:
        await looker.write(store, whose or NO_AUTHORITY, (), at, "--child" if at_child else "--by")


def _tell(found: "list[tuple[Look, str]]", as_json: bool) -> None:
    if as_json:
        import orjson

        lines = [_line(look, why) for look, why in found]
        sys.stdout.buffer.write(orjson.dumps(lines, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z) + b"\n")
        return
    if not found:
        click.echo("Nobody has looked, as far as the ledger knows.", err=True)
        return
    from homeward.commands.tables import print_table

    print_table(
        [("when", "who", "what", "authority", "about", "why")]
        + [
            (f"{look.at:%Y-%m-%d %H:%M:%S}Z", look.by, look.what, look.authority, look.about or "-", why or "-")
            for look, why in found
        ]
    )


def _line(look: "Look", why: str) -> dict[str, Any]:
    return {
        "at": look.at,
        "who": look.who,
        "account": look.account or None,
        "what": look.what,
        "authority": look.authority,
        "about": look.about,
        "why": why or None,
    }
