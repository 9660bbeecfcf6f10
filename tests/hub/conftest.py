"""What the tests of a whole hub wait for comes sooner than it does outside."""

import pytest

from homeward import consuming, watching


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hub hears of a new topic, and makes a consumer anew that stands still, within moments: the looks in between
    are pure waiting."""
    monkeypatch.setattr(consuming, "_NEW_TOPICS_WITHIN", 500)
    monkeypatch.setattr(watching, "_LOOK_EVERY", 0.5)
