"""What is kept of the bench in the docs: every figure as JSON, a page with the table, and a chart of the ratios. A part
that is measured again takes the place of what was measured of it before; the rest stays."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from math import nan
from pathlib import Path
from typing import Any

import leather  # type: ignore[import-untyped]
import orjson

from bench.comparing import Comparison, goal_of, ratio_of, spread

_CHARTS = {"more": "more is better", "less": "less is better"}
_WIDTH, _BAR, _REST = 1100, 28, 110  # pixels: of a chart, of each bar's height, and of what stands above and below


def write(folder: Path, machine: dict[str, Any], comparisons: Sequence[Comparison]) -> None:
    """`speed.json`, `README.md`, and a chart for each way that is better."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "speed.json"
    found = orjson.loads(kept.read_bytes()) if kept.exists() else []
    now = {
        _name(each): asdict(each) | {"ratio": each.ratio, "met": each.is_met, "machine": machine}
        for each in comparisons
    }
    whole = sorted([*({_name(_read(old)): old for old in found} | now).values()], key=lambda each: each["on"])
    kept.write_bytes(orjson.dumps(whole, option=orjson.OPT_INDENT_2) + b"\n")
    bars = _bars([_read(each) for each in whole])
    (folder / "README.md").write_text(page_of(whole, bars))
    for better, known in bars.items():
        (folder / f"{better}.svg").write_text(_chart(better, known))


def _read(kept: dict[str, Any]) -> Comparison:
    """A figure that a run did not give is null in JSON. What a comparison did not have when it was kept is as by
    default."""
    made = Comparison(**{each.name: kept[each.name] for each in fields(Comparison) if each.name in kept})
    made.ours, made.theirs = ([nan if x is None else x for x in side] for side in (made.ours, made.theirs))
    return made


def _name(each: Comparison) -> tuple[str, str, str]:
    return each.what, each.on, each.yardstick


def page_of(whole: Sequence[dict[str, Any]], charts: Iterable[str]) -> str:
    """What was kept, for people, below its `charts`."""
    rows = [
        "# Figures",
        "",
        "Written by `make bench ARGS=--write`. [How to read it](../speed.md#how-to-read-it).",
        "",
        *(part for better in charts for part in (f"![Ratios, of which {_CHARTS[better]}]({better}.svg)", "")),
        "| What | On | Hub | Yardstick | | Ratio | Goal | Measured |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kept in whole:
        each, how = _read(kept), kept["machine"]["measured"]
        ours, theirs = f"{spread(each.ours)} {each.unit}", f"{spread(each.theirs)} {each.unit}"
        what = f"{each.what}. {each.note}" if each.note else each.what
        cells = (what, each.on, ours, each.yardstick, theirs, ratio_of(each), goal_of(each), how)
        rows.append(f"| {' | '.join(cells)} |")
    loads = [each["machine"]["load at start"] for each in whole]
    apart = ("at", "load at start", "measured")
    machine = {name: value for name, value in whole[-1]["machine"].items() if name not in apart}
    told = ", ".join(f"{name} {value}" for name, value in machine.items())
    rows += ["", f"Medians, with the least and the most. {told}; load at start {min(loads)} to {max(loads)}.", ""]
    return "\n".join(rows)


def _bars(whole: Sequence[Comparison]) -> dict[str, list[tuple[float, str]]]:
    """The ratios that are known, each with its name, by which way is better."""
    bars: dict[str, list[tuple[float, str]]] = {}
    for each in whole:
        if each.ratio is not None:
            bars.setdefault(each.better, []).append((each.ratio, f"{each.what} / {each.yardstick}, {each.on}"))
    return bars


def _chart(better: str, bars: Sequence[tuple[float, str]]) -> str:
    chart = leather.Chart(f"Homeward as a multiple of its yardstick: {_CHARTS[better]}")
    chart.add_x_scale(0, max(ratio for ratio, _ in bars))
    chart.add_bars(bars)
    return str(chart.to_svg(width=_WIDTH, height=_REST + _BAR * len(bars)))
