"""A report of one authority for one period: read from the database in one view, and written as CSV, JSON or XLSX. What
a recipient would refuse is listed beside it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from homeward.looking import Looker
from homeward.spreadsheet import Sheet, as_csv, as_json
from reporting.annex_a import ANNEX_A
from reporting.listings import EPISODES, INTERVIEWS, MEETINGS
from reporting.reading import figures_of
from reporting.safeguarding import SAFEGUARDING
from reporting.ssda903 import SSDA903
from reporting.tables import Asked, Refusal, ReportTable, TableEntry, filled
from store import Store, Transaction

SUMMARY = "summary"
REPORT_TABLES: Mapping[str, ReportTable] = {
    "episodes": EPISODES,
    "interviews": INTERVIEWS,
    "meetings": MEETINGS,
    "ssda903": SSDA903,
    "safeguarding": SAFEGUARDING,
    "annex-a": ANNEX_A,
}
Format = Literal["csv", "json", "xlsx"]
_REFUSED = ("row", "child", "episode", "incidents", "column", "rule", "reason")


@dataclass(frozen=True, slots=True)
class PeriodReport:
    """What was asked for, as it is known now. `refused`: rows that whoever the table is for would not take. `episodes`:
    the ids of those that stand in it."""

    authority: str
    table: str
    asked: Asked
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    figures: Mapping[str, Any]
    refused: tuple[Refusal, ...] = ()
    episodes: tuple[str, ...] = ()

    @property
    def head(self) -> dict[str, str]:
        """Whose it is and for which days."""
        span = self.asked.span
        return {
            "authority": self.authority,
            "table": self.table,
            "period": span.name,
            "first_day": span.first.isoformat(),
            "last_day": span.last.isoformat(),
        }

    def files(self, form: Format) -> dict[str, bytes]:
        """Name -> content: the report first, then the list of refusals where the report cannot hold it."""
        files = {self._name(form): self.written(form)}
        if form == "csv" and self.refused:
            files[self._name(form, "-refusals")] = as_csv(*self._with_head(_REFUSED, self._refusals()))
        return files

    def written(self, form: Format) -> bytes:
        """The report itself. A prescribed form holds nothing else; any other says whose it is and for which days."""
        if form == "json":
            told = {"figures": self.figures} if self.figures else {"rows": self._named(self.columns, self.rows)}
            refused = {"refused": self._named(_REFUSED, self._refusals())} if self.refused else {}
            return as_json({**self.head, **told, **refused})
        if form == "xlsx":
            return self._workbook()
        if self.table == SUMMARY:
            return as_csv(self.columns, [*self.head.items(), *self.rows])
        prescribed = REPORT_TABLES[self.table].prescribed
        return as_csv(self.columns, self.rows) if prescribed else as_csv(*self._with_head(self.columns, self.rows))

    def _workbook(self) -> bytes:
        from homeward.workbook import as_xlsx

        about = [
            *self.head.items(),
            ("made_at", self.asked.at),
            ("rows", len(self.rows)),
            ("rows_refused", self.refused_rows),
        ]
        sheets = [Sheet(self.table, self.columns, self.rows), Sheet("about", ("what", "value"), about)]
        if self.refused:
            sheets.append(Sheet("refusals", _REFUSED, list(self._refusals())))
        return as_xlsx(sheets, self.asked.at)

    @property
    def refused_rows(self) -> int:
        return len({refusal.row for refusal in self.refused})

    def _name(self, form: Format, more: str = "") -> str:
        span = self.asked.span
        return f"{self.authority}-{self.table}-{span.first}-to-{span.last}{more}.{form}"

    def _refusals(self) -> Iterator[tuple[Any, ...]]:
        for refusal in self.refused:
            entry = refusal.entry
            child = entry.cells[self.columns.index(REPORT_TABLES[self.table].child)]
            found = (refusal.row, child, entry.episode.id, entry.incidents)
            yield (*found, refusal.column, refusal.rule, refusal.reason)

    def _with_head(self, columns: Sequence[str], rows: Any) -> tuple[tuple[str, ...], Iterator[tuple[Any, ...]]]:
        """Every row begins with the authority and the days, so that files can be put together and told apart."""
        kept = {name: value for name, value in self.head.items() if name in ("authority", "first_day", "last_day")}
        return (*kept, *columns), ((*kept.values(), *row) for row in rows)

    @staticmethod
    def _named(columns: Sequence[str], rows: Any) -> list[dict[str, Any]]:
        return [dict(zip(columns, row, strict=True)) for row in rows]


async def report(url: str, authority: str, table: str, asked: Asked, looker: Looker) -> PeriodReport:
    """The figures (`summary`) or one of `REPORT_TABLES`, as they are known now. A table shows children: who looked is
    written down."""
    store = Store.open(url, within=None)
    try:
        async with store.reading() as tx:
            made = await report_in(tx, authority, table, asked)
        if table != SUMMARY:
            await looker.write(store, authority, made.episodes, asked.at, table)
        return made
    finally:
        await store.close()


async def report_in(tx: Transaction, authority: str, table: str, asked: Asked) -> PeriodReport:
    """The same in a view of the database that is open."""
    if table == SUMMARY:
        (counted,) = await figures_of(tx, authority, [asked.span])
        figures = asdict(counted)
        return PeriodReport(authority, table, asked, ("figure", "value"), tuple(_flat(figures)), figures)
    return _of(authority, table, asked, await filled(tx, authority, REPORT_TABLES[table], asked))


def _of(authority: str, table: str, asked: Asked, entries: Sequence[TableEntry]) -> PeriodReport:
    kind = REPORT_TABLES[table]
    rows = tuple(entry.cells for entry in entries)
    told = tuple(dict.fromkeys(entry.episode.id for entry in entries))
    return PeriodReport(authority, table, asked, kind.columns, rows, {}, tuple(kind.refusals(entries)), told)


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
