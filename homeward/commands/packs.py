"""`homeward packs`: what each authority has promised, as a table for its owner, and how far it covers its source."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from routing.pack import Pack


@click.command()
@click.argument("authority", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
@click.option(
    "--packs", "folders", multiple=True, type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with further packs; may be given several times.",
)  # fmt: skip
def command(authority: str | None, as_json: bool, folders: tuple[Path, ...]) -> None:
    """Show what each authority has promised, and how much of its source is covered.

    Without AUTHORITY: all packs. With one: its rules in order, each with its clauses, and the clauses that no rule
    carries with the reason.

    \b
    Examples:
      homeward packs
      homeward packs nottinghamshire
      homeward packs nottinghamshire --json | jq .coverage
    """
    import orjson

    from homeward.library import read_packs
    from homeward.packs import coverage, described
    from routing.tables import PackError

    try:
        packs = read_packs(folders)
    except PackError as error:
        raise click.ClickException(str(error)) from None
    if authority is not None and packs.key_of(authority) is None:
        raise click.UsageError(f"there is no pack '{authority}'; known are: {', '.join(packs.authorities)}")
    if authority is None:
        rows = [coverage(pack) for versions in packs.all().values() for pack in versions]
        if as_json:
            sys.stdout.buffer.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2) + b"\n")
        else:
            _overview(rows)
        return
    key = packs.key_of(authority)
    assert key is not None
    pack = packs.all()[key][-1]
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(described(pack), option=orjson.OPT_INDENT_2) + b"\n")
    else:
        _one(pack)


def _overview(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Column, Table

    table = Table(
        Column("authority", no_wrap=True), "version", "in force from", "rules", "clauses", "cited", "left to people"
    )
    for row in rows:
        table.add_row(
            *(str(row[k]) for k in ("authority", "version", "in_force_from", "rules", "clauses", "cited", "left"))
        )
    Console().print(table)


def _one(pack: "Pack") -> None:
    from rich.console import Console
    from rich.table import Table

    from homeward.packs import coverage, described

    console = Console()
    about = described(pack)
    console.print(f"{pack.title}\n{pack.authority}, version {pack.version}, in force from {pack.in_force_from}\n")
    table = Table("rule", "sends", "to", "when", "goes out, limit", "must?", "clauses", show_lines=True)
    for rule in about["rules"]:
        lists = ("\n".join(rule[name]) for name in ("to", "when", "times"))
        table.add_row(rule["id"], rule["sends"], *lists, rule["modality"] or "", "\n".join(rule["clauses"]))
    console.print(table)
    covered = coverage(pack)
    console.print(
        f"\nOf {covered['clauses']} clauses {covered['cited']} are cited by a rule, {covered['left']} left to people:"
    )
    for clause, why in about["not_automated"].items():
        console.print(f"  {clause}: {why}", soft_wrap=True)
