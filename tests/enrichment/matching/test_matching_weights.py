"""The weights file: read strictly, with every fault and its mend; written and read again."""

from pathlib import Path

import pytest

from enrichment.matching import ModelError, load_model, shipped_model
from enrichment.matching.levels import LEVELS, MISSING
from enrichment.matching.model import shipped_weights
from enrichment.matching.weights import read_weights
from enrichment.matching.writing import write_weights
from homeward.settings import Settings, SettingsError
from homeward.wiring import weights

SHARES = "[names.forename.shares_of_100000]\n"
TEXT = write_weights(shipped_weights(), "Of a test.")


def faults(before: str, after: str) -> str:
    assert before in TEXT
    with pytest.raises(ModelError) as raised:
        read_weights(TEXT.replace(before, after, 1), "mine.toml")
    return str(raised.value)


def test_what_is_written_is_read_again() -> None:
    again = read_weights(TEXT, "mine.toml")
    assert write_weights(again, "Of a test.") == TEXT
    assert again.certain_needs == shipped_weights().certain_needs


def test_a_file_is_loaded_and_weighs_as_it_says(tmp_path: Path) -> None:
    path = tmp_path / "weights.toml"
    path.write_text(TEXT)
    model = load_model(path)
    assert model.weights.keys() == LEVELS.keys()
    assert all(levels[MISSING] == 0 for levels in model.weights.values())
    assert model.probability(-model.prior) == pytest.approx(0.5)


def test_a_hub_weighs_as_its_setting_says(tmp_path: Path) -> None:
    path = tmp_path / "weights.toml"
    path.write_text(TEXT.replace("lead = 7", "lead = 9"))
    assert weights(Settings(matching_weights=path)).lead == 9
    assert weights(Settings()) is shipped_model()
    path.write_text("")
    with pytest.raises(SettingsError, match=r"HOMEWARD_MATCHING_WEIGHTS: .*'prior' is missing"):
        weights(Settings(matching_weights=path))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"Cannot read .*nowhere\.toml: "):
        load_model(tmp_path / "nowhere.toml")


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("[prior]", "[prior", "mine.toml: not TOML"),
        ("[prior]", "[priors]", "the file: 'priors' is not known. Did you mean 'prior'?"),
        ("certain = ", "certian = ", "decision: 'certian' is not known. Did you mean 'certain'?"),
        ("certain = ", "certian = ", "decision: 'certain' is missing"),
        ("on_register = 0.9", "on_register = 1.9", "'on_register' is 1.9. Give a number above 0 and below 1"),
        ("on_register = 0.9", "on_register = true", "'on_register' is True. Give a number"),
        ("possible = 0.01", "possible = 0.9999", "'possible' must not be above 'certain'"),
        ("[levels.gender]", "[levels.sex]", "levels: 'sex' is not known"),
        ("household = {", "houshold = {", "levels.address: 'houshold' is not known. Did you mean 'household'?"),
        ("household = { m", "household = { n", "levels.address.household: 'n' is not known"),
        ("household = {", "household = 3 # {", "levels.address: 'household' is 3. Write it as { m = 0.9, u = 0.001 }"),
        ('forename = ["', 'forname = ["', "certain_needs: 'forname' is not known. Did you mean 'forename'?"),
        ('"exchanged", ', '"exchange", ', "'exchange' is not known. Did you mean 'exchanged'?"),
        (SHARES, f"{SHARES}many = 'a'\n", "names.forename.shares_of_100000: 'many' is not a whole number above 0"),
        (SHARES, f"{SHARES}99999 = 3\n", "names.forename.shares_of_100000: '99999': write the names as one text"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_place_and_mend(before: str, after: str, fault: str) -> None:
    assert fault in faults(before, after)


def test_all_faults_are_told_at_once() -> None:
    text = TEXT.replace("children = ", "childen = ").replace("lead = ", "led = ")
    with pytest.raises(ModelError) as raised:
        read_weights(text, "mine.toml")
    assert {"prior", "decision"} <= {line.split(": ")[1] for line in str(raised.value).splitlines()}


def test_the_shipped_weights_prefer_agreement_and_list_no_rare_name() -> None:
    model = shipped_model()
    for field, levels in LEVELS.items():
        strongest, weakest = next(iter(levels)), list(levels)[-1]
        assert model.weights[field][strongest] > 0 > model.weights[field][weakest]
    assert min(shipped_weights().shares["forename"].values()) >= 1e-5
