"""A broker that somebody else runs in a folder, seen from outside."""

from pathlib import Path

from homeward.embedded.layout import load_layout
from homeward.embedded.lock import is_running


def running_broker(folder: Path) -> str | None:
    """The address of the broker that runs in the folder now, if one does."""
    layout = load_layout(folder) if is_running(folder) else None
    return layout.bootstrap if layout else None
