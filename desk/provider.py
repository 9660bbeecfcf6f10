"""Signing in with an OpenID Connect provider: by code with PKCE, and what its claims say of the person. Authlib checks
state, nonce and signature; what is remembered meanwhile stays in the session on the server."""

import logging
from collections.abc import Iterable
from typing import Any

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.starlette_client import OAuth
from httpx2 import HTTPError
from starlette.responses import Response

from desk.options import Provider
from desk.people import DeskUser, Grant
from desk.serving import DeskPage
from desk.visit import NotHereError, Visit

log = logging.getLogger(__name__)
_NAME = "provider"
_AWAY = "Your organisation's sign-in cannot be reached. Try again in a moment."
_FAILED = "Signing in did not work. Try again."
_NOBODY = "You are signed in there, but nobody has given you a place at this desk. Ask whoever looks after it."


def client_of(provider: Provider) -> Any:
    """Authlib's client of a provider, whose addresses are read from its own description."""
    oauth = OAuth()
    return oauth.register(
        _NAME,
        server_metadata_url=f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration",
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        client_kwargs={"scope": "openid profile", "code_challenge_method": "S256", "timeout": 10},
    )


async def to_provider(visit: Visit) -> Response:
    """To the provider. Who has just signed out must show again who they are: the computer may be shared."""
    provider = _provider(visit)
    visit.request.scope["session"] = visit.session.provider_state
    again = {"prompt": "login"} if visit.session.provider_state.pop("again", "") else {}
    try:
        response = await client_of(provider).authorize_redirect(visit.request, _back(visit), **again)
    except (HTTPError, OAuthError, ValueError) as error:  # the last: a page where its description was to be
        return await _not_signed_in(visit, _AWAY, error)
    assert isinstance(response, Response)
    return response


async def from_provider(visit: Visit) -> Response:
    """Back from the provider. The session begins anew under another token, so that one that was planted is worth
    nothing."""
    provider = _provider(visit)
    visit.request.scope["session"] = visit.session.provider_state
    try:
        token = await client_of(provider).authorize_access_token(visit.request)
    except (HTTPError, OAuthError, ValueError) as error:
        return await _not_signed_in(visit, _FAILED, error)
    user = user_of(token["userinfo"], provider)
    if not user.sees_children and not user.operator:
        return await _not_signed_in(visit, _NOBODY, None)
    session = visit.desk.sessions.begin(visit.now, user, visit.session.back)
    visit.desk.sessions.end(visit.session)
    visit.session = session
    return visit.to(session.back)


def user_of(claims: dict[str, Any], provider: Provider) -> DeskUser:
    """What the claims say of a person, by what each word means. Grants at one authority are put together: in every role
    any of them names; who may answer by one of them may answer."""
    told = claims.get(provider.claim)
    words: Iterable[str] = told if isinstance(told, list) else str(told or "").split()
    meanings = [provider.meanings[word.lstrip("/")] for word in words if word.lstrip("/") in provider.meanings]
    grants: dict[str, Grant] = {}
    for grant in (meaning.grant for meaning in meanings if meaning.grant and not meaning.own):
        held = grants.get(grant.authority)
        grants[grant.authority] = grant if held is None else _together(held, grant)
    id_ = str(claims.get("preferred_username") or claims["sub"])
    operator = any(meaning.operator for meaning in meanings)
    asked = tuple(meaning.grant for meaning in meanings if meaning.grant and meaning.own)
    forces = frozenset(meaning.force for meaning in meanings if meaning.force)
    name = str(claims.get("name") or id_)
    governs = tuple(sorted({meaning.governs for meaning in meanings if meaning.governs}))
    return DeskUser(id_, name, tuple(grants.values()), operator, asked=asked, forces=forces, governs=governs)


def _together(one: Grant, other: Grant) -> Grant:
    """Only what both answer in counts as answered in: a grant to read adds no role to answer in."""
    if one.may != other.may:
        return one if one.may == "answer" else other
    roles = frozenset() if not one.roles or not other.roles else one.roles | other.roles
    return Grant(one.authority, roles, one.may)


async def _not_signed_in(visit: Visit, why: str, error: Exception | None) -> Response:
    if error is not None:
        log.warning("Nobody could sign in: %s", why, extra={"cause": type(error).__name__})
    visit.session.notice = why
    return visit.to("/sign-in")


def _provider(visit: Visit) -> Provider:
    if visit.desk.options.provider is None:
        raise NotHereError
    return visit.desk.options.provider


def _back(visit: Visit) -> str:
    return f"{visit.desk.options.url}/sign-in/done"


PROVIDER_PAGES = (
    DeskPage("/sign-in/start", to_provider, who="anyone"),
    DeskPage("/sign-in/done", from_provider, who="anyone"),
)
