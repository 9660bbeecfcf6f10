"""A report of one authority for one period: read from the database in one view, and written as CSV or JSON."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from homeward.spreadsheet import as_csv, as_json
from reporting.listings import EPISODES, INTERVIEWS, MEETINGS
from reporting.reading import figures_of
from reporting.returns import SAFEGUARDING, SSDA903
from reporting.tables import Asked, ReportTable, Row, filled
from store import Store

SUMMARY = "summary"
REPORT_TABLES: Mapping[str, ReportTable] = {
    "episodes": EPISODES,
    "interviews": INTERVIEWS,
    "meetings": MEETINGS,
    "ssda903": SSDA903,
    "safeguarding": SAFEGUARDING,
}
Format = Literal["csv", "json"]


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """`written`: the report itself. `doubts`: what a person should look at before it is used, in words that name no
    child."""

    written: bytes
    doubts: tuple[str, ...] = ()


async def report(url: str, authority: str, table: str, asked: Asked, form: Format) -> PeriodReport:
    """The figures (`summary`) or one of `TABLES`, as they are known now."""
    store = Store.open(url)
    try:
        async with store.reading() as tx:
            if table == SUMMARY:
                (figures,) = await figures_of(tx, authority, [asked.span])
                return PeriodReport(_summary(authority, asked, asdict(figures), form))
            rows = await filled(tx, authority, REPORT_TABLES[table], asked)
    finally:
        await store.close()
    return PeriodReport(_rows(authority, table, asked, rows, form), tuple(REPORT_TABLES[table].doubts(rows)))


def _summary(authority: str, asked: Asked, figures: Mapping[str, Any], form: Format) -> bytes:
    if form == "csv":
        return as_csv(("figure", "value"), _flat(figures))
    return as_json({**_head(authority, SUMMARY, asked), "figures": figures})


def _rows(authority: str, table: str, asked: Asked, rows: Sequence[Row], form: Format) -> bytes:
    columns = REPORT_TABLES[table].columns
    if form == "csv":
        return as_csv(columns, rows)
    named = [dict(zip(columns, row, strict=True)) for row in rows]
    return as_json({**_head(authority, table, asked), "rows": named})


def _head(authority: str, table: str, asked: Asked) -> dict[str, str]:
    span = asked.span
    return {
        "authority": authority,
        "table": table,
        "period": span.name,
        "first_day": span.first.isoformat(),
        "last_day": span.last.isoformat(),
    }


def _flat(figures: Mapping[str, Any], under: str = "") -> Iterator[tuple[str, Any]]:
    """Figures one by one, under names such as `episodes.started` and `meetings.mam.held`."""
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{under}{name}.")
        elif isinstance(value, list):
            for each in value:
                yield from _flat({k: v for k, v in each.items() if k != "kind"}, f"{under}{each['kind']}.")
        else:
            yield f"{under}{name}", value
