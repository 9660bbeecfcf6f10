"""`homeward schemas`: exports and checks the JSON Schemas of all messages. The package `schemas` makes them."""

from pathlib import Path

import click


@click.group()
def command() -> None:
    """Export or check the public contract: JSON Schemas (2020-12), one for each message in and out.

    \b
    Examples:
      homeward schemas export contract
      homeward schemas check contract
    """


@command.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@click.option("--bundle", is_flag=True, help="Also write DIR/v1.json: all messages in one schema, for code generators.")
def export(folder: Path, bundle: bool) -> None:
    """Write the schemas to DIR/v1/<type>.json, and the words of each authority to DIR/vocabulary/<authority>.json.

    Schemas that are already in DIR can be extended but not broken. If a message published there would no longer be
    understood, nothing is written and the exit code is 1.

    \b
    Examples:
      homeward schemas export contract
      homeward schemas export contract --bundle
      homeward schemas export schemas/published     (publish a compatible change)
    """
    from schemas.export import IncompatibleError, export_bundle
    from schemas.export import export as write

    try:
        files = write(folder)
        vocabularies = _write_vocabularies(folder)
        whole = export_bundle(folder) if bundle else None
    except IncompatibleError as error:
        raise _incompatible(folder, error.faults) from None
    except ValueError as error:
        raise click.ClickException(f"{folder}: {error}. Choose another folder.") from None
    except OSError as error:
        raise click.ClickException(f"Cannot write to {folder}: {error.strerror}.") from None
    click.echo(f"{len(files)} schemas written to {files[0].parent}.")
    click.echo(f"{len(vocabularies)} vocabularies written to {vocabularies[0].parent}.")
    if whole:
        click.echo(f"All in one: {whole}.")


def _write_vocabularies(folder: Path) -> list[Path]:
    """The words of the newest version of each shipped pack, beside the schemas of the messages that carry them."""
    from homeward.library import read_packs
    from homeward.rendering.vocabulary import vocabulary
    from schemas.export import text_of

    target, written = folder / "vocabulary", list[Path]()
    target.mkdir(parents=True, exist_ok=True)
    packs = read_packs()
    for authority in packs.authorities:
        versions = packs.all()[authority]
        written.append(target / f"{authority}.json")
        written[-1].write_text(text_of(vocabulary(versions[-1])), "utf-8")
    return written


@command.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False, exists=True))
def check(folder: Path) -> None:
    """Compare the schemas in DIR with this version. Exit with 1 if this version would break them.

    \b
    Example:
      homeward schemas check contract
    """
    from schemas.compatibility import breaks_between
    from schemas.export import load_published
    from schemas.jsonschema import all_schemas

    try:
        held = load_published(folder)
    except ValueError as error:
        raise click.ClickException(f"{folder}: {error}. Choose another folder.") from None
    if not held:
        raise click.ClickException(f"{folder} has no schemas. Write them with `homeward schemas export {folder}`.")
    if faults := breaks_between(held, all_schemas()):
        raise _incompatible(folder, faults)
    click.echo(f"{len(held)} schemas, all compatible.")


def _incompatible(folder: Path, faults: list[str]) -> click.ClickException:
    lines = "\n".join(f"  {fault}" for fault in faults)
    return click.ClickException(
        f"This version would break what is published in {folder}:\n{lines}\n"
        "Keep the published form beside the new one, or publish a new version of the topic."
    )
