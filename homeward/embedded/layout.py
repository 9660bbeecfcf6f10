"""What a broker's folder remembers between starts (cluster id, nodes, ports) and the configuration that each node gets
from it. No process is started here."""

import base64
import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from homeward.embedded.errors import EmbeddedError
from homeward.embedded.probe import _LOOPBACK, free_port, is_free


@dataclass(frozen=True, slots=True)
class Node:
    """One server that is broker and controller at once; ports on loopback."""

    id: int
    port: int
    controller: int

    @property
    def name(self) -> str:
        return f"node-{self.id}"


@dataclass(frozen=True, slots=True)
class Layout:
    """A cluster: its id (22 characters, as Kafka writes it) and its nodes in order."""

    cluster: str
    nodes: tuple[Node, ...]

    @property
    def bootstrap(self) -> str:
        return ",".join(f"{_LOOPBACK}:{node.port}" for node in self.nodes)

    def save(self, folder: Path) -> None:
        text = json.dumps({"cluster": self.cluster, "nodes": [asdict(node) for node in self.nodes]}, indent=2)
        draft = folder / "cluster.json.new"
        draft.write_text(text + "\n", "utf-8")
        draft.replace(folder / "cluster.json")


def settle(
    folder: Path, nodes: int, port: int | None, notice: Callable[[str], None], preferred: int | None = None
) -> Layout:
    """The layout of `folder`: as remembered, or new. With `port` the nodes listen on it and those that follow; else on
    the ports of the last time, and where one of them is taken now on a free one, which is told to `notice`. A new
    layout begins with the port that is `preferred`, where it is free.
    Raises `EmbeddedError` for a port in use and for another number of nodes than the folder was made for."""
    held = load_layout(folder)
    if held is not None and len(held.nodes) != nodes:
        raise EmbeddedError(
            f"The cluster in {folder} has {len(held.nodes)} node(s), not {nodes}. "
            f"Start it with {len(held.nodes)}, or choose another folder."
        )
    cluster = held.cluster if held else base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    taken: set[int] = set() if port is None else {port + index for index in range(nodes)}

    def choose(last: int | None) -> int:
        if last is not None and last not in taken and is_free(last):
            chosen = last
        else:
            chosen = free_port(taken)
            if last is not None:
                notice(f"Port {last}, used last time, is taken by another program. Using {chosen} instead.")
        taken.add(chosen)
        return chosen

    settled = []
    for index in range(nodes):
        last = held.nodes[index] if held else None
        if port is not None:
            listen = _given(port + index)
        elif last is None and index == 0 and preferred is not None and is_free(preferred):
            listen = preferred
            taken.add(listen)
        else:
            listen = choose(last.port if last else None)
        settled.append(Node(index + 1, listen, choose(last.controller if last else None)))
    return Layout(cluster, tuple(settled))


def properties(node: Node, layout: Layout, partitions: int, auto_create: bool, more: Mapping[str, str]) -> str:
    """The `server.properties` of `node`. Paths are relative to the node's own folder, where it runs."""
    copies = str(len(layout.nodes))
    in_sync = str(max(1, len(layout.nodes) - 1))
    settings = {
        "process.roles": "broker,controller",
        "node.id": str(node.id),
        "controller.quorum.voters": ",".join(f"{n.id}@{_LOOPBACK}:{n.controller}" for n in layout.nodes),
        "listeners": f"PLAINTEXT://{_LOOPBACK}:{node.port},CONTROLLER://{_LOOPBACK}:{node.controller}",
        "advertised.listeners": f"PLAINTEXT://{_LOOPBACK}:{node.port}",
        "inter.broker.listener.name": "PLAINTEXT",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": "data",
        "auto.create.topics.enable": str(auto_create).lower(),
        "num.partitions": str(partitions),
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        "offsets.topic.replication.factor": copies,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": in_sync,
        **FOR_ONE_MACHINE,
        **more,
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


FOR_ONE_MACHINE = {
    # Few threads, partitions and buffers: it shares the machine with the hub, and starts sooner.
    "offsets.topic.num.partitions": "6",
    "transaction.state.log.num.partitions": "6",
    "share.coordinator.state.topic.num.partitions": "6",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "background.threads": "2",
    "log.cleaner.dedupe.buffer.size": "8388608",
    # A lone group need not wait for company; a dead member or node is missed soon.
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "1000",
    "broker.heartbeat.interval.ms": "500",
    "broker.session.timeout.ms": "4500",
    # The demo's clock is not the machine's: neither old nor future timestamps may cost a message.
    "log.retention.ms": "-1",
    "log.message.timestamp.after.max.ms": "9223372036854775807",
}


def _given(port: int) -> int:
    if not is_free(port):
        raise EmbeddedError(
            f"Port {port} on {_LOOPBACK} is in use by another program. "
            "Choose another port, or leave out --port to use a free one."
        )
    return port


def load_layout(folder: Path) -> Layout | None:
    """What the folder remembers, if it was ever used. Raises `EmbeddedError`."""
    path = folder / "cluster.json"
    try:
        held = json.loads(path.read_text("utf-8"))
        return Layout(str(held["cluster"]), tuple(Node(**node) for node in held["nodes"]))
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        raise EmbeddedError(
            f"Cannot read {path} ({error}). Delete the folder {folder} and the messages in it, or choose another."
        ) from None
