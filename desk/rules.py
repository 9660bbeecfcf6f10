"""*Rules*: each procedure by clause, in our words: what Homeward does by it, what people judge, what the council has
set for itself; and two versions side by side."""

from starlette.responses import Response

from desk.serving import DeskPage
from desk.views.rules import changed_clauses, clauses_of, local_settings
from desk.visit import NotHereError, Visit
from routing.library import HUB


async def rules(visit: Visit) -> Response:
    """Whose procedures there are. They hold no word about a child, so whoever is signed in may read them all."""
    packs = visit.desk.packs.all()
    listed = [(authority, versions[-1]) for authority, versions in packs.items() if authority != HUB]
    return await visit.page("rules.html", listed=listed)


async def rules_of(visit: Visit) -> Response:
    """One procedure, or what differs from an earlier version of it."""
    versions = visit.desk.packs.all().get(visit.asked("authority"))
    if versions is None:
        raise NotHereError
    chosen = next((p for p in versions if p.version == visit.asked("version")), versions[-1])
    earlier = next((p for p in versions if p.version == visit.asked("against") and p is not chosen), None)
    sought = visit.asked("words")
    return await visit.page(
        "rules_of.html",
        pack=chosen,
        versions=[p.version for p in versions],
        clauses=clauses_of(chosen, sought),
        sought=sought,
        local=local_settings(chosen),
        earlier=earlier,
        differences=changed_clauses(earlier, chosen) if earlier else [],
    )


RULES_PAGES = (
    DeskPage("/rules", rules, who="signed_in"),
    DeskPage("/rules/{authority}", rules_of, who="signed_in"),
)
