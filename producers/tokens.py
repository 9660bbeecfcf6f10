"""Access tokens for mailboxes of Microsoft 365 and for Kafka, by the client-credentials flow. The library keeps one
until shortly before it expires."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import msal  # type: ignore[import-untyped]

from producers.smtp import TokenError

SCOPE = "https://outlook.office365.com/.default"


@dataclass
class ClientCredentials:
    """Called for a token. `authority`: the tenant's address at its provider; with `oidc` the issuer, of whatever make.
    `setting`: what the settings begin with that say so. Raises TokenError. The library is synchronous, so it works in a
    thread."""

    authority: str
    client_id: str
    secret: str = field(repr=False)
    scope: str | None = SCOPE
    oidc: bool = False
    setting: str = "SMTP_OAUTH"
    timeout: float = 30.0
    _app: Any = field(default=None, init=False, repr=False)
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock, init=False, repr=False)

    async def __call__(self) -> str:
        async with self._turn:
            return await asyncio.to_thread(self._token)

    def _token(self) -> str:
        try:
            if self._app is None:
                self._app = msal.ConfidentialClientApplication(
                    self.client_id,
                    client_credential=self.secret,
                    **{"oidc_authority" if self.oidc else "authority": self.authority},
                    instance_discovery=False,
                    timeout=self.timeout,
                )
            answer = self._app.acquire_token_for_client(scopes=[self.scope] if self.scope else [])
        except Exception as fault:  # whatever the library or the network meets: it is no token
            name = type(fault).__name__
            where = f"HOMEWARD_{self.setting}_{'ISSUER' if self.oidc else 'AUTHORITY'}"
            raise TokenError(f"Cannot get an access token ({name}): check {where}") from None
        if "access_token" not in answer:
            # The provider's description may name the application and its owner; its code does not.
            code = answer.get("error", "no reason given")
            raise TokenError(f"Access token refused ({code}): check HOMEWARD_{self.setting}_CLIENT_ID and its secret")
        return str(answer["access_token"])
