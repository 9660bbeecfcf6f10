"""Over random promises, failures, outages, deaths and lost answers: nothing is lost, and every lane keeps its order."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import cycle
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st
from ledger_ends import ends
from relay_world import CARE, HOUR, LEASE, MINUTE, POLICE, SECOND, WORKER, Died, World, a_world, row

from outbox.claim_start import ClaimStart
from outbox.relay import Relay
from routing.message_types import OVERTAKING
from schemas.delivery import Outgoing, Receipt, Verdict
from store import StoreUnavailableError

promises = st.tuples(
    st.sampled_from(["k1", "k2"]), st.sampled_from([CARE, POLICE, WORKER]), st.sampled_from(["notify.missing", "found"])
)
# What lies behind another row is said by the sender itself, of rows that it has not tried.
fates = st.sampled_from([None, None, *(verdict for verdict in Verdict if verdict is not Verdict.BEHIND)])
steps = st.one_of(
    st.tuples(st.just("promise"), st.lists(promises, min_size=1, max_size=4)),
    st.tuples(st.just("drain"), st.lists(fates, min_size=1, max_size=4)),
    st.tuples(st.just("die"), st.lists(fates, min_size=1, max_size=4)),
    st.tuples(st.just("wait"), st.sampled_from([MINUTE, LEASE, HOUR])),
    st.tuples(st.just("outage"), st.lists(st.sampled_from(["", "away", "answer"]), min_size=1, max_size=8)),
    st.tuples(st.just("release"), st.none()),
)


class Story:
    """One random course of events, and the account that is kept of it beside the store."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.relays = 0
        self.deaths = 0
        self.outages = 0
        self.relay = self.another()
        self.promised: list[str] = []
        world.topics.before = world.mails.before = self.watch
        self.seen: dict[str, set[str]] = defaultdict(set)

    def another(self) -> Relay:
        self.relays += 1
        return self.world.relay(f"relay {self.relays}", batch=3)

    async def promise(self, wanted: Sequence[tuple[str, str, str]]) -> None:
        rows = []
        for child, to, type in wanted:
            id = f"{len(self.promised):03}"
            self.promised.append(id)
            rows.append(row(id, child, to, "notify.found" if type == "found" else type))
        await self.world.promise(*rows)

    def watch(self, batch: Sequence[Outgoing]) -> None:
        """A batch holds the rows of a lane in their order, and a row is the same message whenever it is sent."""
        for lane in {(item.key, item.address) for item in batch}:
            rows = [item.row for item in batch if (item.key, item.address) == lane]
            assert rows == sorted(rows)
        for item in batch:
            self.seen[item.row].add(item.message)
            assert self.seen[item.row] == {f"m-{item.row}"}

    async def drain(self, drawn: Sequence[Verdict | None]) -> None:
        ids = [f"{place:03}" for place in range(len(self.promised) + 4)]
        self.world.fates = {id: drawn[place % len(drawn)] for place, id in enumerate(ids)}
        # Kafka knows no doubt: what is not confirmed is tried again.
        kafka = {r for r, p in (await self.world.promises()).items() if p.row.destination != WORKER}
        for id in kafka:
            if self.world.fates[id] in (Verdict.IN_DOUBT, Verdict.BROKE_OFF):
                self.world.fates[id] = Verdict.RETRY
            elif self.world.fates[id] is Verdict.AWAY:
                self.world.fates[id] = Receipt(id, Verdict.AWAY, "no such topic", address_only=True)
        try:
            await self.relay.drain()
        except StoreUnavailableError:
            self.outages += 1

    async def die(self, drawn: Sequence[Verdict | None]) -> None:
        def killed(_batch: Sequence[Outgoing]) -> None:
            raise Died

        self.world.topics.after = self.world.mails.after = killed
        try:
            await self.drain(drawn)
        except Died:
            self.deaths += 1
            self.relay = self.another()
        finally:
            self.world.topics.after = self.world.mails.after = lambda _: None

    async def wait(self, length: object) -> None:
        self.world.now += length  # type: ignore[operator]

    async def outage(self, faults: list[str]) -> None:
        self.world.store.fail(*faults)

    async def release(self, _: None) -> None:
        self.world.store.fail()
        self.world.now += SECOND  # a person does not answer within the same instant
        await self.world.release()

    async def play(self, kind: str, with_what: object) -> None:
        if kind == "promise":
            self.world.store.fail()
        await getattr(self, kind)(with_what)

    async def end(self) -> None:
        """Everything works again, and an operator lets every lane go on."""
        self.world.store.fail()
        for _ in range(6):
            self.world.now += HOUR
            await self.drain([None])
            async with self.world.store.transaction() as tx:
                await tx.release([held.position for held in await tx.held_up() if held.state != "in_doubt"])
        await self.drain([None])


courses = st.lists(steps, min_size=3, max_size=14)


@settings(max_examples=60, deadline=None)
@given(courses)
async def test_nothing_is_lost_and_every_lane_keeps_its_order(course: list[tuple[str, object]]) -> None:
    await keeps_its_promises(course)


@settings(max_examples=60, deadline=None)
@given(courses, st.lists(st.integers(1, 20), min_size=1, max_size=8))
async def test_the_same_holds_wherever_the_claims_start_that_do_not_look_from_the_beginning(
    course: list[tuple[str, object]], starts: list[int]
) -> None:
    after, found = ClaimStart.claimed, cycle(starts)

    def claimed(self: ClaimStart, start: int, _seconds: float, _first: int | None) -> None:
        after(self, start, 0.0 if start else 1000.0, next(found))

    with patch.object(ClaimStart, "claimed", claimed):
        await keeps_its_promises(course)


async def keeps_its_promises(course: list[tuple[str, object]]) -> None:
    async with a_world() as world:
        story = Story(world)
        for kind, with_what in course:
            await story.play(kind, with_what)
        await story.end()
        states = await world.states()
        assert set(states) == set(story.promised)
        assert set(states.values()) <= {"accepted", "in_doubt"}
        delivered = [*world.topics.delivered, *world.mails.delivered]
        assert {item.row for item in delivered} == set(story.promised)
        assert in_order(world.topics.delivered)
        assert in_order(world.mails.delivered)
        if not story.deaths and not story.outages and "release" not in dict(course):
            assert len(delivered) == len(story.promised)
        ended = {end["outbox"] for end in ends(await world.ledger()) if end["outcome"] in ("accepted", "in_doubt")}
        assert ended == set(story.promised)


def in_order(delivered: Sequence[Outgoing]) -> bool:
    """Whether each row that arrived for the first time had nothing of its lane before it left behind, or says so."""
    lanes: dict[tuple[str, str], list[Outgoing]] = defaultdict(list)
    for item in delivered:
        if item.row not in {earlier.row for earlier in lanes[item.key, item.address]}:
            lanes[item.key, item.address].append(item)
    for lane in lanes.values():
        for place, item in enumerate(lane):
            left_behind = [later for later in lane[place + 1 :] if later.row < item.row]
            if left_behind and not item.overtakes:
                return False
            if item.overtakes and item.type not in OVERTAKING:
                return False
    return True
