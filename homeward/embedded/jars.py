"""Files from Maven, such as the jars of Apache Kafka: pinned by coordinates and sha256 in a `jars.txt`, fetched once by
`jgo` into a folder of the user, verified before every use. Where they are fetched from is jgo's affair and its user's
(`[repositories]`)."""

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from homeward.embedded.errors import EmbeddedError

KAFKA = "4.3.1"
"""The version of Apache Kafka that `jars.txt` pins."""
TRIES = 3
"""How often one file is asked for where the connection fails."""


@dataclass(frozen=True, slots=True)
class Jar:
    """One pinned file; `size` in bytes, `sha256` in hexadecimal. `packaging`: how its name ends."""

    group: str
    artifact: str
    version: str
    size: int
    sha256: str
    packaging: str = "jar"

    @property
    def name(self) -> str:
        return f"{self.artifact}-{self.version}.{self.packaging}"


def pinned(package: str = "homeward.embedded") -> tuple[Jar, ...]:
    """Every jar that the `jars.txt` of a package pins, in its order: by itself, the class path of Kafka."""
    text = resources.files(package).joinpath("jars.txt").read_text("utf-8")
    return tuple(_jar(line) for line in text.splitlines() if line and not line.startswith("#"))


def obtain(cache: Path, notice: Callable[[str], None], jars: Sequence[Jar] | None = None) -> tuple[Path, ...]:
    """The verified jars of Kafka below `cache`, as `fetched` has them."""
    return fetched(f"Apache Kafka {KAFKA}", cache / f"kafka-{KAFKA}", pinned() if jars is None else jars, notice)


def fetched(what: str, folder: Path, wanted: Sequence[Jar], notice: Callable[[str], None]) -> tuple[Path, ...]:
    """These jars, verified, in a folder: fetched first where they are missing, with progress told to `notice`. Raises
    `EmbeddedError` if one cannot be fetched or is not what was pinned."""
    missing = [jar for jar in wanted if not (folder / jar.name).exists()]
    if missing:
        _fetch(what, missing, folder, notice)
    for jar in wanted:
        _verify(jar, folder / jar.name)
    return tuple(folder / jar.name for jar in wanted)


def _jar(line: str) -> Jar:
    coordinates, size, sha256 = line.split()
    group, artifact, version = coordinates.split(":")
    return Jar(group, artifact, version, int(size), sha256)


def _verify(jar: Jar, path: Path) -> None:
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != jar.sha256:
        raise EmbeddedError(
            f"{path} has the wrong sha256: {found}, expected {jar.sha256}. "
            f"Delete it and start again to download it once more. If that does not help, do not trust its source."
        )


def _fetch(what: str, jars: Sequence[Jar], folder: Path, notice: Callable[[str], None]) -> None:
    """Each jar appears in `folder` whole and verified or not at all, whoever else fetches at the same time."""
    whole = sum(jar.size for jar in jars)
    files = f"{len(jars)} file{'' if len(jars) == 1 else 's'}"
    notice(f"Downloading {what} ({files}, {_mb(whole)}, only this once) into {folder}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EmbeddedError(
            f"Cannot use the cache folder {folder.parent} ({error.strerror}). "
            "Set HOMEWARD_CACHE to a folder that you can write to."
        ) from None
    done, told = 0, 0
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fetching-") as scratch:
        pool = ThreadPoolExecutor(max_workers=6)
        try:
            pending = {pool.submit(_fetch_one, jar, Path(scratch), folder): jar for jar in jars}
            for count, future in enumerate(as_completed(pending), 1):
                future.result()
                done += pending[future].size
                if done * 10 // whole > told:
                    told = done * 10 // whole
                    notice(f"  {done * 100 // whole:3d} %  {count} of {len(jars)} files, {_mb(done)}")
        finally:
            pool.shutdown(cancel_futures=True)


def _fetch_one(jar: Jar, scratch: Path, folder: Path) -> None:
    try:
        import requests
    except ImportError:
        raise _no_jgo() from None
    for tries_left in range(TRIES - 1, -1, -1):
        try:
            fetched = _download(jar, Path(tempfile.mkdtemp(dir=scratch)))
            break
        except (requests.RequestException, RuntimeError, OSError) as error:
            if tries_left and isinstance(error, requests.RequestException):
                continue
            raise EmbeddedError(
                f"Could not download {jar.group}:{jar.artifact}:{jar.version}: {error}\n"
                "Check the network and its proxy, or add a repository that you can reach to [repositories] in jgo's "
                "configuration file. Files that are already downloaded are kept."
            ) from error
    _verify(jar, fetched)
    fetched.replace(folder / jar.name)


def _download(jar: Jar, scratch: Path) -> Path:
    """The file as the first repository gives it that has it: those of jgo's user, after Maven Central."""
    try:
        from jgo.config import GlobalSettings
        from jgo.constants import MAVEN_CENTRAL_URL
        from jgo.maven import MavenContext
    except ImportError:
        raise _no_jgo() from None
    repositories = {"central": MAVEN_CENTRAL_URL, **GlobalSettings.load().repositories}
    maven = MavenContext(repo_cache=scratch, timeout=60, remote_repos=repositories)
    return maven.project(jar.group, jar.artifact).at_version(jar.version).artifact(packaging=jar.packaging).resolve()


def _no_jgo() -> EmbeddedError:
    return EmbeddedError(
        "jgo, which downloads the embedded Kafka and the styles of the desk, is not installed. "
        "Run: pip install 'homeward[embedded,desk]'"
    )


def _mb(size: int) -> str:
    return f"{size / 1e6:.0f} MB"
