"""What is kept of the bench in the docs: every figure as JSON, a page with the table, and a chart of the ratios. A part
that is measured again takes the place of what was measured of it before; the rest stays."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import leather  # type: ignore[import-untyped]
import orjson

from bench.comparing import Comparison, goal_of, spread

_CHARTS = {"more": "More is better", "less": "Less is better"}


def write(folder: Path, machine: dict[str, Any], comparisons: Sequence[Comparison]) -> None:
    """`speed.json`, `README.md` and `speed.svg`."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "speed.json"
    found = orjson.loads(kept.read_bytes()) if kept.exists() else []
    now = {
        _name(each): asdict(each) | {"ratio": each.ratio, "met": each.is_met, "machine": machine}
        for each in comparisons
    }
    whole = sorted([*({_name(_read(old)): old for old in found} | now).values()], key=lambda each: each["on"])
    kept.write_bytes(orjson.dumps(whole, option=orjson.OPT_INDENT_2) + b"\n")
    (folder / "README.md").write_text(page_of(whole))
    (folder / "speed.svg").write_text(_chart([_read(each) for each in whole]))


def _read(kept: dict[str, Any]) -> Comparison:
    return Comparison(**{each.name: kept[each.name] for each in fields(Comparison)})


def _name(each: Comparison) -> tuple[str, str, str]:
    return each.what, each.on, each.yardstick


def page_of(whole: Sequence[dict[str, Any]]) -> str:
    """What was kept, for people."""
    rows = [
        "# Figures",
        "",
        "Written by `make bench ARGS=--write`. [How to read it](../speed.md#how-to-read-it).",
        "",
        "![Ratios of the hub and its yardsticks](speed.svg)",
        "",
        "| What | On | Hub | Yardstick | | Ratio | Goal | Measured |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kept in whole:
        each, how = _read(kept), kept["machine"]["measured"]
        ratio = "too far apart" if each.ratio is None else f"{each.ratio:.2f}"
        ours, theirs = f"{spread(each.ours)} {each.unit}", f"{spread(each.theirs)} {each.unit}"
        what = f"{each.what}. {each.note}" if each.note else each.what
        rows.append(
            f"| {what} | {each.on} | {ours} | {each.yardstick} | {theirs} | {ratio} | {goal_of(each)} | {how} |"
        )
    loads = [each["machine"]["load at start"] for each in whole]
    apart = ("at", "load at start", "measured")
    machine = {name: value for name, value in whole[-1]["machine"].items() if name not in apart}
    told = ", ".join(f"{name} {value}" for name, value in machine.items())
    rows += ["", f"Medians, with the least and the most. {told}; load at start {min(loads)} to {max(loads)}.", ""]
    return "\n".join(rows)


def _chart(whole: Sequence[Comparison]) -> str:
    """A chart for each way that is better."""
    grid, height = leather.Grid(), 0
    for better, title in _CHARTS.items():
        bars = [(each.ratio, f"{each.what} / {each.yardstick}, {each.on}") for each in whole if each.better == better]
        known = [(ratio, name) for ratio, name in bars if ratio is not None]
        if not known:
            continue
        chart = leather.Chart(f"Homeward as a multiple of its yardstick. {title}.")
        chart.add_x_scale(0, max(ratio for ratio, _ in known))
        chart.add_bars(known)
        grid.add_one(chart)
        height += 60 + 28 * len(known)
    return str(grid.to_svg(width=1100, height=height or 60))
