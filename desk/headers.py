"""What every response says to the browser: load nothing from elsewhere, run no script that stands in a page, tell no
other site where the reader comes from, and keep no page."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_ALWAYS = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "X-Robots-Tag": "noindex, nofollow",
}
_FOR_GOOD = "max-age=31536000; includeSubDomains"


class SecureHeaders:
    """Adds them. `secure`: the desk is reached over TLS, and from now on only so."""

    def __init__(self, app: ASGIApp, secure: bool) -> None:
        self._app, self._secure = app, secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_asset = scope["path"].startswith("/assets/")

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update({**_ALWAYS, "Content-Security-Policy": _POLICY})
                headers["Cache-Control"] = "public, max-age=3600" if is_asset else "no-store"
                if self._secure:
                    headers["Strict-Transport-Security"] = _FOR_GOOD
            await send(message)

        await self._app(scope, receive, with_headers)
