"""The words of each authority: each says what it means, and they stand published beside the schemas."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from homeward.cli import main
from homeward.rendering.vocabulary import vocabulary
from routing.library import HUB
from schemas.export import PUBLISHED, text_of
from schemas.inbound import INBOUND
from schemas.outbound import OUTBOUND
from tests.shipped import shipped_packs

PACKS = {authority: versions[-1] for authority, versions in shipped_packs().all().items() if authority != HUB}


def run(*arguments: str | Path) -> str:
    done = CliRunner().invoke(main, [*map(str, arguments)])
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("authority", PACKS)
def test_every_word_of_a_shipped_pack_says_what_it_means(authority: str) -> None:
    pack = PACKS[authority]
    lists = {name: getattr(pack.words, name) for name in pack.words.__slots__}
    nested = ("decisions", "meetings", "sections")
    again = ("meetings_of_child",)  # which of the meetings: their meaning stands there
    places = [f"{name}.{word}" for name, words in lists.items() if name not in (*nested, *again) for word in words]
    places += [f"{name}.{kind}.{word}" for name in nested for kind, words in lists[name].items() for word in words]
    named = {place.removeprefix("names.") for place in pack.means if place.startswith("names.")}
    assert [place for place in places if place not in pack.means] == []
    assert [kind for name in nested for kind in lists[name] if kind not in named] == []
    silent = [f"{kind}.{word}" for kinds in pack.kinds.values() for kind, told in kinds.items()
              for word in told.outcomes if not told.meanings.get(word)]  # fmt: skip
    assert silent == []


@pytest.mark.parametrize("authority", PACKS)
def test_the_published_words_are_those_of_the_pack(authority: str) -> None:
    told = vocabulary(PACKS[authority])
    assert (PUBLISHED / "vocabulary" / f"{authority}.json").read_text("utf-8") == text_of(told)
    assert told["reports"].keys() <= INBOUND.keys()
    assert told["messages"].keys() <= OUTBOUND.keys()


def test_the_words_are_exported_beside_the_schemas(tmp_path: Path) -> None:
    said = run("schemas", "export", tmp_path)
    assert f"5 vocabularies written to {tmp_path / 'vocabulary'}." in said
    told = json.loads((tmp_path / "vocabulary" / "nottinghamshire.json").read_text("utf-8"))
    assert told["reports"]["manager.decision"]["vulnerability"] == {
        "means": "vulnerability of the child",
        "words": {"vulnerable": "the child is vulnerable", "not_vulnerable": "the child is not vulnerable"},
    }
    assert told["reports"]["threshold.decision"][""]["words"]["true"] == "the threshold is met"
    assert told["messages"]["task.create"]["judge_vulnerability"] == "Decide: is the child vulnerable?"


def test_the_command_shows_the_words_to_people_and_to_machines() -> None:
    shown = run("packs", "nottinghamshire", "--words").splitlines()
    assert "manager.decision" in shown
    assert "    vulnerable                the child is vulnerable" in shown
    assert json.loads(run("packs", "nottinghamshire", "--words", "--json")) == vocabulary(PACKS["nottinghamshire"])


def test_the_command_wants_an_authority() -> None:
    done = CliRunner().invoke(main, ["packs", "--words"])
    assert done.exit_code == 2
    assert "name the authority" in done.output
