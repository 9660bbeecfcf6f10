"""A table as commands print it. No command lives here."""

from collections.abc import Sequence

import click


def print_table(lines: Sequence[Sequence[str]]) -> None:
    """Columns as wide as what stands in them."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
