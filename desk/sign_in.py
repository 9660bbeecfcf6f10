"""Coming and going: signing in, signing out, staying, and covering the screen of a shared computer. Signing in with a
provider lives in `desk.provider`."""

from starlette.responses import Response

from desk.serving import DeskPage
from desk.sessions import COOKIE
from desk.visit import Visit

_WELCOME = "Sign in to see who is missing and what waits for you."


async def sign_in(visit: Visit) -> Response:
    """The page with one button. It says why somebody was signed out, and leads back to where they were."""
    local = visit.desk.options.local_user
    if visit.request.method == "POST" and local is not None:
        session = visit.desk.sessions.begin(visit.now, local, visit.session.back)
        visit.desk.sessions.end(visit.session)
        visit.session = session
        return visit.to(session.back)
    had_one = COOKIE in visit.request.cookies and not visit.session.notice
    why = visit.session.notice or ("You were signed out, or your time was up." if had_one else _WELCOME)
    visit.session.notice = ""
    start = "/sign-in/start" if visit.desk.options.provider else ""
    return await visit.page("sign_in.html", why=why, start=start, local_name=local.name if local else "")


async def sign_out(visit: Visit) -> Response:
    """Ends the session for good: its cookie opens nothing any more."""
    visit.desk.sessions.end(visit.session)
    visit.session = visit.desk.sessions.begin(visit.now)
    visit.session.notice = "You are signed out."
    visit.session.provider_state["again"] = "yes"
    return visit.to("/sign-in")


async def stay(visit: Visit) -> Response:
    """The session lives on, as with any request."""
    return visit.to(_own_path(visit.asked("back")))


async def cover(visit: Visit) -> Response:
    """From now on every page is a blank one, until the same session uncovers it."""
    visit.session.covered = True
    return await visit.page("covered.html", nav=False, path="/")


async def uncover(visit: Visit) -> Response:
    visit.session.covered = False
    return visit.to(_own_path(visit.asked("back")))


def _own_path(path: str) -> str:
    """A path of the desk itself, whatever was sent."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


SIGN_IN_PAGES = (
    DeskPage("/sign-in", sign_in, ("GET", "POST"), "anyone", tried=True),
    DeskPage("/sign-out", sign_out, ("POST",), "signed_in"),
    DeskPage("/stay", stay, ("POST",), "signed_in"),
    DeskPage("/cover", cover, ("POST",), "signed_in"),
    DeskPage("/uncover", uncover, ("POST",), "signed_in"),
)
