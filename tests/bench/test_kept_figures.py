"""What is kept of the bench: figures, a page of them with charts, and the summary above what the page means."""

import re
from collections.abc import Iterable
from math import nan
from pathlib import Path
from typing import Any

import orjson
import pytest

from bench.__main__ import PARTS
from bench.comparing import Comparison
from bench.record import DOCS, kept_in, part_of, render, write

ON = {"at": "2026-11-29T17:51:39+00:00", "load at start": 0.3, "cores": 2, "measured": "in full"}
AGAIN = ON | {"at": "2026-12-01T07:00:00+00:00", "load at start": 1.25}


def measured(what: str, *ours: float, on: str = "SQLite", better: str = "more", goal: float | None = 0.5) -> Comparison:
    return Comparison(what, on, "rows/s", "bare", better, goal, ours=[*ours], theirs=[10.0] * len(ours))


def drawn(chart: Path) -> dict[str, str]:
    """The colour of each bar that has a width, by the label of its row."""
    text = chart.read_text()
    labels = re.findall(r'text-anchor="end"[^>]*>([^<]+)</text>', text)
    places = [float(y) for y in re.findall(r'<text x="-8" y="([\d.]+)"', text)]
    bars = re.findall(r'<rect x="[\d.]+" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)" fill="(#\w+)"', text)
    return {
        next(
            label for label, place in zip(labels, places, strict=True) if float(y) < place < float(y) + float(height)
        ): c
        for y, width, height, c in bars
        if float(width) and c != "#f9f9f9"
    }


def test_a_part_that_is_measured_again_takes_its_own_place_and_the_rest_stays(tmp_path: Path) -> None:
    write(tmp_path, ON, [measured("relay", 2.0, 2.0), measured("drain", 7.0, 7.0)])
    write(tmp_path, AGAIN, [measured("relay", 6.0, 6.0)])
    rows = [line for line in (tmp_path / "README.md").read_text().splitlines() if "| SQLite |" in line]
    figures = "10.0 (10.0–10.0) rows/s"
    assert rows == [
        f"| relay | SQLite | 6.0 (6.0–6.0) rows/s | bare | {figures} | 0.60 | ≥ 0.5: met "
        "| in full, 1 December 2026, load 1.25 |",
        f"| drain | SQLite | 7.0 (7.0–7.0) rows/s | bare | {figures} | 0.70 | ≥ 0.5: met "
        "| in full, 29 November 2026, load 0.3 |",
    ]


def test_each_part_has_its_chart_for_each_way_that_is_better(tmp_path: Path) -> None:
    rows = [
        measured("relay", 2.0, 2.0),
        measured("drain", 7.0, 7.0),
        measured("drain, memory", 9.0, 9.0, better="less"),
    ]
    write(tmp_path, ON, rows)
    page = (tmp_path / "README.md").read_text()
    assert re.findall(r"^## (.+)$|\((.+)\.svg\)", page, re.MULTILINE) == [
        ("relay", ""), ("", "relay-more"), ("drain", ""), ("", "drain-more"), ("", "drain-less"),
    ]  # fmt: skip
    assert {each.stem for each in tmp_path.glob("*.svg")} == {"relay-more", "drain-more", "drain-less"}


def test_a_chart_tells_each_ratio_and_goal_in_words_and_draws_what_is_known(tmp_path: Path) -> None:
    found = [
        measured("relay", 2.0, 2.0),
        measured("relay", 6.0, 6.0, on="Postgres"),
        measured("relay, free", 30.0, 30.0, goal=None),
        measured("relay, busy", 2.0, 9.0),
        measured("relay, once", 7.9),
    ]
    write(tmp_path, ON, found)
    chart = tmp_path / "relay-more.svg"
    colours = drawn(chart)
    assert [*colours] == [
        "relay, Postgres, beside bare: 0.60 (goal ≥ 0.5: met)",
        "relay, SQLite, beside bare: 0.20 (goal ≥ 0.5: missed)",
        "relay, free, SQLite, beside bare: 3.00",
    ]
    assert len({*colours.values()}) == 3
    assert "relay, busy, SQLite, beside bare: too far apart (goal ≥ 0.5: not known)" in chart.read_text()
    assert "relay, once, SQLite, beside bare: one run: 0.79 (goal ≥ 0.5: not known)" in chart.read_text()


def test_a_chart_of_which_no_ratio_is_known_lists_its_rows(tmp_path: Path) -> None:
    write(tmp_path, ON, [measured("relay", 2.0, 9.0)])
    assert "too far apart" in (tmp_path / "relay-more.svg").read_text()
    assert not drawn(tmp_path / "relay-more.svg")


def test_a_half_is_drawn_as_long_as_a_double(tmp_path: Path) -> None:
    write(tmp_path, ON, [measured("relay", 5.0, 5.0, goal=None), measured("relay, twice", 20.0, 20.0, goal=None)])
    text = (tmp_path / "relay-more.svg").read_text()
    half, double = re.findall(r'width="([\d.]+)" height="[\d.]+" fill="#505a5f"', text)
    assert float(half) == pytest.approx(float(double))


def test_a_figure_that_a_run_did_not_give_is_kept_as_none(tmp_path: Path) -> None:
    write(tmp_path, ON, [measured("relay", nan, 2.0)])
    write(tmp_path, ON, [measured("drain", 7.0, 7.0)])
    assert "| a run gave no figure | ≥ 0.5: not known |" in (tmp_path / "README.md").read_text()


def test_figures_of_two_machines_are_not_said_to_be_of_one(tmp_path: Path) -> None:
    write(tmp_path, ON, [measured("relay", 2.0, 2.0)])
    write(tmp_path, ON | {"cores": 8}, [measured("drain", 7.0, 7.0)])
    page = (tmp_path / "README.md").read_text()
    assert "relay on SQLite: cores 2." in page
    assert "drain on SQLite: cores 8." in page


def test_every_figure_that_is_kept_belongs_to_a_part() -> None:
    assert {part_of(each.what) for each, _ in kept_in(DOCS)} == {*PARTS}


def test_the_page_and_the_charts_are_what_the_figures_say(tmp_path: Path) -> None:
    (tmp_path / "speed.json").write_bytes((DOCS / "speed.json").read_bytes())
    render(tmp_path)
    for made in tmp_path.iterdir():
        assert made.read_bytes() == (DOCS / made.name).read_bytes(), "run .venv/bin/python -m bench.record"
    assert {each.name for each in tmp_path.iterdir()} == {each.name for each in DOCS.iterdir()}


def test_what_is_written_of_nothing_new_alters_no_figure(tmp_path: Path) -> None:
    (tmp_path / "speed.json").write_bytes((DOCS / "speed.json").read_bytes())
    write(tmp_path, ON, [])
    assert orjson.loads((tmp_path / "speed.json").read_bytes()) == orjson.loads((DOCS / "speed.json").read_bytes())


def test_the_summary_says_of_each_goal_what_the_figures_say() -> None:
    summary = (DOCS.parent / "speed.md").read_text().partition("\n## ")[0]
    lines = dict(re.findall(r"^- \[`([\w-]+)`\](.+(?:\n  .+)*)", summary, re.MULTILINE))
    assert {*lines} == {part_of(each.what) for each, _ in kept_in(DOCS) if each.goal is not None}
    for part, line in lines.items():
        rows = [each for each, _ in kept_in(DOCS) if part_of(each.what) == part and each.goal is not None]
        verdicts = {{True: "met", False: "missed", None: "not known"}[each.is_met] for each in rows}
        said = re.findall(r"\*\*(met|missed|not known)\*\*", line.lower())
        assert {*said} == verdicts, f"write {part} of docs/speed.md anew"
        assert {*re.findall(r"\d+\.\d\d", line)} <= _ratios(rows), f"write {part} of docs/speed.md anew"


def _ratios(rows: Iterable[Comparison]) -> set[str]:
    told: set[Any] = {each.ratios[0] if len(each.ratios) == 1 else each.ratio for each in rows}
    return {f"{ratio:.2f}" for ratio in told if ratio is not None}
