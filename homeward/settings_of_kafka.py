"""The settings of how Kafka is reached: where it is, how it knows the hub, and how much is read at once.
`homeward.settings` puts them together with all others."""

import ssl
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

from homeward.settings_of_ways import PREFIX


class BrokerSettings(BaseSettings):
    """Where Kafka is. It knows the hub by one of three: a user with a password, a certificate, or tokens."""

    kafka_bootstrap: str = Field(
        "localhost:9092", min_length=1, description="Kafka bootstrap servers: `host:port,host:port`"
    )
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="Security protocol. Use `SSL` or `SASL_SSL` unless Kafka runs on the same machine"
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] = Field(
        "SCRAM-SHA-512", description="SASL mechanism, if the security protocol uses SASL"
    )
    kafka_user: str | None = Field(None, description="Kafka user. Required with SASL other than `OAUTHBEARER`")
    kafka_password: SecretStr | None = Field(None, description="Password of that user")
    kafka_ca_file: Path | None = Field(None, description="CA certificates to trust. Defaults to the system's")
    kafka_cert_file: Path | None = Field(
        None,
        description="Certificate of the hub (PEM, with its chain) that it shows to Kafka. With `SSL` or `SASL_SSL`",
    )
    kafka_key_file: Path | None = Field(None, description="Its private key. Defaults to that in the certificate's file")
    kafka_key_password: SecretStr | None = Field(None, description="Password of that key, if it has one")
    kafka_oauth_issuer: str | None = Field(
        None,
        pattern=r"^https://",
        description="Where to get tokens for `OAUTHBEARER`: the issuer of an OpenID Connect provider, such as "
        "`https://login.microsoftonline.com/TENANT/v2.0`",
    )
    kafka_oauth_client_id: str | None = Field(None, description="Id of the hub at that provider")
    kafka_oauth_client_secret: SecretStr | None = Field(None, description="Its secret there")
    kafka_oauth_scope: str | None = Field(None, description="Scope of the tokens, if the provider wants one")
    kafka_group: str = Field("homeward", min_length=1, description="Consumer group, shared by all consumers of one hub")
    kafka_member: str | None = Field(
        None,
        pattern=r"^[A-Za-z0-9._-]{1,200}$",
        description="Name of this process in the group, which no other has (static membership). A restart within "
        "HOMEWARD_KAFKA_SESSION then makes the others share out nothing. Defaults to none",
    )
    kafka_session: float = Field(
        10,
        ge=6,
        le=1800,
        description="Seconds of silence after which the group goes on without a consumer. With a name, as long as a "
        "restart takes",
    )
    batch_records: int = Field(500, ge=1, le=10_000, description="Maximum number of records in one transaction")
    batch_timeout_ms: int = Field(1000, ge=1, le=1000, description="Milliseconds a poll waits while nothing comes")

    @model_validator(mode="after")
    def _way_in_is_whole(self) -> Self:
        oauth = (self.kafka_oauth_issuer, self.kafka_oauth_client_id, self.kafka_oauth_client_secret)
        if self.kafka_tokens and not all(oauth):
            raise ValueError(f"{PREFIX}KAFKA_OAUTH_*: set issuer, client id and client secret for OAUTHBEARER")
        if any(oauth) and not self.kafka_tokens:
            raise ValueError(
                f"{PREFIX}KAFKA_OAUTH_*: tokens are used with {PREFIX}KAFKA_SASL_MECHANISM=OAUTHBEARER only. Set that, "
                f"and SASL_SSL as {PREFIX}KAFKA_SECURITY, or remove them"
            )
        by_password = self.kafka_security.startswith("SASL") and not self.kafka_tokens
        if by_password and not (self.kafka_user and self.kafka_password):
            raise ValueError(f"{PREFIX}KAFKA_USER and {PREFIX}KAFKA_PASSWORD: set both for {self.kafka_security}")
        if self.kafka_cert_file and not self.kafka_security.endswith("SSL"):
            raise ValueError(f"{PREFIX}KAFKA_CERT_FILE: a certificate is shown with SSL or SASL_SSL only")
        check_identity("KAFKA", self.kafka_cert_file, self.kafka_key_file, self.kafka_key_password)
        return self

    @property
    def kafka_tokens(self) -> bool:
        """Whether Kafka knows the hub by a token."""
        return self.kafka_security.startswith("SASL") and self.kafka_sasl_mechanism == "OAUTHBEARER"

    @property
    def kafka_addresses(self) -> list[str]:
        """The Kafka addresses one by one."""
        return [address.strip() for address in self.kafka_bootstrap.split(",") if address.strip()]


def check_identity(whose: str, certificate: Path | None, key: Path | None, password: SecretStr | None) -> None:
    """Raises ValueError, which names the setting (`whose` is the middle of its name), where certificate and key cannot
    be used."""
    if certificate is None:
        if key is not None:
            raise ValueError(f"{PREFIX}{whose}_CERT_FILE: set it where {PREFIX}{whose}_KEY_FILE is set")
        return
    try:
        show_identity(ssl.create_default_context(), certificate, key, password)
    except ssl.SSLError:  # what it says is of OpenSSL's inside
        raise ValueError(
            f"{PREFIX}{whose}_CERT_FILE: certificate and key cannot be used together. Give both as PEM, and the key's "
            f"password in {PREFIX}{whose}_KEY_PASSWORD if it has one"
        ) from None
    except OSError as error:
        raise ValueError(f"{PREFIX}{whose}_CERT_FILE: it or its key cannot be read ({error.strerror})") from None


def show_identity(tls: ssl.SSLContext, certificate: Path, key: Path | None, password: SecretStr | None) -> None:
    """Lets the connections of `tls` show this certificate. A key whose password is not given is an error
    (ssl.SSLError), never a question at the terminal."""
    tls.load_cert_chain(certificate, key, password.get_secret_value() if password else "")
