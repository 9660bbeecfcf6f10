"""What the hub does all day, compared: end to end, its relay, how long a notification takes, how long a single row."""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from bench import idle, measures, peer, relays
from bench.arrivals import check_order
from bench.comparing import Comparison
from bench.turns import Ground, Run, beside_each, in_turns, next_mark


async def end_to_end(ground: Ground) -> list[Comparison]:
    count = 200 if ground.quick else 3000
    goal = 0.7 if ground.on == "Postgres" else 0.8
    made = [ground.compare("end to end", "notifications/s", "no database", "more", goal)]
    await in_turns(
        ground.rounds,
        lambda: measures.end_to_end("bare", ground.kafka, next_mark(), "", count),
        (lambda: measures.end_to_end("whole", ground.kafka, next_mark(), ground.fresh(), count), made),
    )
    return made


async def relay(ground: Ground) -> list[Comparison]:
    count, kafka = 2000 if ground.quick else 60_000, ground.kafka
    for_them = 500 if ground.quick else 5000  # rows that a peer sends in about ten seconds

    async def ours(mark: str) -> float:
        found = await relays.relayed(kafka, ground.fresh(), count, mark)
        await check_order(kafka, mark, count + relays.WARM)
        return found

    def yardstick(name: str, goal: float, run: Callable[[str], Awaitable[float]]) -> tuple[Run, list[Comparison]]:
        return _on_topics(kafka, run), [ground.compare("relay", "rows/s", name, "more", goal)]

    def theirs(workers: int) -> Callable[[str], Awaitable[float]]:
        return lambda mark: relays.faststream_outbox(kafka, ground.fresh(), for_them, mark, workers)

    yardsticks = [yardstick("send_batch", 0.6, lambda mark: relays.bare(kafka, count, mark))]
    if peer.is_there(ground.on):
        yardsticks += [
            yardstick("faststream-outbox, keys in order", 15, theirs(1)),
            yardstick("faststream-outbox, 16 workers", 10, theirs(16)),
        ]
    await beside_each(ground, _on_topics(kafka, ours), yardsticks)
    return _all_of(yardsticks)


async def latency(ground: Ground) -> list[Comparison]:
    made = []
    for rate, seconds in ((100, 1.0),) if ground.quick else ((1, 20.0), (20, 10.0), (100, 10.0), (200, 10.0)):
        goals = {"p50": 2.0, "p99": 2.0} if rate == 100 else {}
        what = f"in → out at {rate}/s"

        def run(kind: str, rate: int = rate, seconds: float = seconds) -> Awaitable[list[float]]:
            database = "" if kind == "bare" else ground.fresh()
            return measures.latency(kind, ground.kafka, next_mark(), database, seconds, rate)

        yardsticks = [(partial(run, "bare"), ground.percentiles(what, "no database", **goals))]
        if rate == 100 and peer.is_there(ground.on) and not ground.quick:
            yardsticks.append((partial(run, "beside"), ground.percentiles(what, "the same, by faststream-outbox")))
        await beside_each(ground, partial(run, "whole"), yardsticks)
        made += _all_of(yardsticks)
    return made


async def at_rest(ground: Ground) -> list[Comparison]:
    rows = 10 if ground.quick else 200
    what = "idle, insert → visible"

    def ours() -> Awaitable[list[float]]:
        return idle.through_the_relay(ground.kafka, ground.fresh(), rows, next_mark())

    def directly() -> Awaitable[list[float]]:
        return idle.directly(ground.kafka, rows, next_mark())

    def theirs() -> Awaitable[list[float]]:
        return idle.through_faststream_outbox(ground.kafka, ground.fresh(), rows, next_mark())

    yardsticks = [(directly, ground.percentiles(what, "sent directly", p50=2.5, p99=1.1))]
    if peer.is_there(ground.on) and not ground.quick:
        yardsticks.append((theirs, ground.percentiles(what, "faststream-outbox")))
    await beside_each(ground, ours, yardsticks)
    return _all_of(yardsticks)


def _all_of(yardsticks: Iterable[tuple[Run, list[Comparison]]]) -> list[Comparison]:
    return [each for _, made in yardsticks for each in made]


def _on_topics(kafka: str, run: Callable[[str], Awaitable[float]]) -> Callable[[], Awaitable[float]]:
    """The run, on topics that are there before its clock runs."""

    async def prepared() -> float:
        mark = next_mark()
        await relays.make_topics(kafka, mark)
        return await run(mark)

    return prepared
