"""The pages of the authorities show messages that their packs can send, in the form of the wire."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.outbound import OUTBOUND
from tests.shipped import shipped_packs

FOLDER = Path(__file__).parents[2] / "docs" / "authorities"
PACKS = shipped_packs().all()


def _examples(text: str) -> Iterator[dict[str, Any]]:
    """Every object of every block of JSON; a block may hold several, one after the other."""
    for block in re.findall(r"^```json\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        rest = block.strip()
        while rest:
            example, end = json.JSONDecoder().raw_decode(rest)
            yield example
            rest = rest[end:].lstrip()


# A page is named for its authority, or for its authority and what it is about.
EXAMPLES = [
    (next(key for key in PACKS if page.stem.startswith(key)), example)
    for page in sorted(FOLDER.glob("*.md"))
    for example in _examples(page.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("key", "example"), EXAMPLES, ids=[f"{key}-{n}" for n, (key, _) in enumerate(EXAMPLES)])
def test_an_example_is_a_message_that_a_rule_of_the_pack_sends(key: str, example: dict[str, Any]) -> None:
    if example.get("type") not in OUTBOUND:
        return  # what the authority sends to the hub
    data = example["data"]
    OUTBOUND[example["type"]].model_validate_json(json.dumps(data), strict=True)
    pack = next(p for p in PACKS[key] if p.version == data["pack"]["version"])
    rules = [r for r in pack.rules if r.send == example["type"] and (r.withdraws or r.kind == data.get("kind"))]
    assert rules, "no rule of the pack sends that"
    assert data.get("name") in {rule.name for rule in rules} | {None}
    assert {recipient["role"] for recipient in data["to"]} <= pack.roles.keys()
    assert {c for c in data["clauses"] if not c.startswith(("AMB-", "HUB"))} <= pack.clauses.keys()
    assert data["authority"] == data["pack"]["name"] == key
