"""How a shipped pack is written, beyond what the loader asks: titles that tell rules apart, meanings for names, and
nothing under a name that one place alone needs."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

FILES = {
    f"{folder.name}/{file.name}": tomllib.loads(file.read_text(encoding="utf-8"))
    for folder in files("protocols").iterdir()
    if folder.is_dir()
    for file in folder.iterdir()
    if re.fullmatch(r"[\d.]+\.toml", file.name)
}
OF_EACH = pytest.mark.parametrize("pack", FILES.values(), ids=FILES)


@OF_EACH
def test_each_rule_has_a_title_of_its_own(pack: dict[str, Any]) -> None:
    titles = [rule["title"] for rule in pack.get("rules", ())]
    assert [title for title, count in Counter(titles).items() if count > 1] == []
    assert [t for t in titles if not re.fullmatch(r"[A-Z].{8,98}[^.]", t)] == []


@OF_EACH
def test_a_criterion_and_an_audience_with_a_name_say_what_they_mean(pack: dict[str, Any]) -> None:
    named = {**pack.get("criteria", {}), **pack.get("audiences", {})}
    assert [name for name, entry in named.items() if not isinstance(entry, dict)] == []


@OF_EACH
def test_a_criterion_that_one_place_needs_stands_in_that_place(pack: dict[str, Any]) -> None:
    used = Counter(met(pack))
    assert [name for name in pack.get("criteria", {}) if used[name] < 2] == []


def met(value: Any) -> Iterator[str]:
    """Every name of a criterion that stands under `meets`, however deep."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "meets":
                entries = inner if isinstance(inner, list) else [inner]
                yield from (entry for entry in entries if isinstance(entry, str))
            yield from met(inner)
    elif isinstance(value, list):
        for entry in value:
            yield from met(entry)


def test_the_style_is_asked_of_every_authority() -> None:
    assert len(FILES) == 6
