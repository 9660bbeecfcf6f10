"""`homeward purge`: deletes what has been kept long enough, by the schedule of each authority or by age alone. The
ledger keeps what was decided, and why."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from homeward.keeping.purging import PurgePlan
    from store import Store

_T = TypeVar("_T")

PURGED = ("reports", "messages", "quarantine", "claims")


@click.command()
@click.option(
    "--older-than",
    "days",
    type=click.IntRange(1),
    metavar="DAYS",
    help="Delete what is older than this, in whole days, instead of what the schedules say.",
)
@click.option(
    "--only", "only", multiple=True, type=click.Choice(PURGED),
    help="With --older-than: purge only this part. Can be given more than once. Claims are purged only if named here.",
)  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Change nothing: list what the schedules let go now.")
@click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")
def command(days: int | None, only: tuple[str, ...], dry_run: bool, database: str | None) -> None:
    """Delete what has been kept long enough. This cannot be undone.

    Without --older-than, by each authority's retention.toml: see "Retention" in docs/operating.md. A running hub does
    this by itself once a day. Nothing of a child goes who is missing or held.

    \b
    With --older-than, the contents of what was received and sent before. While a
    child is held, only claims: age alone cannot tell what is the child's.
    reports     bytes of received messages. Kept: their hash and what they changed
    messages    text of delivered messages. Kept: who was sent what, when and why
    quarantine  replayed messages. Messages not yet read are never deleted
    claims      marks of received messages. Keep these longer than Kafka keeps
                messages, or a repeat counts as new

    \b
    Examples:
      homeward purge --dry-run
      homeward purge
      homeward purge --older-than 2555
      homeward purge --older-than 90 --only claims
    """
    if days is None:
        if only:
            raise click.UsageError("--only goes with --older-than.")
        _by_schedule(dry_run, database)
    elif dry_run:
        raise click.UsageError("--dry-run goes without --older-than.")
    else:
        _by_age(days, only, database)


def _by_age(days: int, only: tuple[str, ...], database: str | None) -> None:
    from homeward import clock
    from homeward.keeping.ageing import purge_older

    def aged(store: "Store") -> "Awaitable[dict[str, int]]":
        return purge_older(store, now - timedelta(days=days), parts, now)

    now = clock.now()
    parts = only or tuple(part for part in PURGED if part != "claims")
    counts = _on(database, aged)
    for part in PURGED:
        if part in counts:
            click.echo(f"{part}: {counts[part]}")


def _by_schedule(dry_run: bool, database: str | None) -> None:
    from homeward import clock
    from homeward.keeping.purging import plan_purge, purge
    from homeward.keeping.schedule import read_schedules
    from homeward.settings import SettingsError, load_settings
    from homeward.wiring import library
    from routing.tables import PackError

    try:
        settings = load_settings()
        packs, _ = library(settings)
        schedules = read_schedules(settings.directory, packs.authorities)
    except (SettingsError, PackError) as error:
        raise click.ClickException(str(error)) from None
    if not schedules:
        raise click.ClickException(
            "No authority has a retention.toml in the folder that HOMEWARD_DIRECTORY names. Add one (the example is "
            "docs/example/retention.toml), or give --older-than."
        )
    now = clock.now()

    def scheduled(store: "Store") -> "Awaitable[PurgePlan]":
        return plan_purge(store, schedules, now) if dry_run else purge(store, schedules, "homeward purge", now)

    plan = _on(database or settings.purging_database, scheduled)
    for each in plan.lines():
        click.echo(f"{each.authority}  {each.what}: {each.count}  ({each.rule})")
    for person, why in plan.kept.items():
        click.echo(f"kept  {person}: {why}")
    if not plan.lines():
        click.echo("Nothing has been kept for longer than the schedules say.")


def _on(database: str | None, work: "Callable[[Store], Awaitable[_T]]") -> _T:
    """Does `work` where the keys of the database are: without them nothing would go in any backup."""
    from homeward.commands.database import on_store
    from homeward.keeping.ageing import ChildrenHeldError
    from homeward.served import check_keys
    from homeward.settings import SettingsError

    async def done(store: "Store") -> _T:
        await check_keys(store)
        return await work(store)

    try:
        return on_store(database, done)
    except (SettingsError, ChildrenHeldError) as error:
        raise click.ClickException(str(error)) from None
