"""JSON Schemas as files: DIR/v1/<type>.json, one for each message. What has been published in a folder may grow but
not break: writing over a published schema that the new one is not compatible with is refused."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from schemas.compatibility import breaks_between
from schemas.jsonschema import SCHEMA_VERSION, all_schemas, bundle

PUBLISHED = Path(__file__).parent / "published"


class IncompatibleError(Exception):
    """The folder holds schemas that the present ones would break. `faults` names each type, field and fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def load_published(folder: Path) -> dict[str, dict[str, Any]]:
    """The schemas that stand in `folder`/v1: type -> schema; empty where there is none. Raises
    ValueError for a file that is not one of ours."""
    held = {file.stem: json.loads(file.read_text("utf-8")) for file in sorted((folder / SCHEMA_VERSION).glob("*.json"))}
    for name, schema in held.items():
        if not isinstance(schema, dict) or schema.get("x-direction") not in ("in", "out"):
            raise ValueError(f"{SCHEMA_VERSION}/{name}.json is not a Homeward schema")
    return held


def text_of(schema: Mapping[str, Any]) -> str:
    """A schema as it stands in its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def export(folder: Path, schemas: Mapping[str, Mapping[str, Any]] | None = None) -> list[Path]:
    """Writes every schema below `folder` and returns the files. Raises `IncompatibleError`, before anything is
    written, where the folder holds schemas that the new ones would break, and OSError as the file system does."""
    wanted = all_schemas() if schemas is None else schemas
    if faults := breaks_between(load_published(folder), wanted):
        raise IncompatibleError(faults)
    target = folder / SCHEMA_VERSION
    target.mkdir(parents=True, exist_ok=True)
    written = []
    for name, schema in wanted.items():
        written.append(target / f"{name}.json")
        written[-1].write_text(text_of(schema), "utf-8")
    return written


def export_bundle(folder: Path) -> Path:
    """Writes all messages as one schema, `folder`/v1.json, and returns the file. Raises OSError as the file system
    does."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{SCHEMA_VERSION}.json"
    file.write_text(text_of(bundle()), "utf-8")
    return file
