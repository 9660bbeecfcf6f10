"""How the processes of a test run share a service: each thread here stands for a process, with locks of its own."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Event

import pytest

from tests.services.sharing import shared

PATIENCE = 30


class Service:
    """A service that counts how often it was started, and knows whether it runs."""

    def __init__(self) -> None:
        self.starts, self.runs, self.stopping = 0, False, Event()

    @contextmanager
    def start(self) -> Iterator[str]:
        assert not self.runs, "two at once"
        self.starts, self.runs = self.starts + 1, True
        try:
            yield f"address {self.starts}"
        finally:
            self.runs = False
            self.stopping.set()


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as made:
        yield made


def test_whoever_asks_gets_the_same_one(tmp_path: Path, pool: ThreadPoolExecutor) -> None:
    service, together = Service(), Barrier(4)

    def use() -> str:
        with shared(tmp_path, "oracle", service.start) as address:
            together.wait(PATIENCE)
            return address

    users = [pool.submit(use) for _ in range(4)]
    assert [user.result(PATIENCE) for user in users] == ["address 1"] * 4
    assert not service.runs


def test_it_lasts_until_the_last_has_left(tmp_path: Path, pool: ThreadPoolExecutor) -> None:
    service, started, joined, leave = Service(), Event(), Event(), Event()

    def first() -> None:
        with shared(tmp_path, "oracle", service.start):
            started.set()
            joined.wait(PATIENCE)

    def second() -> bool:
        started.wait(PATIENCE)
        with shared(tmp_path, "oracle", service.start):
            joined.set()
            leave.wait(PATIENCE)
            return service.runs

    leaving, staying = pool.submit(first), pool.submit(second)
    joined.wait(PATIENCE)
    assert not service.stopping.wait(0.2), "it stopped under somebody who uses it"
    leave.set()
    assert staying.result(PATIENCE)
    leaving.result(PATIENCE)
    assert (service.runs, service.starts) == (False, 1)


def test_whoever_comes_after_all_have_left_starts_it_anew(tmp_path: Path) -> None:
    service = Service()
    for expected in ("address 1", "address 2"):
        with shared(tmp_path, "oracle", service.start) as address:
            assert address == expected


def test_a_start_that_fails_is_told_to_who_asked_and_the_next_tries_again(tmp_path: Path) -> None:
    service = Service()

    @contextmanager
    def refuse() -> Iterator[str]:
        raise OSError("no engine")
        yield ""

    with pytest.raises(OSError, match="no engine"), shared(tmp_path, "oracle", refuse):
        pass
    with shared(tmp_path, "oracle", service.start) as address:
        assert address == "address 1"


def test_an_address_that_a_dead_process_left_behind_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "oracle.address").write_text("address of old")
    with shared(tmp_path, "oracle", Service().start) as address:
        assert address == "address 1"


def test_a_process_alone_shares_with_nobody(pool: ThreadPoolExecutor) -> None:
    services, together = (Service(), Service()), Barrier(2)

    def use(service: Service) -> int:
        with shared(None, "oracle", service.start):
            together.wait(PATIENCE)
            return service.starts

    users: list[Future[int]] = [pool.submit(use, service) for service in services]
    assert [user.result(PATIENCE) for user in users] == [1, 1]
