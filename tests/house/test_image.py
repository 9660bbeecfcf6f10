"""How the image is built, as far as that can be tried without an engine."""

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
DIGEST = "sha256:" + "0a" * 32


@pytest.fixture
def image(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    for name in ("image", "image_check", "image_engine"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    import image  # type: ignore[import-not-found, unused-ignore]

    return image


def test_a_pin_stands_behind_the_base_of_every_stage_and_can_be_renewed_and_taken_back(image: ModuleType) -> None:
    plain = image.pinned((ROOT / "Dockerfile").read_text(), "")
    once = image.pinned(plain, DIGEST)
    assert once.count(f"{image.base_of(plain)}@{DIGEST}") == 2
    assert image.pinned(once, DIGEST) == once
    assert image.pinned(once, "") == plain


def test_whom_the_build_trusts_besides_the_image_does_not(image: ModuleType) -> None:
    plain = image.pinned((ROOT / "Dockerfile").read_text(), "")
    stages = re.findall(r"^FROM (\S+)", image.built_on(plain, "trusting:1"), re.MULTILINE)
    assert stages == ["trusting:1", image.base_of(plain)]


def test_a_container_that_is_checked_may_write_nowhere_and_has_no_power_of_root(image: ModuleType) -> None:
    line = image.Engine("podman").inside("homeward:1", ["homeward", "run"], {"HOMEWARD_HEALTH_PORT": "8123"})
    assert {"--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges"} < {*line}
    assert line[-3:] == ["--entrypoint=homeward", "homeward:1", "run"]
    assert "--env=HOMEWARD_HEALTH_PORT=8123" in line


def test_a_broken_promise_is_named_and_fails(
    image: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = image.Engine("podman")
    monkeypatch.setattr(engine, "inspect", lambda tag: ({}, 1_000_000))
    checks = sys.modules["image_check"].CHECKS
    for promise in [*checks]:
        monkeypatch.setitem(checks, promise, lambda engine, tag: None)
    assert image.check(engine, "homeward:1") == 0
    monkeypatch.setitem(checks, "its commands work", lambda engine, tag: "homeward packs: no such pack")
    assert image.check(engine, "homeward:1") == 1
    assert "NO  its commands work homeward packs: no such pack" in capsys.readouterr().out
