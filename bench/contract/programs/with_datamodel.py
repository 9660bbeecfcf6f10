"""Builds a police.missing and reads a task.create with the models that datamodel-code-generator made."""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

from datamodel import Classification, Identifier, MissingFrom, Modality, Person, PoliceMissing, Risk, TaskCreate


def talk(task: str) -> str:
    """What both messages come to, as JSON."""
    missing = PoliceMissing(
        incident="ZX-26-10532",
        force="ZX",
        classification=Classification.missing,
        risk=Risk.medium,
        missing_from=MissingFrom.placement,
        responsible_authority="nottinghamshire",
        reported_at=datetime(2026, 5, 8, 18, 50, tzinfo=UTC),
        vulnerable=None,
        child=Person(identifiers=[Identifier(system="compact", value="C-7741")], given_name="Alex"),
    )
    read = TaskCreate.model_validate_json(task)
    roles: list[str] = [recipient.role for recipient in read.to]
    due: datetime | None = read.due
    told = {
        "kind": read.kind,
        "roles": roles,
        "due": due.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z") if due else None,
        "clauses": [clause.root for clause in read.clauses],
        "proposal": read.modality is Modality.may,
    }
    return json.dumps({"missing": missing.model_dump(mode="json", exclude_unset=True), "read": told})


if __name__ == "__main__":
    print(talk(Path(sys.argv[1]).read_text("utf-8")))
