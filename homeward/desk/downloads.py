"""The lists and returns of a period for the desk, as `homeward report` writes them."""

from datetime import datetime

from desk.ports import DownloadedFile
from homeward.reporting import REPORT_TABLES, SUMMARY, report_in
from reporting.span import Span
from reporting.tables import Asked
from routing.library import Packs
from store import Transaction


class PeriodFiles:
    """Files of one installation. A child stands in them by the first number that its register holds."""

    def __init__(self, packs: Packs) -> None:
        self._packs = packs
        self.tables = (SUMMARY, *REPORT_TABLES)

    async def file(
        self, tx: Transaction, authority: str, table: str, span: Span, form: str, at: datetime
    ) -> DownloadedFile:
        own = {authority, *(code.lower() for pack in self._packs.all()[authority] for code in pack.codes)}
        made = await report_in(tx, authority, table, Asked(span, None, frozenset(own), at, self._packs))
        ((name, content), *_) = made.files("xlsx" if form == "xlsx" else "csv").items()
        return DownloadedFile(name, content, made.episodes)
