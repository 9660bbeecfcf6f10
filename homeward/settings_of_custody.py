"""The settings of what vouches for the ledger and for the hub itself. `homeward.settings` puts them together with all
others."""

from pydantic import Field
from pydantic_settings import BaseSettings


class CustodySettings(BaseSettings):
    """Who is told of the root that closes a day: a service that stamps it, and a mailbox. And how the hub tries itself
    out."""

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
    canary_every: float = Field(
        15,
        ge=0,
        description="Minutes between two canaries of an authority, by which the hub tries out its own way from Kafka "
        "to Kafka and mail. If none comes home, that is told. 0 turns them off",
    )
    canary_to: str | None = Field(
        None,
        pattern=r"^[^@\s]+@[^@\s]+$",
        description="Mailbox of your own that canaries go to as well. Nobody need read it. Defaults to none: e-mail is "
        "not tried out",
    )
