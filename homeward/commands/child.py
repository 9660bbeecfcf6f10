"""`homeward child`: what is held of one child, and what the child may ask for: to see it, to have it put right, kept or
forgotten. Each use leaves a line in the ledger."""

import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from homeward.commands.looking import looks

_STANDS = "The child is held already, by {by} {ends}: {why}. Nothing was changed. To put yours in its place: --replace."

if TYPE_CHECKING:
    from homeward.keeping.bundle import ChildBundle
    from homeward.keeping.whose import ChildMeant
    from homeward.looking import Looker
    from store import Store
    from store.holds import Hold

    _Which = tuple[str, str | None, str | None]

_T = TypeVar("_T")


@click.group()
@click.argument("number")
@click.option("--authority", metavar="KEY", help="The child of this authority, where several have the number.")
@click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")
@click.pass_context
def command(context: click.Context, number: str, authority: str | None, database: str | None) -> None:
    """Show, give out, put right, restrict or forget what is held of one child.

    NUMBER is any number of the child, or the id that Homeward gave.

    \b
    Examples:
      homeward child M-1041 show
      homeward child --authority nottinghamshire M-1041 export bundle
      homeward child M-1041 restrict --as legal1 --why "public inquiry" --until 2030-01-01
    """
    context.obj = (number, authority, database)


@command.command()
@looks
@click.pass_obj
def show(which: "_Which", looker: "Looker") -> None:
    """Say in a few lines what is held of the child, and how long.

    \b
    Examples:
      homeward child M-1041 show
    """
    told = _looked_at(which, looker).told
    click.echo(f"{told['id']}  {told['authority']}")
    for what in ("numbers", "episodes", "heard", "disclosures", "looked"):
        click.echo(f"{what}: {len(told[what])}")
    click.echo(f"on the register: {'yes' if told['register']['registered'] else 'no'}")
    for rule in told["kept"]:
        click.echo(f"kept  {rule['what']}: {rule['rule']}")
    if told["restricted"]:
        click.echo(f"restricted by {told['restricted']['by']}: {told['restricted']['why']}")


@command.command()
@looks
@click.pass_obj
def disclosures(which: "_Which", looker: "Looker") -> None:
    """List who was told what about the child: when, by which way, under which clause, and what was withheld.

    \b
    Examples:
      homeward child M-1041 disclosures
    """
    for each in _looked_at(which, looker).told["disclosures"]:
        to = ", ".join(f"{to['role']} ({to['person']})" if to["person"] else to["role"] for to in each["to"])
        ways = ", ".join(f"{way['channel']} {way['state']}" for way in each["ways"])
        click.echo(f"{each['at'][:16]}Z  {each['what']}  to {to}  by {ways}")
        for clause in each["clauses"]:
            click.echo(f"    {clause['id']}  {clause.get('place', '')}")
        if each["withheld"]:
            fields = ", ".join(field["field"] for field in each["withheld"])
            click.echo(f"    withheld: {fields}. {each['withheld'][0]['why']}")


@command.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@looks
@click.pass_obj
def export(which: "_Which", file: Path, looker: "Looker") -> None:
    """Write all that is held of the child, and nobody else's data, into FILE.json and FILE.html.

    What may name somebody else is left out, and named: a person reads it before the copy is given.

    \b
    Examples:
      homeward child M-1041 export bundle
    """
    import orjson

    from homeward.keeping.page import bundle_page

    told = _looked_at(which, looker).told
    written = {
        file.with_name(f"{file.name}.json"): orjson.dumps(told, option=orjson.OPT_INDENT_2),
        file.with_name(f"{file.name}.html"): bundle_page(told).encode(),
    }
    for path, content in written.items():
        try:
            path.write_bytes(content)
        except OSError as error:
            raise click.ClickException(f"{path}: {error.strerror}") from None
        click.echo(f"Wrote {path}")


@command.command()
@click.option("--set", "changes", multiple=True, required=True, metavar="FIELD=VALUE", help="What is right.")
@looks
@click.pass_obj
def rectify(which: "_Which", changes: tuple[str, ...], looker: "Looker") -> None:
    """Print the register record that puts right what is held of the child, to be published.

    It is the register's last record with the right values. Publish it on its topic, under its key: the hub takes it in
    like any other. Put the register itself right as well, or its next record brings the mistake back.

    \b
    Examples:
      homeward child M-1041 rectify --set date_of_birth=2012-11-28
    """
    from homeward.keeping.rectifying import CORRECTABLE, CannotRectifyError, correction_of

    if unsaid := [change for change in changes if not all(change.partition("="))]:
        raise click.UsageError(f"'{unsaid[0]}' says no value. Write FIELD=VALUE.")
    pairs = dict(change.partition("=")[::2] for change in changes)
    if unknown := [name for name in pairs if name not in CORRECTABLE]:
        raise click.UsageError(f"'{unknown[0]}' cannot be put right here. Choose from: {', '.join(CORRECTABLE)}")

    async def corrected(store: "Store", meant: "ChildMeant", now: datetime) -> Any:
        async with store.reading() as tx:
            return await correction_of(tx, meant.person, meant.authority, pairs, now)

    try:
        correction = _done(which, looker, corrected)
    except CannotRectifyError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Publish this on {correction.topic} under the key {correction.key}:", err=True)
    sys.stdout.buffer.write(correction.value + b"\n")


@command.command()
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The day on which it ends by itself.")
@click.option("--lift", is_flag=True, help="End it now.")
@click.option("--replace", is_flag=True, help="Put it in the place of one that the child has.")
@looks
@click.pass_obj
def restrict(which: "_Which", until: datetime | None, lift: bool, replace: bool, looker: "Looker") -> None:
    """Hold what is kept of the child: nothing of it is purged or forgotten, whatever the schedule says.

    A hold that the child has stays as it is, unless you give --replace.

    \b
    Examples:
      homeward child M-1041 restrict --as legal1 --why "public inquiry"
      homeward child M-1041 restrict --lift --as legal1 --why "inquiry closed"
    """
    from homeward import clock
    from routing.calendar import first_instant_of
    from store.holds import Hold

    _insist(looker)
    ends = first_instant_of(until.date()) if until else None
    if ends and ends <= clock.now():
        raise click.UsageError("--until: That day has begun already. Name a later one, or leave it out.")

    async def held(store: "Store", meant: "ChildMeant", now: datetime) -> bool:
        async with store.transaction() as tx:
            if lift:
                return await tx.lift_hold(meant.person)
            if not replace and (stands := (await tx.holds_on([meant.person], now)).get(meant.person)):
                raise click.ClickException(_STANDS.format(by=stands.by, why=stands.why, ends=_end_of(stands)))
            await tx.hold_child(Hold(meant.person, meant.authority, looker.who, looker.why, now, ends))
            return True

    done = _done(which, looker, held, "--lift" if lift else "")
    click.echo(("Lifted." if lift else "Nothing of this child goes from now on.") if done else "There was none.")


def _end_of(hold: "Hold") -> str:
    from routing.calendar import london_date

    return f"until {london_date(hold.until)}" if hold.until else "until somebody lifts it"


@command.command()
@click.option("--yes", is_flag=True, help="Do not ask first.")
@looks
@click.pass_obj
def forget(which: "_Which", yes: bool, looker: "Looker") -> None:
    """Erase everything that is held of the child, here and in every backup. This cannot be undone.

    It is refused while the child is missing or held, or while something is still to be sent.

    \b
    Examples:
      homeward child M-1041 forget --why "asked for by the parent"
    """
    from homeward.keeping.erasing import forget_children

    _insist(looker)
    if not yes:
        click.confirm("Erase everything about this child?", abort=True)

    async def forgotten(store: "Store", meant: "ChildMeant", now: datetime) -> Any:
        return meant.person, await forget_children(store, [meant.person], looker.who, looker.why, now)

    person, erased = _done(which, looker, forgotten)
    for refusal in erased.refused.values():
        raise click.ClickException(f"Not forgotten: {refusal}.")
    click.echo(f"Forgotten: {sum(erased.rows.values())} rows. Who had looked stays: homeward access --child {person}")


def _looked_at(which: "_Which", looker: "Looker") -> "ChildBundle":
    from homeward.keeping.bundle import bundle_of
    from homeward.keeping.schedule import read_schedules
    from homeward.settings import load_settings
    from homeward.wiring import library

    async def bundle(store: "Store", meant: "ChildMeant", now: datetime) -> "ChildBundle":
        settings = load_settings()
        packs, _ = library(settings)
        schedules = read_schedules(settings.directory, packs.authorities)
        async with store.reading() as tx:
            return await bundle_of(tx, meant.person, packs, schedules.get(meant.authority), now)

    return _done(which, looker, bundle)


def _done(
    which: "_Which",
    looker: "Looker",
    work: "Callable[[Store, ChildMeant, datetime], Awaitable[_T]]",
    detail: str = "",
) -> _T:
    """Finds the child, writes down who looks and why, and does the work."""
    from homeward import clock
    from homeward.commands.database import on_store
    from homeward.keeping.whose import UnclearChildError, child_meant
    from homeward.served import check_keys
    from homeward.settings import SettingsError

    number, authority, database = which
    now = clock.now()

    async def done(store: "Store") -> _T:
        await check_keys(store)
        meant = await child_meant(store, number, authority)
        await looker.write(store, meant.authority, meant.seen, now, detail)
        return await work(store, meant, now)

    try:
        return on_store(database, done)
    except (UnclearChildError, SettingsError) as error:
        raise click.ClickException(str(error)) from None


def _insist(looker: "Looker") -> None:
    if not looker.why:
        raise click.UsageError("Say why, with --why: it is kept with what is done.")
