"""`homeward matching`: the weights by which a child is recognised. What they mean stands in docs/matching.md."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from enrichment.matching import Described, Prepared
    from enrichment.matching.weights import WeightsFile


@click.group()
def command() -> None:
    """The weights by which a described child is matched with the register.

    \b
    Examples:
      homeward matching train register.jsonl police.jsonl --to weights.toml
      homeward matching show
    """


@command.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--to", "target", required=True, metavar="FILE", type=click.Path(path_type=Path), help="Where to write.")
@click.option(
    "--base", metavar="FILE", type=click.Path(exists=True, path_type=Path),
    help="Weights to begin with; without it, the shipped ones.",
)  # fmt: skip
def train(files: tuple[Path, ...], target: Path, base: Path | None) -> None:
    """Train weights on a register of your own.

    Each FILE holds one CloudEvent a line, as `homeward simulate` takes them. The children of `case.context` are the
    register: they teach how common names are and what agrees by chance. Children in other messages, if there are any,
    teach how far a message about a child agrees with its record; Splink learns that, without being told who is who,
    from a few thousand on. It comes with the extra "training".

    No name of fewer than ten children is written, and nothing leaves this machine.

    \b
    Examples:
      homeward matching train register.jsonl --to weights.toml
      homeward matching train register.jsonl police.jsonl --to weights.toml
    """
    from enrichment.matching import ModelError
    from enrichment.matching.prepared import prepare
    from enrichment.matching.training import trained
    from enrichment.matching.writing import write_weights

    register: list[Prepared] = []
    told: list[Prepared] = []
    for path in files:
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            if line.strip():
                event, child = _child(line, f"{path}, line {number}")
                if child is not None:
                    (register if event == "case.context" else told).append(prepare(child))
    if not register:
        raise click.ClickException("no child of a register was found; at least one line must be of type case.context")
    try:
        found = trained(_base(base), register, told)
    except ModelError as error:
        raise click.ClickException(str(error)) from None
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{error}; install Splink: pip install -r requirements/bench.txt") from None
    made_from = f"Trained on {len(register):,} children of a register and {len(told):,} messages."
    try:
        target.write_text(write_weights(found, made_from), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"cannot write to {target}: {error.strerror}") from None
    click.echo(f"{made_from[:-1]}; weights written to {target}")


@command.command()
@click.argument("file", required=False, type=click.Path(exists=True, path_type=Path))
def show(file: Path | None) -> None:
    """Print what each agreement weighs, in bits: of the shipped weights, or of those in FILE.

    \b
    Examples:
      homeward matching show
      homeward matching show weights.toml
    """
    from enrichment.matching import ModelError
    from enrichment.matching.levels import LEVELS, said
    from enrichment.matching.model import model_of

    try:
        model = model_of(_base(file))
    except ModelError as error:
        raise click.ClickException(str(error)) from None
    for field, levels in LEVELS.items():
        for level in levels:
            click.echo(f"{model.weights[field][level]:+6.1f}  {said(field, level)}")


def _base(path: Path | None) -> "WeightsFile":
    from enrichment.matching.model import shipped_weights
    from enrichment.matching.weights import read_weights

    return read_weights(path.read_text(encoding="utf-8"), str(path)) if path else shipped_weights()


def _child(line: bytes, place: str) -> "tuple[str, Described | None]":
    """The type of a message and the child that it describes, if it describes one."""
    import orjson
    from pydantic import ValidationError

    from consumers.describing import described
    from schemas.parts import Person

    try:
        event = orjson.loads(line)
        child = event["data"].get("child")
        person = Person.model_validate_json(orjson.dumps(child)) if child else None
        return str(event["type"]), described(person, datetime.fromisoformat(event["time"]))
    except ValidationError as error:
        where = ", ".join(".".join(map(str, e["loc"])) for e in error.errors())
        raise click.ClickException(f"{place}: the child cannot be read: {where}") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise click.ClickException(f"{place}: one CloudEvent in JSON is expected on each line") from None
