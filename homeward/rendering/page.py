"""A pack by clause as one page for people. It needs nothing from elsewhere: its styles stand in it, and it has no
script, so it can be sent as a file, printed, or put on an intranet."""

from pathlib import Path

from homeward.rendering.clauses import Manual
from homeward.rendering.english import day, many, named
from homeward.rendering.text import summary
from schemas.html import html_page


def pack_page(manual: Manual) -> str:
    """The page as HTML."""
    return html_page(
        Path(__file__).parent / "templates",
        "pack.html",
        {"many": many},
        manual=manual,
        pack=manual.pack,
        name=named(manual.pack.authority),
        summary=summary(manual),
        in_force_from=day(manual.pack.in_force_from),
        clauses=sum(len(section.clauses) for section in manual.sections),
    )
