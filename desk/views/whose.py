"""Children beside one another: what the register and reports say of each, and where they differ. It says that they
differ, and never who is likelier."""

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.finding import Child

NOBODY = "nobody"
"""The answer that no child who is known is meant."""


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One thing that is said of each child. `differs`: they are not all told the same."""

    what: str
    values: tuple[str, ...]
    differs: bool


def compared(children: Sequence[Child]) -> list[ComparedRow]:
    """Row by row, each child a column."""
    told = [_told(child) for child in children]
    rows = []
    for what in (
        "First name",
        "Family name",
        "Known as",
        "Date of birth",
        "Gender",
        "Addresses",
        "Numbers",
        "Services",
    ):
        values = tuple(each[what] or "not known" for each in told)
        rows.append(ComparedRow(what, values, len({value.casefold() for value in values}) > 1))
    return rows


def _told(child: Child) -> dict[str, str]:
    said, record = child.described, child.record
    born = record.date_of_birth or (said.date_of_birth if said else None)
    addresses = [", ".join(filter(None, (a.line, a.postcode))) for a in said.addresses] if said else []
    return {
        "First name": (said.forename if said else None) or "",
        "Family name": (said.surname if said else None) or "",
        "Known as": (said.known_as if said else None) or "",
        "Date of birth": f"{born.day} {born:%B %Y}" if born else "",
        "Gender": (said.gender if said else None) or "",
        "Addresses": "; ".join(addresses),
        "Numbers": ", ".join(f"{system} {value}" for system, value in record.identifiers or child.own_identifiers()),
        "Services": ", ".join(f"{s.service} {s.worker or ''}".strip() for s in record.services),
    }
