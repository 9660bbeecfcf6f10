"""Who may be meant, while a batch changes who is on file: an answer given before is never an old one."""

from dataclasses import replace
from datetime import date

from enrichment.lookup import Lookup, keys_of
from enrichment.matching import Address, Described, blocking_keys, shipped_model
from enrichment.serialisation import write_described
from store.blocking import CROWDED, BlockedRow

WREN = Described(forename="Wren", surname="Featherstonehaugh", date_of_birth=date(2011, 9, 23))
OTHER = Described(forename="Ottoline", surname="Quarrie", date_of_birth=date(2009, 1, 30))


def test_whoever_is_filed_or_taken_away_meanwhile_counts_from_then_on() -> None:
    lookup = Lookup(shipped_model())
    assert lookup.judge("a", WREN).outcome == "none"
    lookup.put("a", "p1", WREN)
    assert [ranked.id for ranked in lookup.judge("a", WREN).ranked] == ["p1"]
    lookup.put("a", "p2", WREN)
    assert lookup.judge("a", WREN).outcome == "possible"
    lookup.put("a", "p1", OTHER)
    assert (lookup.judge("a", WREN).outcome, lookup.judge("a", WREN).ranked[0].id) == ("certain", "p2")
    lookup.put("a", "p2", None)
    assert lookup.judge("a", WREN).outcome == "none"
    assert lookup.judge("a", OTHER).outcome == "certain"


def test_what_the_store_found_is_each_authoritys_own() -> None:
    rows = [BlockedRow(key, authority, f"p@{authority}") for authority in ("a", "b") for key in blocking_keys(WREN)]
    lookup = Lookup(shipped_model(), rows, {"p@a": write_described(WREN), "p@b": write_described(WREN)})
    assert lookup.authorities(WREN) == ["a", "b"]
    assert lookup.judge("a", WREN).ranked[0].id == "p@a"
    assert lookup.judge("c", WREN).outcome == "none"
    assert lookup.meant([WREN]) == {"p@a", "p@b"}
    assert lookup.judge("a", WREN, lambda person: person != "p@a").outcome == "none"


def test_only_those_who_changed_are_filed_anew() -> None:
    rows = [BlockedRow(key, "a", "p1") for key in blocking_keys(WREN)]
    lookup = Lookup(shipped_model(), rows, {"p1": write_described(WREN)})
    assert lookup.changes() == ([], [])
    lookup.put("a", "p2", OTHER)
    lookup.put("a", "p1", None)
    people, filed = lookup.changes()
    assert set(people) == {"p1", "p2"}
    assert {(row.key, row.person) for row in filed} == {(key, "p2") for key in blocking_keys(OTHER)}


def test_what_is_asked_for_is_filed_so_that_the_same_child_is_found() -> None:
    for described in (WREN, OTHER):
        assert keys_of([described]) & blocking_keys(described)


def test_a_place_where_hundreds_are_said_to_live_says_nothing_by_itself_and_still_counts_with_a_name() -> None:
    lookup, nowhere = Lookup(shipped_model()), (Address(postcode="ZZ99 3VZ"),)
    stranger = replace(OTHER, addresses=nowhere)
    lookup.put("a", "wren", replace(WREN, addresses=nowhere))
    for n in range(CROWDED - 1):
        lookup.put("a", f"p{n}", Described(forename=f"Ab{'c' * (n % 9)}", addresses=nowhere))
    assert len(lookup._near(stranger)) == CROWDED
    lookup.put("a", "one more", Described(forename="Io", addresses=nowhere))
    assert lookup._near(stranger) == set()
    assert [ranked.id for ranked in lookup.judge("a", replace(WREN, addresses=nowhere)).ranked] == ["wren"]
    assert len(lookup._near(replace(WREN, addresses=nowhere))) == 1
    lookup.put("a", "one more", None)
    assert len(lookup._near(stranger)) == CROWDED
