"""Who looked at a child is found by any number of the child's, by the police reference and by whoever looked."""

from datetime import UTC, datetime, timedelta

import pytest
from store_examples import HOUR, NOON, line

from store import EpisodeRow, IdentifierRow, PersonRow, ReferenceRow, Store
from store.looks import about_child, look_row

EVER = datetime(1970, 1, 1, tzinfo=UTC)
AUTHORITIES = ("n", "b")


@pytest.fixture
async def looked_at(store: Store) -> Store:
    """Two children of one authority and one of another, each looked at."""
    async with store.transaction() as tx:
        for person, where, episode, incident in (
            ("p1", "n", "e1", "XX-1"), ("p2", "n", "e2", "XX-2"), ("p3", "b", "e3", "XX-1"),
        ):  # fmt: skip
            await tx.save(
                [PersonRow(person, where, b"", 1)],
                [IdentifierRow(where, "mosaic", f"M-{person}", person)],
                [ReferenceRow(where, "XX", incident, person, episode)],
                [EpisodeRow(episode, where, person, NOON, "open", b"")],
            )
        looks = [
            look_row("o.kaur", "episode", "n", "e1", NOON, "mother on the phone"),
            look_row("o.kaur", "whose child", "n", about_child("p1"), NOON + HOUR),
            look_row("a.b", "homeward explain", "n", "e2", NOON + 2 * HOUR, account="root@host"),
            look_row("o.kaur", "now", "b", "e3", NOON + 3 * HOUR),
            look_row("o.kaur", "now", "b", None, NOON + 4 * HOUR),
        ]
        await tx.append([line("l1"), *looks], ())
    return store


@pytest.mark.parametrize(
    ("number", "authorities", "seen"),
    [
        ("M-p1", AUTHORITIES, ["episode", "whose child"]),
        ("XX-1", AUTHORITIES, ["episode", "whose child", "now"]),
        ("XX-1", ("b",), ["now"]),
        ("M-p1", ("b",), []),
        ("M-p", AUTHORITIES, []),
        ("p1", AUTHORITIES, ["whose child"]),
        ("e3", AUTHORITIES, ["now"]),
        ("e3", ("n",), []),
    ],
)
async def test_the_looks_at_a_child(
    looked_at: Store, number: str, authorities: tuple[str, ...], seen: list[str]
) -> None:
    async with looked_at.reading() as tx:
        assert [look.what for look in await tx.looks_at(authorities, number, EVER)] == seen


async def test_the_looks_of_somebody_since_an_instant_and_at_one_authority(looked_at: Store) -> None:
    async with looked_at.reading() as tx:
        assert [look.about for look in await tx.looks_by("o.kaur", EVER)] == ["e1", "child p1", "e3", None]
        assert [look.about for look in await tx.looks_by("o.kaur", NOON + HOUR)] == ["child p1", "e3", None]
        assert [look.about for look in await tx.looks_by("o.kaur", EVER, "b")] == ["e3", None]
        assert await tx.looks_by("o", EVER) == []
        (by_command,) = await tx.looks_by("a.b", EVER)
        (with_reason, *_) = await tx.looks_by("o.kaur", EVER)
        assert (by_command.account, by_command.at) == ("root@host", NOON + timedelta(hours=2))
        assert await tx.contents(with_reason.why or "") == b"mother on the phone"
        assert (await tx.prove_ledger()).faults == []
