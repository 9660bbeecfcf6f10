"""How one desk is set up, as it is given; the settings themselves are read elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from desk.people import DeskUser, Grant

_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a word in a claim says of whoever bears it. `own`: the grant is for what is sent to its roles alone;
    `force`: the police force whose incidents they see; `governs`: the authority at which they see who looked."""

    grant: Grant | None = None
    operator: bool = False
    own: bool = False
    force: str | None = None
    governs: str | None = None


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID Connect provider. `claim` names the claim whose words `meanings` explains; any other word says
    nothing."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    claim: str = "groups"
    meanings: Mapping[str, Meaning] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeskOptions:
    """`url`: the desk's own address, as people type it. `secret` signs links in e-mails; without one there are none.
    `link_lasts`: how long such a link can be used. `local_user`: who everybody is where there is no provider.
    `requests`: how many one person may make in a minute, `tries`: how often one machine may sign in or use a link.
    `canaries`: how often the hub tries itself out; never where that is nought."""

    url: str = "http://127.0.0.1:8030"
    secret: str | None = field(default=None, repr=False)
    link_lasts: timedelta = timedelta(days=7)
    local_user: DeskUser | None = None
    provider: Provider | None = None
    requests: int = 300
    tries: int = 20
    canaries: timedelta = timedelta()

    @property
    def secure(self) -> bool:
        """Whether people reach the desk over TLS."""
        return self.url.startswith("https://")

    @property
    def hosts(self) -> list[str]:
        """By which names the desk may be asked for: a page of another name could speak for whoever sits here."""
        own = urlsplit(self.url).hostname or "127.0.0.1"
        return [own, *(_LOOPBACK if self.local_user else ())]
