"""The order in which a real service is looked for, and what is said when there is none."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.services import finding
from tests.services.finding import ServiceError, found

VARIABLE = "HOMEWARD_TEST_ORACLE"


@contextmanager
def at(address: str, left: list[str]) -> Iterator[str]:
    yield address
    left.append(address)


def nowhere() -> AbstractContextManager[str]:
    raise ServiceError("nothing is here")


def accept(address: str) -> None:
    """The address is as good as any."""


def refuse(address: str) -> None:
    raise ServiceError(f"{address} does not answer")


@pytest.fixture(autouse=True)
def without_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.fixture(params=[True, False], ids=["Docker", "no Docker"])
def docker(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(finding, "docker_answers", lambda: request.param)
    return bool(request.param)


def test_an_address_in_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "delphi:1")
    with found("oracle", VARIABLE, accept, nowhere, nowhere) as address:
        assert address == "delphi:1"


def test_an_address_that_does_not_answer_is_a_failure_and_nothing_else_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VARIABLE, "delphi:1")
    with (
        pytest.raises(pytest.fail.Exception, match=f"{VARIABLE} names cannot be used: delphi:1 does not answer"),
        found("oracle", VARIABLE, refuse, lambda: at("docker", []), lambda: at("embedded", [])),
    ):
        pass


def test_docker_comes_before_the_embedded_one_where_an_engine_answers(docker: bool) -> None:
    left: list[str] = []
    expected = "docker" if docker else "embedded"
    with found("oracle", VARIABLE, accept, lambda: at("docker", left), lambda: at("embedded", left)) as address:
        assert address == expected
    assert left == [expected]


def test_an_engine_that_cannot_bring_it_gives_way_to_the_embedded_one(docker: bool) -> None:
    with found("oracle", VARIABLE, accept, nowhere, lambda: at("embedded", [])) as address:
        assert address == "embedded"


def test_without_any_the_test_fails_and_names_each_reason_and_the_mend(docker: bool) -> None:
    with (
        pytest.raises(pytest.fail.Exception) as failed,
        found("oracle", VARIABLE, accept, nowhere, nowhere),
    ):
        pass
    assert ("no engine answers" in str(failed.value)) is not docker
    assert "embedded: nothing is here" in str(failed.value)
    assert f"Mend: set {VARIABLE}" in str(failed.value)
