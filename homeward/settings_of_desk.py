"""The settings of the duty desk: where it listens, who may sign in, how its links are signed. `homeward.settings` puts
them together with all others."""

from pathlib import Path
from typing import Any, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

from homeward.settings_of_kafka import check_identity
from homeward.settings_of_ways import PREFIX, Port

_SHORTEST = 32
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class DeskSettings(BaseSettings):
    """How `homeward desk` serves its pages. The address that people type is `desk_url`."""

    desk_host: str = Field("127.0.0.1", description="Address that the desk listens on")
    desk_port: Port = Field(8030, description="Port of the desk. 0 takes a free one")
    desk_secret: SecretStr | None = Field(
        None,
        description=f"At least {_SHORTEST} characters that sign the links in e-mails; the same for hub and desk. "
        "Required with HOMEWARD_DESK_URL",
    )
    desk_link_hours: float = Field(168, gt=0, description="Hours for which such a link can be used")
    desk_local_user: str = Field(
        "local.officer",
        min_length=1,
        description="Who everybody at the desk is while there is no sign-in. Only on this machine, and only to try it",
    )
    desk_oidc_issuer: str | None = Field(
        None, pattern=r"^https?://", description="OpenID Connect provider that people sign in with, by its issuer"
    )
    desk_oidc_client_id: str | None = Field(None, description="Id of the desk at that provider")
    desk_oidc_client_secret: SecretStr | None = Field(None, description="Its secret there")
    desk_oidc_claim: str = Field("groups", description="Claim that says who somebody is")
    desk_oidc_meanings: dict[str, dict[str, Any]] = Field(
        {},
        description="What each word in the claim means, as JSON: "
        '`{"duty": {"authority": "…", "roles": ["…"], "may": "answer"}, "hub": {"operator": true}}`. '
        "Without roles, every role; `may` is `answer` or `read`; `sees` is `all`, `own_requests` or `who_looked`; "
        "`force` is a police force that sees its own incidents",
    )
    desk_kafka_user: str | None = Field(
        None, description="Kafka user of the desk, which needs to write casework topics and nothing else"
    )
    desk_kafka_password: SecretStr | None = Field(None, description="Password of that user")
    desk_kafka_cert_file: Path | None = Field(
        None, description="Certificate of the desk, where Kafka knows it by one and not as the hub"
    )
    desk_kafka_key_file: Path | None = Field(
        None, description="Its private key. Defaults to that in the certificate's file"
    )
    desk_kafka_key_password: SecretStr | None = Field(None, description="Password of that key, if it has one")
    desk_kafka_oauth_client_id: str | None = Field(
        None, description="Id of the desk at the provider of Kafka's tokens, where it has one of its own"
    )
    desk_kafka_oauth_client_secret: SecretStr | None = Field(None, description="Its secret there")

    @model_validator(mode="after")
    def _desk_is_whole(self) -> Self:
        secret = self.desk_secret.get_secret_value() if self.desk_secret else None
        if secret is not None and len(secret) < _SHORTEST:
            raise ValueError(f"{PREFIX}DESK_SECRET: give it at least {_SHORTEST} characters")
        provider = (self.desk_oidc_issuer, self.desk_oidc_client_id, self.desk_oidc_client_secret)
        if any(provider) and not (all(provider) and self.desk_oidc_meanings):
            raise ValueError(f"{PREFIX}DESK_OIDC_*: set issuer, client id, client secret and meanings, or none of them")
        if bool(self.desk_kafka_user) != bool(self.desk_kafka_password):
            raise ValueError(f"{PREFIX}DESK_KAFKA_USER and {PREFIX}DESK_KAFKA_PASSWORD: set both or neither")
        if bool(self.desk_kafka_oauth_client_id) != bool(self.desk_kafka_oauth_client_secret):
            raise ValueError(f"{PREFIX}DESK_KAFKA_OAUTH_CLIENT_ID and _CLIENT_SECRET: set both or neither")
        check_identity("DESK_KAFKA", self.desk_kafka_cert_file, self.desk_kafka_key_file, self.desk_kafka_key_password)
        return self
