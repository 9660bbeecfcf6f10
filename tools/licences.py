"""The licences of what an SBOM (CycloneDX, JSON) lists, one line a package. Exit code 1 where a package names none, so
that none is shipped unseen. Standard library only."""

import json
import sys
from pathlib import Path
from typing import Any


def licence_of(component: dict[str, Any]) -> str:
    """As the package declares it: an expression, or the ids or names of what it lists; empty where it says nothing."""
    said = component.get("licenses", [])
    held = (each.get("expression") or _named(each.get("license", {})) for each in said)
    return ", ".join(dict.fromkeys(filter(None, held)))


def _named(licence: dict[str, Any]) -> str:
    lines = str(licence.get("id") or licence.get("name") or "").strip().splitlines()  # some give the whole text
    return lines[0] if lines else ""


def main(file: Path) -> int:
    """Prints the table, and says on standard error what has no licence."""
    components = json.loads(file.read_text("utf-8"))["components"]
    found = {f"{one['name']} {one['version']}": licence_of(one) for one in components}
    width = max(map(len, found))
    for package, licence in sorted(found.items(), key=lambda item: item[0].lower()):
        print(f"{package:<{width}}  {licence or '?'}")
    missing = sorted(package for package, licence in found.items() if not licence)
    if missing:
        print(f"No licence is named by: {', '.join(missing)}", file=sys.stderr)
    return int(bool(missing))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
