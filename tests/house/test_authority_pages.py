"""The pages of the authorities show messages that their packs can send, in the form of the wire."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from homeward.library import read_packs
from schemas.outbound import OUTBOUND

FOLDER = Path(__file__).parents[2] / "docs" / "authorities"
BLOCKS = [
    (page.stem, block)
    for page in sorted(FOLDER.glob("*.md"))
    for block in re.findall(r"^```json\n(.*?)^```", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
]
PACKS = read_packs().all()


@pytest.mark.parametrize(("page", "block"), BLOCKS, ids=[f"{page}-{n}" for n, (page, _) in enumerate(BLOCKS)])
def test_an_example_is_a_message_that_a_rule_of_the_pack_sends(page: str, block: str) -> None:
    example: dict[str, Any] = json.loads(block)
    if example.get("type") not in OUTBOUND:
        return  # what the authority sends to the hub
    data = example["data"]
    OUTBOUND[example["type"]].model_validate_json(json.dumps(data), strict=True)
    pack = next(p for p in PACKS[page] if p.version == data["pack"]["version"])
    rules = [r for r in pack.rules if r.send == example["type"] and (r.withdraws or r.kind == data.get("kind"))]
    assert rules, "no rule of the pack sends that"
    assert data.get("name") in {rule.name for rule in rules} | {None}
    assert {recipient["role"] for recipient in data["to"]} <= pack.roles.keys()
    assert {c for c in data["clauses"] if not c.startswith(("AMB-", "HUB"))} <= pack.clauses.keys()
    assert data["authority"] == data["pack"]["name"] == page
