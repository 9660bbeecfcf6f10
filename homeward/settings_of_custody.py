"""The settings of what vouches for the ledger outside of the hub. `homeward.settings` puts them together with all
others."""

from pydantic import Field
from pydantic_settings import BaseSettings


class CustodySettings(BaseSettings):
    """Who is told of the root that closes a day: a service that stamps it, and a mailbox."""

    stamp_url: str | None = Field(
        None,
        pattern=r"^https?://",
        description="Time-stamping service (RFC 3161) that stamps the root of each day: `https://stamps.example/tsr`. "
        "It sees a hash and nothing else. Defaults to none",
    )
    roots_to: str | None = Field(
        None,
        pattern=r"^[^@\s]+@[^@\s]+$",
        description="Mailbox outside of the hub that the root of each day is sent to. Defaults to none",
    )
