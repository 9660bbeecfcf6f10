"""Which rules are asked: no other than those that going through the whole pack would find."""

from itertools import combinations

import pytest

from episodes.events import Change
from routing.pack import Pack, Rule
from routing.rule_index import rules_asked
from tests.shipped import shipped_packs

PACKS = [pack for versions in shipped_packs().all().values() for pack in versions]


def listens(rule: Rule, changes: frozenset[Change]) -> bool:
    return not rule.on or any(Change(pattern.split(".")[0]) in changes for pattern in rule.on)


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: f"{pack.authority}-{pack.version}")
@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize("about", ["episode", "child"])
def test_the_index_finds_the_rules_that_the_whole_pack_holds(pack: Pack, about: str, inside: bool) -> None:
    index = rules_asked(pack, about, inside)
    of_it = [rule for rule in pack.rules if rule.about == about and (inside or rule.beyond_scope)]
    assert list(index.rules) == of_it
    assert list(index.rejecting) == [rule for rule in of_it if rule.rejects]
    assert list(index.timed) == [rule for rule in of_it if rule.moment is not None]
    for changes in map(frozenset, [*combinations(Change, 1), *combinations(Change, 2)]):
        asked = [rule for rule in of_it if not rule.rejects and listens(rule, changes)]
        assert list(index.speaking(changes)) == asked
