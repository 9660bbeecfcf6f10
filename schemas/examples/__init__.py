"""One synthetic example of every message, as a structured CloudEvent: <type>.json beside this file. They are shown in
the documents, and each may be sent to a hub as it stands. Authority, force, people and numbers are made up."""

import json
from pathlib import Path
from typing import Any


def example(name: str) -> dict[str, Any]:
    """The example of one type of message, parsed. Raises FileNotFoundError for an unknown type."""
    event: dict[str, Any] = json.loads((Path(__file__).parent / f"{name}.json").read_text("utf-8"))
    return event
