"""How Kafka is reached, by whatever writes to it or reads from it, and as whom."""

import ssl
from functools import cache
from pathlib import Path

from cryptography import x509
from pydantic import SecretStr

from homeward.settings import Settings
from homeward.settings_of_kafka import show_identity
from producers.bearer import BearerTokens
from producers.kafka_link import KafkaSettings, TopicShape
from producers.tokens import ClientCredentials


def kafka_settings(settings: Settings, create: TopicShape | None = None) -> KafkaSettings:
    """How producers reach Kafka."""
    return KafkaSettings(
        settings.kafka_bootstrap,
        security=settings.kafka_security,
        mechanism=settings.kafka_sasl_mechanism,
        user=settings.kafka_user,
        password=_plain(settings.kafka_password),
        tokens=tokens_as(settings, settings.kafka_oauth_client_id, settings.kafka_oauth_client_secret),
        tls=tls_as(settings, settings.kafka_cert_file, settings.kafka_key_file, settings.kafka_key_password),
        create=create,
    )


def tls_as(
    settings: Settings, certificate: Path | None, key: Path | None, password: SecretStr | None
) -> ssl.SSLContext | None:
    """How connections are encrypted, and the certificate that they show; None where they are not."""
    if not settings.kafka_security.endswith("SSL"):
        return None
    tls = ssl.create_default_context(cafile=settings.kafka_ca_file)
    if certificate is not None:
        show_identity(tls, certificate, key, password)
    return tls


def tokens_as(
    settings: Settings, client: str | None, secret: SecretStr | None, setting: str = "KAFKA_OAUTH"
) -> BearerTokens | None:
    """Where tokens come from, if Kafka is entered by them. `setting`: what the settings of client and secret begin
    with."""
    issuer = settings.kafka_oauth_issuer
    if not (settings.kafka_tokens and issuer and client and secret):
        return None
    return _tokens(issuer, client, secret.get_secret_value(), settings.kafka_oauth_scope, setting)


@cache
def _tokens(issuer: str, client: str, secret: str, scope: str | None, setting: str) -> BearerTokens:
    """One for each identity, so that all connections of a process share a token until it expires."""
    return BearerTokens(ClientCredentials(issuer, client, secret, scope, oidc=True, setting=setting))


def principal(settings: Settings) -> str | None:
    """The name by which Kafka's rights know the hub, as far as it can be seen here: that of a token is in the token."""
    if settings.kafka_security.startswith("SASL"):
        return None if settings.kafka_tokens else settings.kafka_user
    if settings.kafka_cert_file is None:
        return None
    (certificate, *_) = x509.load_pem_x509_certificates(settings.kafka_cert_file.read_bytes())
    return certificate.subject.rfc4514_string()


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
