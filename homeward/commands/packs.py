"""`homeward packs`: what each authority has promised, clause by clause and in plain English; what changes from one
version to the next; and whether a folder of packs is proved."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from homeward.commands.installed import EXTRA_PACKS

if TYPE_CHECKING:
    from routing.library import Packs
    from routing.pack import Pack

WIDEST = 100


class _ShowFirst(click.Group):
    """A group whose first command is meant where none is named."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = args and (args[0] in self.commands or args[0] == "--help")
        return super().parse_args(ctx, args if named else ["show", *args])


@click.group(cls=_ShowFirst)
def command() -> None:
    """Show what each authority has promised, or prove a folder of packs of your own.

    \b
    Examples:
      homeward packs
      homeward packs nottinghamshire
      homeward packs nottinghamshire --html nottinghamshire.html
      homeward packs nottinghamshire --diff 6.5 new/6.6.toml
      homeward packs nottinghamshire --json | jq .coverage
      homeward packs check my-packs
    """


@command.command()
@click.argument("authority", required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.option("--words", is_flag=True, help="Show the words that reports and messages may use, with what they mean.")
@click.option("--html", type=click.Path(dir_okay=False, path_type=Path), help="Write a page to this file instead.")
@click.option(
    "--diff",
    nargs=2,
    metavar="OLD NEW",
    help="Show what changes between two versions; each a version or a file.",
)
@EXTRA_PACKS
def show(
    authority: str | None,
    as_json: bool,
    words: bool,
    html: Path | None,
    diff: tuple[str, str] | None,
    folders: tuple[Path, ...],
) -> None:
    """Show what an authority has promised: each clause of its source, what Homeward does for it and when, what is left
    to people and why, and the scenarios that prove it. Without AUTHORITY: how far each pack covers its source.

    The word `show` may be left out.

    \b
    Examples:
      homeward packs
      homeward packs nottinghamshire | less
      homeward packs nottinghamshire --html nottinghamshire.html
      homeward packs nottinghamshire --diff 6.5 new/6.6.toml
      homeward packs nottinghamshire --words
    """
    from homeward.commands.installed import installed

    packs, named = installed(folders)
    if authority is None:
        if html or diff or words:
            raise click.UsageError("name the authority whose pack is meant, such as: homeward packs nottinghamshire")
        _overview(packs, named, as_json)
        return
    key = packs.key_of(authority)
    if key is None:
        from routing.tables import nearest

        known = packs.authorities
        near = nearest(authority, known)
        raise click.UsageError(f"there is no pack '{authority}'{near}; known are: {', '.join(known)}")
    versions = packs.all()[key]
    if words:
        _vocabulary(versions[-1], as_json)
    elif diff:
        _differ(_version(versions, diff[0]), _version(versions, diff[1]))
    else:
        _one(versions[-1], named, as_json, html)


def _overview(packs: "Packs", named: Sequence[Path], as_json: bool) -> None:
    from homeward.library import exercised
    from homeward.rendering.coverage import coverage

    rows = [coverage(p, exercised(p.authority, named)) for versions in packs.all().values() for p in versions]
    if as_json:
        _json(rows)
        return
    names = {
        "authority": "authority", "version": "version", "in_force_from": "from", "rules": "rules",
        "clauses": "clauses", "cited": "kept", "exercised": "proved", "left": "to people",
    }  # fmt: skip
    table = [[*names.values()], *([str(row[key]) for key in names] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for line in table:
        first = (text.ljust(width) for text, width in zip(line[:3], widths[:3], strict=True))
        rest = (text.rjust(width) for text, width in zip(line[3:], widths[3:], strict=True))
        click.echo("  ".join([*first, *rest]).rstrip())
    click.echo()
    click.echo("kept: clauses that a rule keeps; proved: those of them that a scenario expects;")
    click.echo("to people: clauses left to people. `homeward packs AUTHORITY` shows each of them.")


def _one(pack: "Pack", named: Sequence[Path], as_json: bool, html: Path | None) -> None:
    from homeward.library import proofs

    proved = proofs(pack.authority, named)
    if as_json:
        from homeward.rendering.data import pack_data

        _json(pack_data(pack, proved))
        return
    from homeward.rendering.clauses import manual

    shown = manual(pack, proved)
    if html is None:
        from homeward.rendering.text import text

        _page(text(shown, _width()))
        return
    from homeward.rendering.page import pack_page

    try:
        html.write_text(pack_page(shown), "utf-8")
    except OSError as error:
        raise click.ClickException(f"cannot write {html}: {error.strerror}") from None
    click.echo(f"written to {html}", err=True)


def _vocabulary(pack: "Pack", as_json: bool) -> None:
    from homeward.rendering.vocabulary import vocabulary, vocabulary_lines

    if as_json:
        _json(vocabulary(pack))
    else:
        _page(vocabulary_lines(pack))


def _version(versions: "Sequence[Pack]", named: str) -> "Pack":
    """A version by its name, or one in a file."""
    from routing.loading import load_pack
    from routing.tables import PackError

    found = next((pack for pack in versions if pack.version == named), None)
    if found is not None:
        return found
    try:
        return load_pack(Path(named).read_text("utf-8"), named)
    except OSError:
        known = ", ".join(pack.version for pack in versions)
        raise click.UsageError(f"--diff: '{named}' is neither a version ({known}) nor a readable file") from None
    except PackError as error:
        raise click.ClickException(str(error)) from None


def _differ(old: "Pack", new: "Pack") -> None:
    from homeward.rendering.differing import differences

    _page(differences(old, new, _width()))


@command.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--only", metavar="WORDS", default="", help="Only scenarios whose file, id or title holds these words.")
def check(folder: Path, only: str) -> None:
    """Prove the packs in FOLDER: each loads, its directory reaches every role, its scenarios hold, and together they
    exercise every rule and every clause. The exit code is 0 when everything holds.

    FOLDER is that of one authority, or one that holds such folders.

    \b
    Examples:
      homeward packs check my-packs
      homeward packs check my-packs/anyshire --only interview
    """
    from homeward.proving import homes, prove

    if not homes(folder):
        raise click.ClickException(
            f"{folder}: there is no pack; add a folder for each authority, with a file 1.toml in it"
        )
    faults = 0
    last = None
    for part in prove(folder, _progress, only):
        if part.authority != last:
            click.secho(f"{'' if last is None else chr(10)}{part.authority}", bold=True)
            last = part.authority
        mark = click.style("✗", fg="red") if part.faults else click.style("✓", fg="green")
        click.echo(f"  {mark} {part.name}: {part.summary}")
        for fault in part.faults:
            click.echo("".join(f"      {line}\n" for line in fault.splitlines()), nl=False)
        faults += len(part.faults)
    click.echo()
    if faults:
        click.secho(f"{faults} to mend." if faults > 1 else "1 thing to mend.", fg="red", bold=True)
        sys.exit(1)
    click.secho("Everything holds." if not only else "The scenarios that were chosen hold.", fg="green", bold=True)


def _progress(done: int, total: int) -> None:
    """How far the scenarios are, on one line of a terminal; nothing where it is written to a file."""
    if sys.stderr.isatty():
        click.echo(f"\r  … scenarios: {done} of {total}" + ("\r\033[K" if done == total else ""), nl=False, err=True)


def _width() -> int:
    from shutil import get_terminal_size

    return max(40, min(get_terminal_size().columns, WIDEST))


def _page(lines: Any) -> None:
    for line in lines:
        click.echo(line)


def _json(value: Any) -> None:
    import orjson

    sys.stdout.buffer.write(orjson.dumps(value, option=orjson.OPT_INDENT_2) + b"\n")
