"""*Figures*: a period as numbers, with a chart of its months and the table beside it; and lists and returns to
download."""

from datetime import date, timedelta

from starlette.responses import Response

from desk.acts import code_in_words
from desk.charts import column_chart
from desk.looking import looked
from desk.serving import DeskPage
from desk.views.figures import figure_rows, months_of, series_of, usual_periods
from desk.visit import NotHereError, Visit
from reporting.span import Span
from schemas.london_time import in_london
from store import Transaction

_MEDIA = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
_WITHOUT_CHILDREN = "summary"
_TITLES = {
    "summary": "These figures",
    "ssda903": "SSDA903 return",
    "safeguarding": "Safeguarding return",
    "annex-a": "Annex A",
}


async def figures(visit: Visit) -> Response:
    """The figures of an authority from a first to a last day; by itself the month so far."""
    span, fault = _span(visit)
    months = months_of(span)
    async with visit.desk.store.reading() as tx:
        authority = visit.asked("authority") or await _first_at_work(tx, visit)
        if visit.user.grant_at(authority) is None:
            raise NotHereError
        counted = await visit.desk.figures.of(tx, authority, span, months, visit.now)
    series = series_of(months, counted.parts)
    return await visit.page(
        "figures.html",
        422 if fault else 200,
        authority=authority,
        authorities=visit.user.authorities,
        span=span,
        fault=fault,
        rows=figure_rows(counted.whole),
        counted_at=counted.at,
        series=[(one, column_chart(one.title, one.points)) for one in series],
        tables=[(table, _TITLES.get(table, code_in_words(table))) for table in visit.desk.downloads.tables],
        periods=usual_periods(in_london(visit.now).date()),
    )


async def _first_at_work(tx: Transaction, visit: Visit) -> str:
    """Of somebody's authorities the first that has anything to count now."""
    at_work = await tx.authorities_at_work()
    return next((a for a in visit.user.authorities if a in at_work), visit.user.authorities[0])


async def download(visit: Visit) -> Response:
    """A table of the period as a file. All but the figures name children by number, and are written down as a look."""
    authority, table, form = (visit.asked(name) for name in ("authority", "table", "form"))
    if visit.user.grant_at(authority) is None or table not in visit.desk.downloads.tables or form not in _MEDIA:
        raise NotHereError
    span, _ = _span(visit)
    async with visit.desk.store.reading() as tx:
        file = await visit.desk.downloads.file(tx, authority, table, span, form, visit.now)
    if table != _WITHOUT_CHILDREN:
        await looked(visit, f"download {table}", authority, file.episodes)
    disposition = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return Response(file.content, media_type=_MEDIA[form], headers=disposition)


def _span(visit: Visit) -> tuple[Span, str]:
    """The days that were asked for, or the month so far; and what is wrong with them."""
    today = in_london(visit.now).date()
    month = Span(today.replace(day=1), today)
    first, last = visit.asked("first"), visit.asked("last")
    if not (first or last):
        return month, ""
    try:
        span = Span(date.fromisoformat(first), date.fromisoformat(last))
    except ValueError:
        return month, "Enter a first and a last day"
    if span.last < span.first:
        return month, "The last day must not be before the first"
    if span.last - span.first > timedelta(days=732):
        return month, "Choose at most two years"
    return span, ""


FIGURES_PAGES = (
    DeskPage("/figures", figures),
    DeskPage("/figures/download", download),
)
