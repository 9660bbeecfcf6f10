"""Write the table of settings into docs/operating.md from what `homeward.settings` declares; with --check only say
whether it is up to date (exit code 1 when it is not). Run it after a setting has changed."""

import sys
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from homeward.settings import PREFIX, Settings  # noqa: E402

DOCUMENT = ROOT / "docs" / "operating.md"
BEGIN, END = "<!-- settings: written by tools/settings_table.py -->\n", "<!-- end of settings -->"


def default(field: Any) -> str:
    """The default as one would write it into the environment; a dash where there is none."""
    if field.default in (None, (), {}):
        return "–"
    return f"`{field.default}`"


def choices(field: Any) -> str:
    """The words that a setting may be, where only some are allowed."""
    if get_origin(field.annotation) is not Literal:
        return ""
    return " (" + ", ".join(f"`{word}`" for word in get_args(field.annotation)) + ")"


def table() -> str:
    rows = [
        f"| `{field.validation_alias or PREFIX + name.upper()}` | {default(field)} "
        f"| {field.description}{choices(field)} |"
        for name, field in Settings.model_fields.items()
    ]
    rows.append(
        f"| `{PREFIX}SECRETS_DIR` | – | Folder with one file per setting, named like the variable in lower case |"
    )
    return "\n".join(["| Variable | Default | Meaning |", "|---|---|---|", *rows]) + "\n"


def main(check: bool) -> int:
    text = DOCUMENT.read_text()
    before, rest = text.split(BEGIN)
    wanted = before + BEGIN + table() + END + rest.split(END)[1]
    if check:
        return int(wanted != text)
    DOCUMENT.write_text(wanted)
    return 0


if __name__ == "__main__":
    sys.exit(main("--check" in sys.argv))
