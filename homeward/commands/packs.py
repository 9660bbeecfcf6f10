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

    from homeward.commands.installed import installed
    from homeward.library import exercised
    from homeward.packs import coverage, described

    packs, named = installed(folders)
    if authority is not None and packs.key_of(authority) is None:
        raise click.UsageError(f"there is no pack '{authority}'; known are: {', '.join(packs.authorities)}")
    if authority is None:
        rows = [coverage(p, exercised(p.authority, named)) for versions in packs.all().values() for p in versions]
        if as_json:
            sys.stdout.buffer.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2) + b"\n")
        else:
            _overview(rows)
        return
    key = packs.key_of(authority)
    assert key is not None
    pack = packs.all()[key][-1]
    about = described(pack, exercised(key, named))
    if as_json:
        sys.stdout.buffer.write(orjson.dumps(about, option=orjson.OPT_INDENT_2) + b"\n")
    else:
        _one(pack, about)


def _overview(rows: list[dict[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Column, Table

    names = {
        "authority": "authority", "version": "version", "in_force_from": "in force from", "rules": "rules",
        "clauses": "clauses", "cited": "cited", "exercised": "exercised", "left": "left to people",
    }  # fmt: skip
    table = Table(*(Column(title, no_wrap=key == "authority") for key, title in names.items()))
    for row in rows:
        table.add_row(*(str(row[key]) for key in names))
    Console().print(table)


def _one(pack: "Pack", about: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(f"{pack.title}\n{pack.authority}, version {pack.version}, in force from {pack.in_force_from}\n")
    if about["scope"]:
        console.print(f"Only for a child of whom this holds: {'; '.join(about['scope'])}\n")
    table = Table("rule", "sends", "to", "when", "goes out, limit", "must?", "clauses", show_lines=True)
    for rule in about["rules"]:
        lists = ("\n".join(rule[name]) for name in ("to", "when", "times"))
        table.add_row(rule["id"], rule["sends"], *lists, rule["modality"] or "", "\n".join(rule["clauses"]))
    console.print(table)
    clauses = Table("clause", "section", "says", "kept by", "in a scenario", show_lines=True)
    for id_, clause in about["clauses"].items():
        kept = "\n".join(clause["cited_by"]) or f"left to people: {clause['not_automated']}"
        clauses.add_row(id_, clause["section"], clause["says"], kept, "yes" if clause["exercised"] else "")
    console.print(clauses)
    covered = about["coverage"]
    console.print(
        f"\nOf {covered['clauses']} clauses {covered['cited']} are cited by a rule, {covered['exercised']} of them "
        f"expected by a scenario; {covered['left']} are left to people."
    )
