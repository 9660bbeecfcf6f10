"""`python -m bench.matching`: a register, what is told of its children, how well Homeward and Splink recognise them.
`--write` only writes the population down, for `homeward matching train`."""

import gc
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.table import Table

from bench.matching.figures import Figures, by_kind
from bench.matching.files import write as write_town
from bench.matching.numbers import Beliefs, believed, numbered
from bench.matching.ours import answered, indexed, on_two_cores
from bench.matching.telling import Town, town
from enrichment.matching import load_model, shipped_model

if TYPE_CHECKING:
    from bench.matching.yardstick import Yardstick

PRECISE = 0.999


@click.command()
@click.option("--children", default=200_000, show_default=True, help="Children on the register.")
@click.option(
    "--notifications", default=2000, show_default=True, help="Notifications; nine in ten are about children on it."
)
@click.option("--seed", default=11, show_default=True, help="A different seed makes a different population.")
@click.option("--weights", type=click.Path(exists=True, path_type=Path), help="Weights. Defaults to the shipped ones.")
@click.option("--splink/--no-splink", default=True, help="Also measure Splink.")
@click.option("--exchanged", default=0.01, show_default=True, help="Share of numbers that belong to another child.")
@click.option(
    "--write",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Only write the population to this folder.",
)
def main(
    children: int, notifications: int, seed: int, weights: Path | None, splink: bool, exchanged: float,
    folder: Path | None,
) -> None:  # fmt: skip
    """Prints precision and recall by kind of error, and the speed of both."""
    console = Console(width=120)
    made = town(children, notifications, seed)
    if folder:
        console.print(*write_town(made, folder))
        return
    index = indexed(made.register, load_model(weights) if weights else shipped_model())
    gc.freeze()  # the register is not garbage: it need not be looked through again and again
    answers, took = answered(index, made.told)
    two = on_two_cores(index, made.told)
    speeds = [notifications / seconds for seconds in (took.clock, took.processor, two.clock, two.processor)]
    notes = [
        "Homeward: {:,.0f} notifications/s on one core ({:,.0f} in a second of its time), {:,.0f} on two ({:,.0f} in a "
        "second of the time of one)".format(*speeds)
        + f"; {took.compared:.0f} candidates compared for each"
    ]
    kinds, every = by_kind(made.told, answers)
    theirs: dict[str, Figures] = {}
    all_theirs = None
    if splink:
        from bench.matching.yardstick import measured

        yardstick = measured(made, PRECISE)
        theirs, all_theirs = by_kind(made.told, yardstick.answers)
        notes += _about(yardstick, made)
    console.print(_table(made, seed, kinds, every, theirs, all_theirs))
    told = {share: [*numbered(made, share, seed)] for share in (exchanged, 1.0) if exchanged}
    notes += [_about_numbers(share, believed(index, made.register, each)) for share, each in told.items()]
    for note in notes:
        console.print(f"- {note}")


def _about_numbers(share: float, counts: Beliefs) -> str:
    """What was made of numbers, this share of them another child's."""
    right = (
        f"of {counts.right:,} right ones {counts.doubts} doubted ({1 - counts.recall:.3%}), precision "
        f"{counts.precision:.5f}, recall {counts.recall:.4f}; "
        if counts.right
        else ""
    )
    return (
        f"Numbers, {share:.0%} exchanged: {right}of {counts.wrong:,} wrong ones {counts.silent} believed in silence; "
        f"{counts.named:,} of the {counts.known:,} children on the register who came with one were named in the doubt"
    )


def _about(yardstick: "Yardstick", made: Town) -> list[str]:
    """How Splink's answers came about, and what they are at a plain probability."""
    weight, lead = yardstick.rule
    plain = by_kind(made.told, yardstick.plain)[1]
    return [
        f"Splink: {len(made.told) / yardstick.matched:,.0f} notifications/s in one batch on all cores, trained in "
        f"{yardstick.trained:.1f} s",
        f"Splink in the table is certain from {weight:.1f} bits, {lead:.0f} ahead of the next: its best recall at "
        f"{PRECISE}, chosen with hindsight",
        f"Splink at a plain probability of {PRECISE}: precision {plain.precision:.5f}, recall {plain.recall:.3f}",
    ]


def _table(
    made: Town, seed: int, kinds: dict[str, Figures], every: Figures, theirs: dict[str, Figures],
    all_theirs: Figures | None,
) -> Table:  # fmt: skip
    title = f"{len(made.register):,} children, {len(made.told):,} notifications, seed {seed}"
    table = Table(title=title)
    table.add_column("error")
    for heading in (
        "notifications",
        "certain",
        "wrong",
        "recall",
        "found",
        "Splink: certain",
        "wrong",
        "recall",
        "found",
    ):
        table.add_column(heading, justify="right")
    known = sorted((k, f) for k, f in kinds.items() if f.meant)
    unknown = sorted((f"not on it: {k}", f) for k, f in kinds.items() if not f.meant)
    for kind, figures in [*known, *unknown]:
        table.add_row(kind, f"{figures.told}", *_cells(figures), *_cells(theirs.get(kind.removeprefix("not on it: "))))
    table.add_section()
    table.add_row("all", f"{every.told}", *_cells(every), *_cells(all_theirs))
    precision = [
        "",
        "",
        f"{every.precision:.5f}",
        "",
        "",
        "",
        f"{all_theirs.precision:.5f}" if all_theirs else "",
        "",
        "",
    ]
    table.add_row("precision of certain", *precision)
    return table


def _cells(figures: Figures | None) -> tuple[str, str, str, str]:
    """Certain answers, the wrong ones among them, and of the children on the register: certain, at least possible."""
    if figures is None:
        return "", "", "", ""
    shares = (f"{figures.recall:.3f}", f"{figures.found:.3f}") if figures.meant else ("", "")
    return f"{figures.certain}", f"{figures.certain - figures.right}", *shares


if __name__ == "__main__":
    main()
