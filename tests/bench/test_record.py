"""What is kept of the bench: figures, and a page of them with charts."""

from math import nan
from pathlib import Path

from bench.comparing import Comparison
from bench.record import write


def test_a_part_that_is_measured_again_takes_its_own_place_and_the_rest_stays(tmp_path: Path) -> None:
    def measured(what: str, ours: float) -> Comparison:
        return Comparison(what, "SQLite", "rows/s", "bare", "more", 0.5, ours=[ours, ours], theirs=[10.0, 10.0])

    write(
        tmp_path,
        {"load at start": 0.1, "cores": 2, "measured": "in full"},
        [measured("relay", 2.0), measured("drain", 7.0)],
    )
    write(tmp_path, {"load at start": 0.4, "cores": 2, "measured": "quickly"}, [measured("relay", 6.0)])
    rows = [line for line in (tmp_path / "README.md").read_text().splitlines() if "| SQLite |" in line]
    assert rows == [
        "| relay | SQLite | 6.0 (6.0–6.0) rows/s | bare | 10.0 (10.0–10.0) rows/s | 0.60 | ≥ 0.5: met | quickly |",
        "| drain | SQLite | 7.0 (7.0–7.0) rows/s | bare | 10.0 (10.0–10.0) rows/s | 0.70 | ≥ 0.5: met | in full |",
    ]
    assert "load at start 0.1 to 0.4" in (tmp_path / "README.md").read_text()
    assert "relay / bare, SQLite" in (tmp_path / "more.svg").read_text()
    assert [each.name for each in tmp_path.glob("*.svg")] == ["more.svg"], "no chart of nothing"


def test_a_figure_that_a_run_did_not_give_is_kept_as_none(tmp_path: Path) -> None:
    found = Comparison("relay", "SQLite", "rows/s", "bare", "more", 0.5, ours=[nan, 2.0], theirs=[10.0, 10.0])
    other = Comparison("drain", "SQLite", "rows/s", "bare", "more", 0.5, ours=[7.0, 7.0], theirs=[10.0, 10.0])
    for each in (found, other):
        write(tmp_path, {"load at start": 0.1, "measured": "in full"}, [each])
    assert "| a run gave no figure | ≥ 0.5: not known |" in (tmp_path / "README.md").read_text()
