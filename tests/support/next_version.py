"""The version after this one, as far as this one can meet it: it knows one more step of migration, and writes a field
into every document that this version does not know. Run as a program it is `homeward` of that version.

It is made from this version, so that a test of rolling upgrades needs no history of the repository."""

import os
import shutil
import sys
from pathlib import Path

import enrichment.serialisation as documents
from homeward.cli import main
from store import migrating

STEPS = "HOMEWARD_TEST_NEXT_STEPS"
"""The folder with the steps of the next version."""
FIELD = b'"of_the_next":{"version":true},'
_STEP = '''"""What the next version adds: a column, a table and an index."""

import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "{newest}"


def upgrade() -> None:
    op.add_column("episodes", sa.Column("of_the_next", sa.Text()))
    op.create_index("episodes_of_the_next", "episodes", ["of_the_next"])
    op.create_table("of_the_next", sa.Column("id", sa.Text(), primary_key=True))
'''


def next_steps(folder: Path) -> Path:
    """A folder with the steps of this version and one more."""
    newest = migrating._steps_after(None)[-1]
    shutil.copytree(migrating._STEPS, folder)
    (folder / "versions" / "v9999_of_the_next.py").write_text(_STEP.format(newest=newest))
    return folder


def become_next() -> None:
    """From now on this process is of the next version."""
    migrating._STEPS = Path(os.environ[STEPS])
    stamped = documents._stamped

    def with_field(document: bytes) -> bytes:
        head, comma, rest = stamped(document).partition(b",")
        return head + comma + FIELD + rest if comma else head

    documents._stamped = with_field


if __name__ == "__main__":
    become_next()
    sys.exit(main())
