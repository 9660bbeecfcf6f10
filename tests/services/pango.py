"""Pango for the tests, with which pages are drawn as PDF: the system's, else Debian's package where the tests run as
root. A missing one is a failure with the mend."""

import os
import shutil
import subprocess
from ctypes.util import find_library

import pytest

_PARTS = {"pango-1.0": "libpango-1.0-0", "pangoft2-1.0": "libpangoft2-1.0-0", "harfbuzz-subset": "libharfbuzz-subset0"}
"""What is looked for, and Debian's package of it."""


@pytest.fixture(scope="session")
def pango() -> None:
    """Pango is there."""
    if not _is_there() and os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-qq", *_PARTS.values()], check=False, capture_output=True)
    if not _is_there():
        pytest.fail(
            "The tests need Pango to draw a PDF, and it was not found.\n"
            "Mend: install Debian's libpangoft2-1.0-0 and libharfbuzz-subset0, or what your system calls them.",
            pytrace=False,
        )


def _is_there() -> bool:
    return all(map(find_library, _PARTS))
