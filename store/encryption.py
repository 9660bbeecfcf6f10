"""Whether what is said to Postgres is encrypted, and to whom. Beyond this machine it is, and the server shows a
certificate for its name, unless the url says otherwise (`ssl`, as libpq's sslmode; `sslrootcert` names the CA)."""

import ssl
from ipaddress import ip_address

from sqlalchemy import URL

VERIFIED = "verify-full"
IN_CLEAR = ("disable", "allow", "prefer")
"""The modes that are satisfied with clear text."""


def is_here(host: str | None) -> bool:
    """Whether a host is this machine: by name, by an address of loopback, or by a socket in its file system."""
    if not host or host == "localhost" or host.startswith("/"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def hosts_of(url: URL) -> list[str]:
    """Every host that the url names; none: a socket of this machine."""
    named = url.query.get("host", ())
    return [host for host in (url.host, *((named,) if isinstance(named, str) else named)) if host]


def encryption(url: URL) -> tuple[URL, dict[str, ssl.SSLContext | str]]:
    """The url without what it says of encryption, and that as asyncpg takes it. Raises ValueError where the CA cannot
    be read."""
    mode, authority = (str(url.query.get(name, "")) for name in ("ssl", "sslrootcert"))
    bare = url.difference_update_query(("ssl", "sslrootcert"))
    if not mode and all(map(is_here, hosts_of(url))) and not authority:
        return bare, {}
    if (mode or VERIFIED) != VERIFIED:
        return bare, {"ssl": mode}
    try:
        return bare, {"ssl": ssl.create_default_context(cafile=authority or None)}
    except OSError as error:
        raise ValueError(f"the CA certificates in {authority} cannot be read ({error.strerror})") from None
