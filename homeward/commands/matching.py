"""`homeward matching`: the weights used to match children to the register. docs/matching.md explains them."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from enrichment.matching import Described, Prepared
    from enrichment.matching.weights import WeightsFile


@click.group()
def command() -> None:
    """Train and show the weights used to match children to the register.

    \b
    Examples:
      homeward matching train register.jsonl police.jsonl --to weights.toml
      homeward matching show
    """


@command.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--to", "target", required=True, metavar="FILE", type=click.Path(path_type=Path), help="File to write.")
@click.option(
    "--base", metavar="FILE", type=click.Path(exists=True, path_type=Path),
    help="Weights to start from. Defaults to the shipped weights.",
)  # fmt: skip
def train(files: tuple[Path, ...], target: Path, base: Path | None) -> None:
    """Train weights on your own register.

    Each FILE holds one CloudEvent per line, as for `homeward simulate`. Children in `case.context` messages are the
    register: they show how common names are and what agrees by chance. Children in other messages, if there are any,
    show how well messages agree with the register. Splink learns this without being told who is who; it needs a few
    thousand messages, and the extra "training" installs it.

    Names of fewer than ten children are left out, and nothing leaves this machine.

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
        raise click.ClickException("No register children found. At least one line must be of type case.context.")
    try:
        found = trained(_base(base), register, told)
    except ModelError as error:
        raise click.ClickException(str(error)) from None
    except ModuleNotFoundError as error:
        raise click.ClickException(f"{error}. Install Splink: pip install -r requirements/bench.txt") from None
    made_from = f"Trained on {len(register):,} children of a register and {len(told):,} messages."
    try:
        target.write_text(write_weights(found, made_from), encoding="utf-8")
    except OSError as error:
        raise click.ClickException(f"Cannot write to {target}: {error.strerror}.") from None
    click.echo(f"{made_from} Weights written to {target}.")


@command.command()
@click.argument("file", required=False, type=click.Path(exists=True, path_type=Path))
def show(file: Path | None) -> None:
    """Show what each level of agreement weighs.

    Weights are in bits, from FILE or from the shipped weights.

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
        raise click.ClickException(f"{place}: cannot read the child. Check {where}.") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise click.ClickException(f"{place}: not a CloudEvent in JSON. Put one on each line.") from None
