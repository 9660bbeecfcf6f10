"""A real Apache Kafka in a folder of its own, started and stopped as one thing. Blocking and free of any event loop;
where its parts come from, what its configuration says and how one server runs is in the modules beside."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from homeward.embedded.errors import EmbeddedError
from homeward.embedded.jars import obtain
from homeward.embedded.java import Java, find_java
from homeward.embedded.layout import Layout, properties, settle
from homeward.embedded.lock import FolderLock
from homeward.embedded.server import Server

STARTUP = 90.0
"""Seconds within which all nodes must answer."""
SECOND_TRIES = 2
"""How often a start is tried again with other ports, where a port was lost between choice and use."""


class EmbeddedKafka:
    """Apache Kafka on loopback, in KRaft mode, with its messages kept in `folder` from one start to the next.

    `nodes` is 1, or 3 for replication factor 3 with two in sync. `port` is that of the first node (the others follow);
    without it the `preferred_port`, where it is free, or free ports are chosen and remembered. `partitions` is for
    topics made without a number, which happens on first use where `auto_create_topics` says so. `java_home` is what
    JAVA_HOME names; `cache` the folder for fetched parts (default `~/.cache/homeward`); `heap` in megabytes for each
    node; `settings` are further lines for `server.properties`, `users` are SCRAM users of a new folder (name →
    password). `notice` is told in words what takes time or is out of the ordinary.
    """

    def __init__(
        self,
        folder: Path,
        *,
        nodes: int = 1,
        port: int | None = None,
        preferred_port: int | None = None,
        partitions: int = 6,
        auto_create_topics: bool = True,
        java_home: Path | None = None,
        cache: Path | None = None,
        heap: int = 512,
        settings: Mapping[str, str] | None = None,
        users: Mapping[str, str] | None = None,
        notice: Callable[[str], None] = lambda line: None,
    ) -> None:
        if nodes not in (1, 3):
            raise EmbeddedError(f"A cluster has 1 or 3 nodes, not {nodes}.")
        self.folder = folder.resolve()
        self._nodes, self._partitions, self._auto_create = nodes, partitions, auto_create_topics
        self._port, self._preferred_port = port, preferred_port
        self._java_home, self._cache, self._heap = java_home, cache or Path.home() / ".cache" / "homeward", heap
        self._settings, self._users, self._notice = dict(settings or {}), dict(users or {}), notice
        self._command: tuple[str, ...] = ()
        self._lock: FolderLock | None = None
        self._layout: Layout | None = None
        self.servers: tuple[Server, ...] = ()

    def __enter__(self) -> "EmbeddedKafka":
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def bootstrap(self) -> str:
        """`host:port,…` for any Kafka client. Only while started."""
        assert self._layout is not None, "the broker has not been started"
        return self._layout.bootstrap

    def start(self) -> None:
        """Return when every node answers and knows the others. Raises `EmbeddedError`, with nothing left running."""
        java = self._command = self._java(find_java(self._java_home, self._notice))
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.folder.chmod(0o700)  # whatever made it: what is in it tells of children
            self._lock = FolderLock.take(self.folder, self._notice)
        except OSError as error:
            raise EmbeddedError(
                f"Cannot use the folder {self.folder} ({error.strerror}). Choose one that you can write to."
            ) from None
        try:
            for tries_left in range(SECOND_TRIES, -1, -1):
                self._launch(java, self._lock)
                if self._await_answer(tries_left):
                    return
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop all nodes, cleanly where they let themselves be stopped, and give the folder back."""
        self._end_servers()
        if self._lock is not None:
            self._lock.release()
        self._lock, self._layout = None, None

    def restart(self, number: int) -> None:
        """Start a node (from 0) that has ended again, with its data. It is there as soon as its process is: whoever
        waits for it asks `servers`."""
        assert self._layout is not None, "the cluster has not been started"
        assert self._lock is not None
        former = self.servers[number]
        former.join()
        server = Server(former.node, former.folder, self._command, self._users)
        settings = properties(server.node, self._layout, self._partitions, self._auto_create, self._settings)
        server.prepare(settings)
        server.start(self._lock.handle)
        self.servers = (*self.servers[:number], server, *self.servers[number + 1 :])
        self._lock.name_servers([each.process for each in self.servers if each.process is not None])

    def watch(self, pause: float = 0.5) -> None:
        """Stay as long as a majority of the nodes runs, looking every `pause` seconds; a node that stops by itself
        meanwhile is told to `notice`. Then raise `EmbeddedError` with the last words of one."""
        gone: set[Server] = set()
        while len(gone) * 2 < len(self.servers):
            for server in self.servers:
                if server.has_ended and server not in gone:
                    gone.add(server)
                    self._notice(f"{server.node.name} stopped unexpectedly ({len(gone)} of {self._nodes} nodes down).")
            time.sleep(pause)
        self._raise_if_ended()

    def _java(self, java: Java) -> tuple[str, ...]:
        jars = obtain(self._cache, self._notice)
        return (
            str(java.executable),
            f"-Xmx{self._heap}m",
            # For a server that is started often and runs beside others on few cores.
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Dorg.slf4j.simpleLogger.showDateTime=true",
            "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss,SSS",
            "-cp",
            ":".join(str(jar) for jar in jars),
        )

    def _launch(self, java: tuple[str, ...], lock: FolderLock) -> None:
        layout = settle(self.folder, self._nodes, self._port, self._notice, self._preferred_port)
        layout.save(self.folder)
        self._layout = layout
        self.servers = tuple(Server(node, self.folder / node.name, java, self._users) for node in layout.nodes)
        for server in self.servers:
            server.prepare(properties(server.node, layout, self._partitions, self._auto_create, self._settings))
        formatting = [(server, server.begin_format(layout.cluster)) for server in self.servers]
        for _, work in formatting:
            if work is not None:
                work.wait()
        for server, work in formatting:
            server.check_format(work)
        for server in self.servers:
            server.start(lock.handle)
        lock.name_servers([server.process for server in self.servers if server.process is not None])

    def _await_answer(self, tries_left: int) -> bool:
        """True when every node is ready; False when a port was lost and a further try is due."""
        assert self._layout is not None, "the cluster has been launched"
        deadline, cluster = time.monotonic() + STARTUP, self._layout.cluster
        waiting = list(self.servers)
        while waiting:
            waiting = [server for server in waiting if not server.is_ready(self._nodes, cluster)]
            lost = [server for server in self.servers if server.has_ended]
            if lost and tries_left and "Address already in use" in lost[0].log_text():
                self._end_servers()
                return False
            self._raise_if_ended()
            if waiting and time.monotonic() > deadline:
                raise EmbeddedError(
                    f"Kafka did not answer within {STARTUP:.0f} seconds. The machine may be too busy or short of "
                    f"memory ({self._heap} MB per node).\n{waiting[0].last_words()}"
                )
            if waiting:
                time.sleep(0.03)
        return True

    def _end_servers(self) -> None:
        for server in self.servers:
            server.release()
        for server in self.servers:
            server.join()
        self.servers = ()

    def _raise_if_ended(self) -> None:
        for server in self.servers:
            if server.has_ended:
                raise EmbeddedError(
                    f"Kafka ({server.node.name}) stopped unexpectedly. If the cause below is not clear, delete "
                    f"{self.folder} (and the messages in it) and start again.\n{server.last_words()}"
                )
