"""Who is filed under which blocking key: found by any key, filed anew, gone when nothing describes them."""

from store import PersonRow, Store
from store.blocking import CROWDED, BlockedRow

ONE, OTHER = PersonRow("p1", "a", b"{}", 1, b"one"), PersonRow("p2", "b", b"{}", 1, b"other")


async def filed(store: Store, *rows: BlockedRow) -> None:
    async with store.transaction() as tx:
        await tx.save([ONE, OTHER], [], [], [])
        await tx.file({row.person for row in rows}, rows)


async def test_somebody_is_found_by_any_key_with_their_description(store: Store) -> None:
    await filed(store, BlockedRow("k1", "a", "p1"), BlockedRow("k2", "a", "p1"), BlockedRow("k2", "b", "p2"))
    async with store.reading() as tx:
        rows, described = await tx.blocked({"k2", "k3"})
        assert {(row.key, row.authority, row.person) for row in rows} == {("k2", "a", "p1"), ("k2", "b", "p2")}
        assert described == {"p1": b"one", "p2": b"other"}
        assert await tx.blocked({"k3"}) == ([], {})
        assert await tx.blocked(set()) == ([], {})


async def test_filing_anew_takes_the_former_keys_away(store: Store) -> None:
    await filed(store, BlockedRow("k1", "a", "p1"), BlockedRow("k2", "b", "p2"))
    await filed(store, BlockedRow("k3", "a", "p1"))
    async with store.reading() as tx:
        rows, _ = await tx.blocked({"k1", "k2", "k3"})
        assert {(row.key, row.person) for row in rows} == {("k2", "p2"), ("k3", "p1")}


async def test_whoever_is_filed_under_nothing_is_found_by_nothing(store: Store) -> None:
    await filed(store, BlockedRow("k1", "a", "p1"))
    async with store.transaction() as tx:
        await tx.save([PersonRow("p1", "a", b"{}", 2)], [], [], [])
        await tx.file(["p1"], [])
    async with store.reading() as tx:
        assert await tx.blocked({"k1"}) == ([], {})
        people, _ = await tx.load(["p1"])
        assert people["p1"].described is None


async def test_a_crowded_key_alone_finds_nobody_and_one_that_is_crowded_elsewhere_finds_whom_it_found(
    store: Store,
) -> None:
    crowd = [PersonRow(f"c{n}", "a", b"{}", 1, b"one") for n in range(CROWDED + 1)]
    rows = [BlockedRow("postcode", "a", person.id) for person in crowd]
    async with store.transaction() as tx:
        await tx.save([*crowd, OTHER], [], [], [])
        await tx.file([*(person.id for person in crowd), "p2"], [*rows, BlockedRow("postcode", "b", "p2")])
        await tx.file(["c7"], [BlockedRow("postcode", "a", "c7"), BlockedRow("name", "a", "c7")])
    async with store.reading() as tx:
        alone, _ = await tx.blocked({"postcode"})
        assert [row.person for row in alone] == ["p2"]
        shared, described = await tx.blocked({"postcode", "name"})
        assert {row.person for row in shared} == {"p2", "c7"}
        assert {row.among for row in shared if row.person == "c7"} == {1, CROWDED + 1}
        assert set(described) == {"p2", "c7"}
    async with store.transaction() as tx:
        await tx.file(["c0"], [])
    async with store.reading() as tx:
        assert len((await tx.blocked({"postcode"}))[0]) == CROWDED + 1
