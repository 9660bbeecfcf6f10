"""Weights trained on a register: what is counted, what is learnt, and that no rare name is written."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from enrichment.matching import Described, prepare
from enrichment.matching.model import shipped_weights
from enrichment.matching.training import LISTED_FROM, names, trained
from homeward.cli import main


def test_names_are_listed_from_ten_children_on() -> None:
    base = shipped_weights()
    shares, rarest = names(base, "forename", ["quillon"] * LISTED_FROM + ["edda"] * (LISTED_FROM - 1) + ["olivia"])
    assert shares["quillon"] == LISTED_FROM / 20
    assert "edda" not in shares
    assert rarest == pytest.approx((9 * 9 + 1) / 10 / 20)
    assert "olivia" in shares, "a name that the base knows stays a name in use"


def test_a_register_alone_teaches_chance_and_leaves_the_rest() -> None:
    born = [date(2010 + n % 9, 1 + n % 12, 1 + n % 28) for n in range(400)]
    register = [prepare(Described(forename=f"Edda{n}", surname="Quill", date_of_birth=born[n])) for n in range(400)]
    base = shipped_weights()
    found = trained(base, register, [])
    assert found.children == 400
    assert found.levels["surname"]["same"][1] > 0.9, "all are called the same"
    assert found.levels["address"] == base.levels["address"], "no record has an address"
    assert [m for m, _ in found.levels["birth"].values()] == [m for m, _ in base.levels["birth"].values()]
    assert found.certain_needs == base.certain_needs


def test_a_register_of_one_child_teaches_nothing_and_fails_nowhere() -> None:
    found = trained(shipped_weights(), [prepare(Described(forename="Edda"))], [])
    assert found.levels["forename"].keys() == shipped_weights().levels["forename"].keys()


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("{", "line 1: not a CloudEvent in JSON. Put one on each line."),
        ('{"type": "case.context"}', "line 1: not a CloudEvent in JSON. Put one on each line."),
        ('{"type": "case.context", "time": "2026-03-01T12:00:00Z", "data": {"child": {"date_of_birth": "soon"}}}',
         "line 1: cannot read the child. Check date_of_birth."),
        ('{"type": "police.missing", "time": "2026-03-01T12:00:00Z", "data": {"child": {"given_name": "Edda"}}}',
         "No register children found."),
    ],
)  # fmt: skip
def test_the_command_says_what_is_wrong_with_a_file(tmp_path: Path, line: str, fault: str) -> None:
    path = tmp_path / "register.jsonl"
    path.write_text(line)
    done = CliRunner().invoke(main, ["matching", "train", str(path), "--to", str(tmp_path / "weights.toml")])
    assert done.exit_code == 1
    assert fault in done.output
