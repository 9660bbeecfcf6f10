"""A real Chromium for the tests: the one that HOMEWARD_TEST_CHROMIUM names, else one on the path, else Playwright's own
download, else Debian's package where the tests run as root. A missing one is a failure with the mend."""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A browser without a window, in British English, for the session of one process."""
    async with async_playwright() as playwright:
        found = executable(playwright.chromium.executable_path)
        browser = await playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--lang=en-GB"])
        yield browser
        await browser.close()


def executable(playwrights: str) -> str:
    """The browser to start. `playwrights`: where its own download would be."""
    if given := os.environ.get("HOMEWARD_TEST_CHROMIUM"):
        if not Path(given).exists():
            pytest.fail(f"HOMEWARD_TEST_CHROMIUM: {given} does not exist", pytrace=False)
        return given
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found or Path(playwrights).exists():
        return found or playwrights
    if os.geteuid() == 0 and shutil.which("apt-get"):
        subprocess.run(["apt-get", "install", "-y", "-qq", "chromium"], check=False, capture_output=True)
        if found := shutil.which("chromium"):
            return found
    pytest.fail(
        "The tests need a Chromium, and none was found.\nMend: install Debian's chromium, or run "
        ".venv/bin/python -m playwright install chromium, or set HOMEWARD_TEST_CHROMIUM to one.",
        pytrace=False,
    )
