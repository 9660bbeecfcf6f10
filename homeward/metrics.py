"""What `/ready` says as numbers over time: gauges in the text format that Prometheus and others read. Only counts and
ages; no label names a child, a person or an address."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, get_args

from store.delivery_table import DeliveryState

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_NOT_ARRIVED = [state for state in get_args(DeliveryState) if state not in ("accepted", "delivered")]
"""The states that are counted; what went out is not."""
_Sample = tuple[Mapping[str, str], float]


def metrics(state: Mapping[str, Any], channels: Collection[str]) -> str:
    """The gauges of what readiness says. `channels`: every way out, so that a state which nothing is in is 0 there and
    no gap."""
    by_channel = state.get("deliveries_by_channel", {})
    counted = [
        ({"channel": channel, "state": one}, by_channel.get(channel, {}).get(one, 0))
        for channel in sorted({*channels, *by_channel})
        for one in _NOT_ARRIVED
    ]
    away = [({"channel": name}, state.get("channels_away", {}).get(name, 0)) for name in sorted(channels)]
    ages = [({"authority": name}, age) for name, age in sorted(state.get("register_age", {}).items())]
    checks = [({"check": name}, held) for name, held in sorted(state["checks"].items())]
    lines = [*_gauge("ready", "1 while the hub does its work.", [({}, state["ready"])])]
    lines += _gauge("check", "1 while this part of the hub does its work.", checks)
    if state["checks"]["database"]:  # else nothing is known of these, and a 0 would be a lie
        lines += _gauge("deliveries", "Deliveries that have not arrived, by way out and state.", counted)
        oldest: list[_Sample] = [({}, state["oldest_delivery"])]
        lines += _gauge("oldest_delivery_seconds", "Age of the oldest message that has not been accepted.", oldest)
        lines += _gauge("channel_away_seconds", "For how long a way out has taken nothing.", away)
        lines += _gauge("quarantined", "Messages in quarantine.", [({}, state["quarantined"])])
        lines += _gauge("register_age_seconds", "Age of the newest record of each register.", ages)
    return "\n".join([*lines, ""])


def _gauge(name: str, means: str, samples: Sequence[_Sample]) -> Iterator[str]:
    yield f"# HELP homeward_{name} {means}"
    yield f"# TYPE homeward_{name} gauge"
    for labels, value in samples:
        told = ",".join(f'{key}="{_escaped(word)}"' for key, word in labels.items())
        yield f"homeward_{name}{{{told}}} {value:g}" if told else f"homeward_{name} {value:g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
