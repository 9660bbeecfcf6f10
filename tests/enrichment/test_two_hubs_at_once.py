"""Two hubs on one Postgres that take in at once, each another partition: what one is about to keep, and the other does
not see yet, is neither begun twice nor passed over."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import suppress
from typing import Any

import pytest
from hub_in_memory import Hub
from people_described import ROBIN, on_register, reported
from wire_messages import case, child, event, later, missing

from consumers.parsing import parse_record
from intake.beside import look_beside
from intake.intake import Intake
from intake.records import RawRecord
from store import Store
from store.migrating import migrate
from tests.shipped import shipped_directories

pytestmark = pytest.mark.postgres
PATIENCE = 20.0  # seconds, below what Postgres lets a transaction idle


class TwoHubs(Hub):
    """Whoever has decided waits until the other has, too. `anew`: how often one decided again."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(store)
        self._monkeypatch, self.anew = monkeypatch, 0

    async def at_once(self, *batches: Sequence[RawRecord], within: float = PATIENCE) -> None:
        """Each takes one of the batches in, and waits for so many seconds at most."""
        decided, both = 0, asyncio.Event()

        async def looking(*given: Any) -> None:
            nonlocal decided
            decided += 1
            if decided == len(batches):
                both.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(both.wait(), within)
            await look_beside(*given)

        def intake() -> Intake:
            return Intake(self.store, self.packs, shipped_directories(), parse_record, self.clock.now)

        with self._monkeypatch.context() as patched:
            patched.setattr("intake.intake.look_beside", looking)
            await asyncio.gather(*(intake().process_batch(batch) for batch in batches))
        self.anew = decided - len(batches)

    async def people(self) -> int:
        async with self.store.reading() as tx:
            return len(await tx.people_of("nottinghamshire", "", 100))

    async def details(self, words: str) -> Counter[str]:
        """The exceptions that say these words."""
        return Counter(m["detail"] for m in await self.said() if words in (m.get("detail") or ""))


@pytest.fixture
async def hubs(postgres: Callable[[], str], monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TwoHubs]:
    url = postgres()
    await migrate(url)
    made = TwoHubs(Store.open(url), monkeypatch)
    yield made
    await made.store.close()


@pytest.mark.parametrize(
    ("changes", "numbers"),
    [
        ({}, []),
        ({"given_name": "Tobin"}, []),
        ({"date_of_birth": None}, []),
        ({"date_of_birth": None, "age": 14}, []),
        ({"date_of_birth": "2012-09-23"}, []),
        ({"home_address": None}, []),
        ({}, ["compact:K-1"]),
    ],
    ids=["in the same words", "misheard", "without a birthday", "by age", "a year off", "no address", "with a number"],
)
async def test_a_child_who_is_described_to_both_is_one_child(
    hubs: TwoHubs, changes: dict[str, Any], numbers: list[str]
) -> None:
    one, other = reported(ROBIN, incident="P-1"), reported(ROBIN, *numbers, incident="P-2", **changes)
    await hubs.at_once([hubs.raw(one)], [hubs.raw(other)])
    assert hubs.anew == 1
    assert await hubs.people() == 1


async def test_two_children_with_a_birthday_in_common_are_decided_once(hubs: TwoHubs) -> None:
    other = ROBIN | {"given_name": "Wilma", "family_name": "Quill", "home_address": None}
    await hubs.at_once([hubs.raw(reported(ROBIN, incident="P-1"))], [hubs.raw(reported(other, incident="P-2"))])
    assert hubs.anew == 0
    assert await hubs.people() == 2


async def test_a_child_whom_a_person_names_is_begun_at_the_first_try_whoever_is_on_file(hubs: TwoHubs) -> None:
    """The description is that of an earlier report: it was not looked for in this batch."""
    await hubs.take(on_register(ROBIN, "compact:K-1", "worker-1"))
    await hubs.take(on_register(ROBIN | {"given_name": "Robyn"}, "compact:K-2", "worker-2"))
    await hubs.take(reported(ROBIN, incident="P-1"))
    by = {"role": "children_missing_officer", "person": "cmo1"}
    named = case("match.decision", 1, incident="P-1", force="XX", child=child("compact:N-9"), by=by)
    await hubs.at_once([hubs.raw(named)])
    assert hubs.anew == 0
    assert await hubs.people() == 4
    assert await hubs.held() == []


async def test_a_mark_that_neither_passes_alone_is_told_of_as_both_pass_it(hubs: TwoHubs) -> None:
    """A register claims twenty children of whom others have told, ten of them before each hub."""

    def claimed(number: int) -> bytes:
        services = [{"service": "csct", "worker": "sw@islington"}]
        told = {"authority": "islington", "child": child(f"compact:K-{number}"), "services": services}
        return event("case.context", later(-5), told, source="/casework/islington")

    register = "register.islington.children.v1"
    await hubs.intake.process_batch([hubs.raw(claimed(number), register) for number in range(20)])
    batches = [
        [hubs.raw(missing(0, f"P-{n}", f"m-{n}", child=child(f"compact:K-{n}"))) for n in range(first, first + 10)]
        for first in (0, 10)
    ]
    await hubs.at_once(*batches, within=0.5)  # the second waits for the first before it has decided
    assert (await hubs.details("has claimed 20 children")).total() == 1
