"""How `make test` divides the tests: what must stay together does, and what is asked for by name is not divided."""

from pathlib import Path

import pytest

from tests.parallel import APART, AT_LENGTH, LONG, TOGETHER, group_of, is_left_out, is_narrow, processes

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("path", [*TOGETHER, *APART, *LONG, *AT_LENGTH])
def test_every_path_that_is_named_has_tests(path: str) -> None:
    assert [*ROOT.glob(f"{path}*.py"), *ROOT.glob(path)], "its tests have moved: name their new place"


def test_tests_that_start_brokers_are_one_group_and_a_file_is_one_of_its_own() -> None:
    brokers = {
        group_of(f"tests/homeward/embedded/{name}") for name in ("test_kafka.py::test_a", "test_command.py::test_b[x]")
    }
    assert len(brokers) == 1
    assert group_of("tests/house/test_docs.py::test_a[docs/x::y.md]") == "tests/house/test_docs.py"


def test_each_long_test_that_stands_alone_is_a_group() -> None:
    assert group_of(f"{APART[0]}::test_a[one]") != group_of(f"{APART[0]}::test_a[other]")


def test_a_long_file_is_one_group() -> None:
    assert group_of(f"{LONG[0]}::test_a") == LONG[0]


@pytest.mark.parametrize(("processors", "wanted"), [(1, 3), (2, 4), (4, 4), (16, 4)])
def test_tests_that_wait_leave_their_processor_to_two_more_processes(processors: int, wanted: int) -> None:
    assert processes(processors) == wanted


@pytest.mark.parametrize(
    ("keyword", "paths", "narrow"),
    [
        ("", ["tests"], False),
        ("", ["tests/support"], False),
        ("settings", ["tests"], True),
        ("", ["tests/house/test_docs.py"], True),
        ("", ["tests/support", "tests/house/test_docs.py::test_every_link_leads_somewhere"], True),
    ],
)
def test_some_tests_by_name_or_by_file_run_in_one_process(keyword: str, paths: list[str], narrow: bool) -> None:
    assert is_narrow(keyword, paths) is narrow


@pytest.mark.parametrize("path", [AT_LENGTH[0], "tests/house/test_docs.py"])
def test_each_file_is_in_one_of_the_two_parts_and_without_a_part_in_what_runs(path: str) -> None:
    assert sorted(is_left_out(path, part) for part in ("short", "long")) == [False, True]
    assert is_left_out(path, "short") is (path in AT_LENGTH)
    assert not is_left_out(path, None)
