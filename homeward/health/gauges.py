"""What `/ready` says as numbers over time, for Prometheus and whatever else reads its format. Only counts and ages; no
label names a child, a person or an address."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from homeward.health.board import Board
from store.delivery_table import DeliveryState

_NOT_ARRIVED = [state for state in get_args(DeliveryState) if state not in ("accepted", "delivered", "withdrawn")]
"""The states that are counted; what went out, or was not needed any more, is not."""
_Samples = Iterable[tuple[Sequence[str], float]]


class Gauges(Collector):
    """The gauges of what stands on a board. A state that nothing is in is 0 for each way out, and no gap."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def collect(self) -> Iterator[GaugeMetricFamily]:
        state = self._board.state()
        yield _gauge("ready", "1 while the hub does its work.", (), [((), state["ready"])])
        checks = [((name,), held) for name, held in sorted(state["checks"].items())]
        yield _gauge("check", "1 while this part of the hub does its work.", ("check",), checks)
        if "unread" in state:
            yield from _of_the_consumers(state)
        if state["checks"].get("database"):  # else nothing is known of these, and a 0 would be a lie
            yield from _of_the_database(state)


def _of_the_database(state: Mapping[str, Any]) -> Iterator[GaugeMetricFamily]:
    counts = state["deliveries_by_channel"]
    channels = sorted({*state["channels"], *counts})
    counted = [((c, one), counts.get(c, {}).get(one, 0)) for c in channels for one in _NOT_ARRIVED]
    yield _gauge("deliveries", "Deliveries that have not arrived, by way out and state.", ("channel", "state"), counted)
    oldest = [((), state["oldest_delivery"])]
    yield _gauge("oldest_delivery_seconds", "Age of the oldest message that has not been accepted.", (), oldest)
    for name, counts_what, means in (
        ("waiting", "rows", "Messages that wait, by way out and urgency."),
        ("oldest_waiting_seconds", "seconds", "Age of the oldest message that waits, by way out and urgency."),
    ):
        waiting = [((w["channel"], w["urgency"]), w[counts_what]) for w in state["waiting"]]
        yield _gauge(name, means, ("channel", "urgency"), waiting)
    away = [((name,), state["channels_away"].get(name, 0)) for name in state["channels"]]
    yield _gauge("channel_away_seconds", "For how long a way out has taken nothing.", ("channel",), away)
    yield _gauge("pauses", "Destinations, lanes and ways out that somebody has paused.", (), [((), state["pauses"])])
    if "shards" in state:
        yield _gauge("relay_shards", "Shards that the relay of this process holds.", (), [((), state["shards"])])
    if "sealed_age" in state:
        means = "Time since all of the ledger that could be sealed was."
        yield _gauge("sealed_seconds", means, (), [((), state["sealed_age"])])
    if "bounces" in state:
        for name, told, means in (
            ("age_seconds", "age", "Time since the mailbox for bounces was last read."),
            ("left", "left", "Messages in the mailbox for bounces that stay unread for a person."),
        ):
            yield _gauge(f"bounces_{name}", means, (), [((), state["bounces"][told])])
    waits = [((witness,), seconds) for witness, seconds in sorted(state.get("root_waits", {}).items())]
    yield _gauge("root_waits_seconds", "For how long roots of days have waited to be vouched for.", ("witness",), waits)
    owners = [((shard, owner), 1) for shard, owner in sorted(state["shard_owners"].items())]
    yield _gauge("shard_owner", "1 for each shard and the process that relays it.", ("shard", "owner"), owners)
    unsent = [((), state["unsent_answers"])]
    yield _gauge("unsent_answers", "Answers of the desk that have not reached Kafka.", (), unsent)
    oldest = [((), state["oldest_unsent_answer"])]
    yield _gauge("oldest_unsent_answer_seconds", "Age of the oldest answer that has not reached Kafka.", (), oldest)
    yield _gauge("quarantined", "Messages in quarantine.", (), [((), state["quarantined"])])
    reasons = [((reason,), rows) for reason, rows in sorted(state["quarantined_by_reason"].items())]
    yield _gauge("quarantined_by_reason", "Messages in quarantine, by reason.", ("reason",), reasons)
    for name, label, means in (
        ("register_age", "authority", "Age of the newest record of each register."),
        ("feed_age", "authority", "Time since a record of each register was last read."),
        ("purge_age", "part", "Time since each part was last purged."),
    ):
        ages = [((of,), age) for of, age in sorted(state[name].items())]
        yield _gauge(f"{name}_seconds", means, (label,), ages)
    yield from _of_the_feeds(state["feeds"])
    yield from _of_the_canaries(state["canaries"])
    yield from _of_the_timers(state["timers"])


def _of_the_feeds(feeds: Mapping[str, Mapping[str, Any]]) -> Iterator[GaugeMetricFamily]:
    for name, told, means in (
        ("heard_seconds", "heard", "Time since a topic last brought anything."),
        ("expected", "expected", "How often a topic should have been heard since it last was."),
        ("silent", "silent", "1 while a topic is silent for longer than chance explains, or never began."),
    ):
        of_each = [((topic,), feed[told]) for topic, feed in sorted(feeds.items()) if feed[told] is not None]
        yield _gauge(f"feed_{name}", means, ("topic",), of_each)


def _of_the_canaries(canaries: Mapping[str, Mapping[str, Any]]) -> Iterator[GaugeMetricFamily]:
    for name, told, means in (
        ("absent", "absent", "1 while no canary of this authority comes home."),
        ("age_seconds", "seconds", "Time since a canary of this authority last came home, while any is to."),
    ):
        yield _gauge(f"canary_{name}", means, ("authority",), [((a,), each[told]) for a, each in canaries.items()])
    stages = [((a, stage), got) for a, each in canaries.items() for stage, got in each["stages"].items()]
    means = "1 where the present canary of this authority has got through this stage."
    yield _gauge("canary_stage", means, ("authority", "stage"), stages)


def _of_the_timers(timers: Mapping[str, int]) -> Iterator[GaugeMetricFamily]:
    yield _gauge("timers", "Timers that stand.", (), [((), timers["standing"])])
    yield _gauge("timers_set_aside", "Timers that failed, and are tried again.", (), [((), timers["set_aside"])])
    yield _gauge("timers_overdue", "Timers that are due and have not been asked.", (), [((), timers["overdue"])])
    yield _gauge("timers_greatest_delay_seconds", "How late the latest timer is.", (), [((), timers["greatest_delay"])])


def _of_the_consumers(state: Mapping[str, Any]) -> Iterator[GaugeMetricFamily]:
    for name, told, means in (
        ("lag", "unread", "Records that wait to be read."),
        ("position", "positions", "Offset of the next record to be read."),
        ("committed", "committed", "Offset of the next record that a restart would read."),
    ):
        of_each = [(_place(where), offset) for where, offset in sorted(state[told].items())]
        yield _gauge(f"consumer_{name}", means, ("topic", "partition"), of_each)


def _place(where: str) -> tuple[str, str]:
    topic, _, partition = where.rpartition("/")
    return topic, partition


def _gauge(name: str, means: str, labels: Sequence[str], samples: _Samples) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"homeward_{name}", means, labels=labels)
    for values, value in samples:
        family.add_metric(list(values), float(value))
    return family
