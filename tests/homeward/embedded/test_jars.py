"""The jars of the embedded broker: all pinned, and nothing else is run."""

import hashlib
import re
from pathlib import Path

import pytest

from homeward.embedded import EmbeddedError
from homeward.embedded.jars import KAFKA, Jar, obtain, pinned

CONTENT = b"a jar, for all that a hash can tell"
SMALL = Jar("org.example", "small", "1.0", len(CONTENT), hashlib.sha256(CONTENT).hexdigest())


def put(cache: Path, content: bytes) -> Path:
    path = cache / f"kafka-{KAFKA}" / SMALL.name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def test_all_forty_six_are_pinned_by_version_size_and_sha256() -> None:
    jars = pinned()
    assert len({jar.name for jar in jars}) == len(jars) == 46
    assert {jar.version for jar in jars if jar.group == "org.apache.kafka"} == {KAFKA}
    assert all(re.fullmatch(r"[0-9a-f]{64}", jar.sha256) and jar.size > 0 for jar in jars)


def test_what_is_there_and_right_is_taken_without_a_word(tmp_path: Path) -> None:
    path = put(tmp_path, CONTENT)
    told: list[str] = []
    assert obtain(tmp_path, told.append, [SMALL]) == (path,)
    assert told == []


def test_a_jar_that_was_tampered_with_is_refused_and_the_mend_named(tmp_path: Path) -> None:
    path = put(tmp_path, CONTENT + b"!")
    with pytest.raises(EmbeddedError, match="wrong sha256") as refused:
        obtain(tmp_path, print, [SMALL])
    assert f"{path}" in str(refused.value)
    assert "Delete it" in str(refused.value)


def test_a_stranger_beside_the_jars_is_not_taken_along(tmp_path: Path) -> None:
    path = put(tmp_path, CONTENT)
    path.with_name("stranger.jar").write_bytes(b"not ours")
    assert obtain(tmp_path, print, [SMALL]) == (path,)


def test_a_cache_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(EmbeddedError, match="HOMEWARD_CACHE"):
        obtain(tmp_path / "file", print, [SMALL])
