"""What is kept of the bench in the docs: every figure as JSON, and by part a page with the tables and charts of the
ratios. A part that is measured again takes the place of what was measured of it before; the rest stays.

`python -m bench.record` makes page and charts anew of the figures that are kept.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import datetime
from math import log10, nan
from pathlib import Path
from typing import Any

import leather  # type: ignore[import-untyped]
import orjson
from leather import theme
from leather.scales import Linear, Ordinal  # type: ignore[import-untyped]

from bench.comparing import Comparison, goal_of, ratio_of, spread

DOCS = Path(__file__).parent.parent / "docs" / "speed"

_BEGINNINGS = {
    "end to end, a snapshot": "snapshot", "end to end": "end-to-end", "relay": "relay", "in → out": "latency",
    "idle": "idle", "mail": "mail", "timers": "timers", "drain": "drain", "2 relays": "share", "4 relays": "share",
    "grown": "growth",
}  # fmt: skip
"""Parts by how what they compare begins. The first that fits counts."""

Kept = tuple[Comparison, dict[str, Any]]
"""With the machine and the run that it was measured in."""

_OF_A_RUN = ("at", "load at start", "measured")
_BETTER = {"more": "more is better", "less": "less is better"}
_COLOURS = {"goal met": "#1d70b8", "goal missed": "#d4351c", "no goal": "#505a5f", "no ratio, no bar": "#ffffff"}
_TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20)
_WIDTH, _BAR, _REST = 1100, 26, 160  # pixels: of a chart, of each bar's height, and of what stands above and below

_INK = "#0b0c0c"
_THEME = {
    "background_color": "#f9f9f9", "tick_color": "#d8d8d8", "zero_color": _INK, "title_color": _INK,
    "legend_color": _INK, "axis_title_color": _INK, "label_color": _INK, "title_font_family": "sans-serif",
    "legend_font_family": "sans-serif", "axis_title_font_family": "sans-serif", "tick_font_family": "sans-serif",
    "tick_font_char_width": 7, "margin": 0.03,
}  # fmt: skip
"""leather's own labels are light grey, in a font that few have."""


def write(folder: Path, machine: dict[str, Any], comparisons: Sequence[Comparison]) -> None:
    """`speed.json`, and what `render` makes of it."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "speed.json"
    found = orjson.loads(kept.read_bytes()) if kept.exists() else []
    now = {
        _name(each): asdict(each) | {"ratio": each.ratio, "met": each.is_met, "machine": machine}
        for each in comparisons
    }
    whole = sorted([*({_name(_read(old)): old for old in found} | now).values()], key=lambda each: each["on"])
    kept.write_bytes(orjson.dumps(whole, option=orjson.OPT_INDENT_2) + b"\n")
    render(folder)


def render(folder: Path) -> None:
    """`README.md`, and for each part a chart for each way that is better."""
    whole = kept_in(folder)
    (folder / "README.md").write_text(page_of(whole))
    ratios = [*_TICKS, *(each.ratio for each, _ in whole if each.ratio)]
    for part, rows in _by_part(whole).items():
        for better, shown in _by_better(rows).items():
            title = f"{part}: {_BETTER[better]}"
            (folder / f"{part}-{better}.svg").write_text(_chart(title, shown, min(ratios), max(ratios)))


def kept_in(folder: Path) -> list[Kept]:
    return [(_read(each), each["machine"]) for each in orjson.loads((folder / "speed.json").read_bytes())]


def part_of(what: str) -> str:
    """The part of the bench that compares this. What belongs to none stands alone."""
    return next((part for begins, part in _BEGINNINGS.items() if what.startswith(begins)), what)


def page_of(whole: Sequence[Kept]) -> str:
    """What was kept, for people: by part, its charts and its table."""
    rows = ["# Figures", "", "Written by `make bench ARGS=--write`. [How to read it](../speed.md#how-to-read-it).", ""]
    rows += ["Medians, with the least and the most. Measured with:", "", *_machines(whole)]
    for part, kept in _by_part(whole).items():
        rows += ["", f"## {part}", ""]
        for better in _by_better(kept):
            rows += [f"![Ratios of {part}, of which {_BETTER[better]}]({part}-{better}.svg)", ""]
        rows += ["| What | On | Hub | Yardstick | | Ratio | Goal | Measured |", "|---|---|---|---|---|---|---|---|"]
        for each, machine in kept:
            ours, theirs = f"{spread(each.ours)} {each.unit}", f"{spread(each.theirs)} {each.unit}"
            what = f"{each.what} ({each.note})" if each.note else each.what
            cells = (what, each.on, ours, each.yardstick, theirs, ratio_of(each), goal_of(each), _when(machine))
            rows.append(f"| {' | '.join(cells)} |")
    return "\n".join([*rows, ""])


def _read(kept: dict[str, Any]) -> Comparison:
    """A figure that a run did not give is null in JSON. What a comparison did not have when it was kept is as by
    default."""
    made = Comparison(**{each.name: kept[each.name] for each in fields(Comparison) if each.name in kept})
    made.ours, made.theirs = ([nan if x is None else x for x in side] for side in (made.ours, made.theirs))
    return made


def _name(each: Comparison) -> tuple[str, str, str]:
    return each.what, each.on, each.yardstick


def _by_part(whole: Sequence[Kept]) -> dict[str, list[Kept]]:
    parts: dict[str, list[Kept]] = {}
    for kept in whole:
        parts.setdefault(part_of(kept[0].what), []).append(kept)
    return parts


def _by_better(rows: Sequence[Kept]) -> dict[str, list[Comparison]]:
    found: dict[str, list[Comparison]] = {}
    for each, _ in rows:
        found.setdefault(each.better, []).append(each)
    return found


def _when(machine: dict[str, Any]) -> str:
    """How a row was measured, when, and how busy the machine was at the start of that run."""
    at = datetime.fromisoformat(machine["at"])
    return f"{machine['measured']}, {at.day} {at:%B %Y}, load {machine['load at start']}"


def _machines(whole: Sequence[Kept]) -> list[str]:
    """The machines and versions, and what was measured on which where they are several."""
    found: dict[str, list[str]] = {}
    for each, machine in whole:
        told = ", ".join(f"{name} {value}" for name, value in machine.items() if name not in _OF_A_RUN)
        found.setdefault(told, []).append(f"{part_of(each.what)} on {each.on}")
    if len(found) < 2:
        return [f"- {told}." for told in found]
    return [f"- {', '.join(dict.fromkeys(names))}: {told}." for told, names in found.items()]


def _chart(title: str, rows: Sequence[Comparison], least: float, most: float) -> str:
    """A bar from 1 to the ratio, on a scale of logarithms: a half is as long to the left as a double to the right."""
    chart = leather.Chart(title)
    chart.set_x_scale(Linear(log10(least), log10(most)))
    ticks = [log10(tick) for tick in _TICKS]
    chart.add_x_axis(ticks, lambda power, *_: f"{10**power:g}", "the hub, as a multiple of its yardstick")
    chart.set_y_scale(Ordinal([_label(each) for each in reversed(rows)]))
    for state, colour in _COLOURS.items():
        bars = [(log10(each.ratio or 1), _label(each)) for each in rows if _state(each) == state]
        if bars:
            chart.add_bars(bars, name=state, fill_color=colour)
    with _themed():
        return str(chart.to_svg(width=_WIDTH, height=_REST + _BAR * len(rows)))


@contextmanager
def _themed() -> Iterator[None]:
    """leather is told how a chart looks in its module only, which the desk uses as well."""
    before = {name: getattr(theme, name) for name in _THEME}
    for name, value in _THEME.items():
        setattr(theme, name, value)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(theme, name, value)


def _label(each: Comparison) -> str:
    goal = f" (goal {goal_of(each)})" if each.goal is not None else ""
    return f"{each.what}, {each.on}, beside {each.yardstick}: {ratio_of(each)}{goal}"


def _state(each: Comparison) -> str:
    if each.ratio is None:
        return "no ratio, no bar"
    return {True: "goal met", False: "goal missed", None: "no goal"}[each.is_met]


if __name__ == "__main__":
    render(DOCS)
