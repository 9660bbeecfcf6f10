"""Training with Splink, which only the bench installs: `make bench-matching` runs this before it measures."""

from pathlib import Path

from click.testing import CliRunner

from bench.matching.files import write
from bench.matching.telling import town
from enrichment.matching import load_model
from homeward.cli import main


def test_the_command_trains_on_messages_and_shows_what_it_learnt(tmp_path: Path) -> None:
    register, police = write(town(1500, 600, seed=3), tmp_path)
    target = tmp_path / "weights.toml"
    done = CliRunner().invoke(main, ["matching", "train", str(register), str(police), "--to", str(target)])
    assert done.exit_code == 0, done.output
    assert "1,500 children of a register and 600 messages" in done.output
    model = load_model(target)
    assert model.weights["forename"]["same"] > 4 > 0 > model.weights["forename"]["different"]
    assert model.weights["birth"]["same"] > 8 > 0 > model.weights["birth"]["different"]
    shown = CliRunner().invoke(main, ["matching", "show", str(target)])
    assert f"{model.weights['birth']['exchanged']:+.1f}  date of birth: day and month swapped" in shown.output
