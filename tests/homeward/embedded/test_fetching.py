"""How the jars come into the cache: over HTTP, whole and verified or not at all. The repository is one on loopback."""

import gc
import hashlib
import threading
import warnings
from collections.abc import Iterator, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from homeward.embedded import EmbeddedError
from homeward.embedded.jars import KAFKA, Jar, obtain
from homeward.embedded.probe import _LOOPBACK

CONTENTS = {f"part{n}": f"jar number {n}".encode() * 1000 for n in range(12)}
JARS = [Jar("org.example", name, "1.0", len(text), hashlib.sha256(text).hexdigest()) for name, text in CONTENTS.items()]


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and keeps silent about it."""

    def log_message(self, format: str, *args: object) -> None: ...


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a Maven repository that jgo is told to use, with the jars in it."""
    root = tmp_path / "repository"
    for name, text in CONTENTS.items():
        path = root / "org" / "example" / name / "1.0" / f"{name}-1.0.jar"
        path.parent.mkdir(parents=True)
        path.write_bytes(text)
    server = ThreadingHTTPServer((_LOOPBACK, 0), partial(Quiet, directory=str(root)))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    use(tmp_path, monkeypatch, server.server_port)
    yield root
    server.shutdown()
    server.server_close()
    thread.join()


def use(folder: Path, monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    configuration = folder / "jgo.conf"
    configuration.write_text(f"[repositories]\ncentral = http://{_LOOPBACK}:{port}\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(configuration))
    monkeypatch.setenv("NO_PROXY", _LOOPBACK)


def in_cache(cache: Path) -> set[str]:
    return {path.name for path in cache.rglob("*") if path.is_file()}


def test_what_is_missing_is_fetched_with_progress_and_only_once(tmp_path: Path, repository: Path) -> None:
    cache, told = tmp_path / "cache", list[str]()
    paths = obtain(cache, told.append, JARS)
    assert [path.read_bytes() for path in paths] == list(CONTENTS.values())
    assert KAFKA in told[0]
    assert "100 %" in told[-1]
    assert in_cache(cache) == {jar.name for jar in JARS}
    told.clear()
    assert obtain(cache, told.append, JARS) == paths
    assert told == []


def refusal(cache: Path, jars: Sequence[Jar]) -> str:
    """What `obtain` says where it must fail."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # jgo leaves an answer that it does not like half read
        with pytest.raises(EmbeddedError) as refused:
            obtain(cache, print, jars)
        said = str(refused.value)
        del refused
        gc.collect()
    return said


def test_a_jar_that_differs_at_its_source_never_reaches_the_cache(tmp_path: Path, repository: Path) -> None:
    (repository / "org" / "example" / "part3" / "1.0" / "part3-1.0.jar").write_bytes(b"something else")
    assert "part3-1.0.jar has the wrong sha256" in refusal(tmp_path / "cache", JARS)
    assert "part3-1.0.jar" not in in_cache(tmp_path / "cache")


def test_a_jar_that_its_source_lacks_is_named_with_the_mend(tmp_path: Path, repository: Path) -> None:
    (repository / "org" / "example" / "part3" / "1.0" / "part3-1.0.jar").unlink()
    said = refusal(tmp_path / "cache", JARS)
    assert "Could not download org.example:part3:1.0" in said
    assert "[repositories]" in said


def test_without_a_network_the_mend_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ThreadingHTTPServer((_LOOPBACK, 0), Quiet) as closed:
        port = closed.server_port
    use(tmp_path, monkeypatch, port)
    assert "Check the network" in refusal(tmp_path / "cache", JARS[:1])
