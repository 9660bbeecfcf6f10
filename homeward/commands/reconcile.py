"""`homeward reconcile`: a police force's daily list of missing children against what was heard."""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from homeward.commands.looking import looks

if TYPE_CHECKING:
    from homeward.looking import Looker
    from reporting.reconciling import ListDifference, ListPeriod
    from store import Store

DIFFERENT = 3
"""The exit code where list and hub do not agree."""


@click.command()
@click.argument("force")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--at", "made_at", metavar="INSTANT", help="When the list was made (RFC 3339). Defaults to now.")
@click.option(
    "--hours", type=click.FloatRange(0, 24 * 31), default=24.0, show_default=True,
    help="How far back the list goes: it names whoever was missing at some time in these hours.",
)  # fmt: skip
@click.option(
    "--minutes", type=click.FloatRange(0), default=5.0, show_default=True,
    help="Times that are this near each other are the same.",
)  # fmt: skip
@click.option("--authority", metavar="KEY", help="Only what is this authority's.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
@click.option("--database", metavar="URL", help="Database URL. Defaults to the one in the settings.")
@looks
def command(
    force: str, file: Path, made_at: str | None, hours: float, minutes: float, authority: str | None, as_json: bool,
    database: str | None, looker: "Looker",
) -> None:  # fmt: skip
    """Compare a police force's daily list of missing children with what was heard, both ways: who is on the list and
    was not heard of, who was heard of and is not on the list, and times that differ.

    FORCE is the force's code, as in its topic. FILE is CSV with a line of headings. `reference` is the police reference
    and must be there; `missing_since` and `returned_at` are times, empty where there is none. Other columns, such as
    names, are not looked at. The exit code is 0 if both agree and 3 if they do not. The ledger keeps who looked.

    \b
    Examples:
      homeward reconcile XX list.csv
      homeward reconcile XX list.csv --at 2026-06-02T06:00:00Z --json
    """
    from homeward import clock
    from homeward.commands.database import on_store
    from homeward.commands.days import instant
    from homeward.commands.installed import authority_of, installed
    from homeward.force_file import ForceFileError, read_force_list
    from reporting.reconciling import ListPeriod, list_differences
    from store.looks import NO_AUTHORITY

    now = clock.now()
    until = instant("--at", made_at) if made_at else now
    period = ListPeriod(*_lengths(until, hours, minutes))
    packs, _ = installed(())
    whose = authority_of(packs, authority) if authority else None
    try:
        listed = read_force_list(file, until)
    except ForceFileError as error:
        raise click.ClickException("\n".join(f"{file}: {line}" for line in str(error).splitlines())) from None
    except OSError as error:
        raise click.ClickException(f"{file}: {error.strerror}") from None

    async def compared(store: "Store") -> "list[ListDifference]":
        async with store.reading() as tx:
            found = await list_differences(tx, force.upper(), listed, period, packs.authorities, whose)
        seen = [case for difference in found for case in difference.cases]
        await looker.write_all(store, seen or [(whose or NO_AUTHORITY, None)], now, force.upper())
        return found

    found = on_store(database, compared)
    _tell(force.upper(), found, len(listed), period, as_json)
    if found:
        sys.exit(DIFFERENT)


def _lengths(until: datetime, hours: float, minutes: float) -> tuple[datetime, datetime, timedelta]:
    """From when to when the list goes, and how near times must be to be the same. Raises UsageError for what no list of
    our time has."""
    from schemas.instants import EARLIEST, LATEST

    try:
        since, near = until - timedelta(hours=hours), timedelta(minutes=minutes)
        if since - near >= EARLIEST and until + near < LATEST:
            return since, until, near
    except (ValueError, OverflowError):
        pass  # not a number, or none that a calendar has
    raise click.UsageError("--at, --hours and --minutes: no list is of such a time. Give others.")


def _tell(force: str, found: "list[ListDifference]", listed: int, period: "ListPeriod", as_json: bool) -> None:
    if as_json:
        import orjson

        told = {
            "force": force,
            "since": period.since,
            "until": period.until,
            "listed": listed,
            "differences": [_data(each) for each in found],
        }
        sys.stdout.buffer.write(orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z) + b"\n")
        return
    from homeward.commands.tables import print_table

    if found:
        heading = ("line", "reference", "what", "on the list", "heard", "authority")
        print_table([heading, *(_line(each) for each in found)])
    click.echo(f"{force}: on the list: {listed}. Differences: {len(found)}.", err=True)


def _line(each: "ListDifference") -> tuple[str, ...]:
    line = "-" if each.line is None else str(each.line)
    where = ", ".join(each.authorities) or "-"
    return (line, each.reference, each.finding, _time(each.listed), _time(each.heard), where)


def _time(at: datetime | None) -> str:
    from routing.calendar import LONDON

    return f"{at.astimezone(LONDON):%Y-%m-%d %H:%M}" if at else "-"


def _data(each: "ListDifference") -> dict[str, Any]:
    cases = [{"authority": authority, "episode": episode} for authority, episode in each.cases]
    return {
        "finding": each.finding.replace(" ", "_"),
        "reference": each.reference,
        "line": each.line,
        "listed": each.listed,
        "heard": each.heard,
        "cases": cases,
    }
