"""What the hub does all day, compared: end to end, its relay, how long a notification takes, how long a single row."""

from collections.abc import Awaitable, Callable

from bench import idle, measures, peer, relays
from bench.arrivals import check_order
from bench.comparing import Comparison
from bench.turns import Ground, in_turns, next_mark


async def end_to_end(ground: Ground) -> list[Comparison]:
    count = 300 if ground.quick else 3000
    goal = 0.7 if ground.on == "Postgres" else 0.8
    made = [ground.compare("end to end", "notifications/s", "no database", "more", goal)]
    await in_turns(
        ground.rounds,
        lambda: measures.end_to_end("bare", ground.kafka, next_mark(), "", count),
        (lambda: measures.end_to_end("whole", ground.kafka, next_mark(), ground.fresh(), count), made),
    )
    return made


async def relay(ground: Ground) -> list[Comparison]:
    count, kafka = 4000 if ground.quick else 20_000, ground.kafka

    async def ours(mark: str) -> float:
        found = await relays.relayed(kafka, ground.fresh(), count, mark)
        await check_order(kafka, mark, count + relays.WARM)
        return found

    made = [ground.compare("relay", "rows/s", "send_batch", "more", 0.6)]
    await in_turns(
        ground.rounds,
        _on_topics(kafka, lambda mark: relays.bare(kafka, count, mark)),
        (_on_topics(kafka, ours), made),
    )
    if not peer.is_there(ground.on):
        return made
    for name, workers, goal in (("faststream-outbox, keys in order", 1, 15), ("faststream-outbox, 16 workers", 16, 10)):

        def theirs(mark: str, workers: int = workers) -> Awaitable[float]:
            return relays.faststream_outbox(kafka, ground.fresh(), count // 4, mark, workers)

        beside = [ground.compare("relay", "rows/s", name, "more", goal)]
        await in_turns(ground.rounds, _on_topics(kafka, theirs), (_on_topics(kafka, ours), beside))
        made += beside
    return made


async def latency(ground: Ground) -> list[Comparison]:
    made = []
    for rate, seconds in ((100, 3.0),) if ground.quick else ((1, 20.0), (20, 10.0), (100, 10.0), (200, 10.0)):
        goals = {"p50": 2.0, "p99": 2.0} if rate == 100 else {}
        compared = ground.percentiles(f"in → out at {rate}/s", "no database", **goals)

        def run(kind: str, rate: int = rate, seconds: float = seconds) -> Awaitable[list[float]]:
            database = "" if kind == "bare" else ground.fresh()
            return measures.latency(kind, ground.kafka, next_mark(), database, seconds, rate)

        await in_turns(ground.rounds, lambda run=run: run("bare"), (lambda run=run: run("whole"), compared))
        made += compared
        if rate == 100 and peer.is_there(ground.on):
            beside = ground.percentiles(f"in → out at {rate}/s", "the same, by faststream-outbox")
            await in_turns(ground.rounds, lambda run=run: run("beside"), (lambda run=run: run("whole"), beside))
            made += beside
    return made


async def at_rest(ground: Ground) -> list[Comparison]:
    rows = 30 if ground.quick else 200
    made = ground.percentiles("idle, insert → visible", "sent directly", p50=2.5, p99=1.1)

    def ours() -> Awaitable[list[float]]:
        return idle.through_the_relay(ground.kafka, ground.fresh(), rows, next_mark())

    await in_turns(ground.rounds, lambda: idle.directly(ground.kafka, rows, next_mark()), (ours, made))
    if not peer.is_there(ground.on):
        return made
    beside = ground.percentiles("idle, insert → visible", "faststream-outbox")

    def theirs() -> Awaitable[list[float]]:
        return idle.through_faststream_outbox(ground.kafka, ground.fresh(), rows, next_mark())

    await in_turns(ground.rounds, theirs, (ours, beside))
    return [*made, *beside]


def _on_topics(kafka: str, run: Callable[[str], Awaitable[float]]) -> Callable[[], Awaitable[float]]:
    """The run, on topics that are there before its clock runs."""

    async def prepared() -> float:
        mark = next_mark()
        await relays.make_topics(kafka, mark)
        return await run(mark)

    return prepared
