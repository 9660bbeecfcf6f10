"""How `make test` divides the tests between processes. What shares a broker, a topic or a costly beginning stays
together, in one process and in order; groups that take long come first, so that no process is left with one at the end.
"""

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from xdist.scheduler import LoadScopeScheduling

# The beginning of a path → its group. Any other file is a group of its own.
TOGETHER = {
    "tests/protocols/test_scenario": "scenarios, each run once in a process",
    "tests/homeward/embedded/": "brokers of their own, started and killed",
    "tests/hub/test_rights": "a Kafka of their own, which allows nothing that was not granted",
    "tests/desk/test_kafka_rights": "a Kafka of their own, which allows nothing that was not granted",
    "tests/hub/test_rolling": "hubs that are upgraded, with a Kafka of their own",
    "tests/hub/test_no_record": "hubs that read topics of their own",
    "tests/hub/test_many_alike": "hubs that read registers and topics of their own",
    "tests/hub/": "hubs on one Kafka, of which some read the same topics",
}
# Files of which each test takes long and stands alone.
APART = (
    "tests/protocols/test_any_course.py",
    "tests/disorder/test_random_courses.py",
    "tests/intake/test_worklist.py",
)
# Files that take long, each a group of its own.
LONG = (
    "tests/torture/test_a_short_run.py",
    "tests/desk/test_provider.py",
    "tests/desk/test_every_page.py",
    "tests/protocols/test_late_scope.py",
    "tests/homeward/test_first_start.py",
    "tests/outbox/test_relay_hung.py",
    "tests/consumers/test_members.py",
)
# Files that prove something by length: by many courses, mutants or pages, by time, or by hubs and brokers that come and
# go. They are what `make test-long` runs, and `make test` leaves out.
AT_LENGTH = (
    "tests/arriving/test_a_county.py",
    "tests/desk/test_every_page.py",
    "tests/disorder/test_random_courses.py",
    "tests/fuzz/test_way_in.py",
    "tests/homeward/embedded/test_three_nodes.py",
    "tests/homeward/test_rehearsing.py",
    "tests/hub/test_a_thousand.py",
    "tests/hub/test_kafka_away.py",
    "tests/hub/test_rolling_upgrade.py",
    "tests/intake/test_courses.py",
    "tests/outbox/test_relay_property.py",
    "tests/protocols/test_any_course.py",
    "tests/protocols/test_late_scope.py",
    "tests/protocols/test_scenario_mutants.py",
    "tests/torture/test_a_short_run.py",
)
PARTS = ("short", "long")
MOST_PROCESSES = 4


def processes(processors: int) -> int:
    """How many processes run the tests: two more than there are processors, as tests wait for a server or a clock for
    four tenths of their time; up to four, as each of them needs memory."""
    return min(processors + 2, MOST_PROCESSES)


def group_of(test: str) -> str:
    """The group of a test, by its node id."""
    if test.startswith(APART):
        return test
    return next((group for path, group in TOGETHER.items() if test.startswith(path)), test.partition("::")[0])


def long_ones_first(tests: list[pytest.Item]) -> None:
    """Brings groups that take long to the front; within a group and among the others the order stays."""
    first = (*TOGETHER, *APART, *LONG)
    tests.sort(key=lambda test: next((n for n, path in enumerate(first) if test.nodeid.startswith(path)), len(first)))


def is_narrow(keyword: str, paths: list[str]) -> bool:
    """Whether only some tests were asked for, by name (`-k`) or by file: they would wait longer for processes to start
    than they run."""
    return bool(keyword) or any(".py" in path for path in paths)


def is_left_out(path: str, part: str | None) -> bool:
    """Whether a file of tests (its path from the root) belongs to the other part."""
    return part is not None and (path in AT_LENGTH) != (part == "long")


def scheduler(config: pytest.Config, log: Any) -> "LoadScopeScheduling":
    """Hands out whole groups, in the order of the tests."""
    from xdist.scheduler import LoadScopeScheduling

    class Groups(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    config.option.loadscopereorder = False
    return Groups(config, log)
