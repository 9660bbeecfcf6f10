"""A Kafka as an organisation runs it: it knows its users by password (SCRAM), by certificate or by token, all over TLS,
and nothing is allowed that was not granted. Beside it a plain listener for whoever runs it, who may do everything."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from token_server import CLIENT, SECRET, TokenServer, token_server

from homeward.embedded import EmbeddedKafka
from homeward.embedded.probe import free_port
from homeward.settings import Settings, load_settings
from homeward.torture.acls import (
    ALLOW,
    DESCRIBE,
    GROUP,
    LITERAL,
    PREFIXED,
    READ,
    TOPIC,
    WRITE,
    CreateAcls,
    DeleteAcls,
    change_rights,
)  # fmt: skip
from tests.producers.certificates import issue

USER, PASSWORD = "homeward", "correct-horse"
DESK_USER, DESK_PASSWORD = "homeward-desk", "battery-staple"
_SECURITY = "org.apache.kafka.common.security"
_LISTENERS = {"SECURED": "SASL_SSL", "CERTIFIED": "SSL", "TOKENS": "SASL_SSL"}
Grade = Literal["literal", "prefixed"]


@dataclass(frozen=True)
class Grant:
    """What the hub's user, or another, may do: `read`, `write` or `describe` on a topic or group, or on all that begin
    so."""

    operation: Literal["read", "write", "describe"]
    name: str
    grade: Grade = "literal"
    resource: Literal["topic", "group"] = "topic"
    user: str = USER

    def row(self) -> tuple[int, str, int, str, str, int, int]:
        resource = TOPIC if self.resource == "topic" else GROUP
        operation = {"read": READ, "write": WRITE, "describe": DESCRIBE}[self.operation]
        grade = LITERAL if self.grade == "literal" else PREFIXED
        return resource, self.name, grade, f"User:{self.user}", "*", operation, ALLOW


class SecuredKafka:
    """Started; `plain` is the address for whoever runs it, the others those for the hub, by how it is known there. It
    is of the group `group`."""

    def __init__(
        self, plain: str, secured: str, certified: str, by_token: str, provider: TokenServer, ca: Path
    ) -> None:
        self.plain, self.secured, self.certified, self.by_token = plain, secured, certified, by_token
        self.provider, self.ca, self.group = provider, ca, "homeward"

    def settings(self, **more: object) -> Settings:
        """Those of a hub that comes in by password, unless `more` says otherwise."""
        told = {"kafka_security": "SASL_SSL", "kafka_sasl_mechanism": "SCRAM-SHA-512", "kafka_ca_file": self.ca}
        user = {"kafka_user": USER, "kafka_password": PASSWORD, "kafka_group": self.group}
        return Settings(**{"kafka_bootstrap": self.secured, **told, **user, **more})  # type: ignore[arg-type]

    def certificate(self, whose: str = USER) -> dict[str, object]:
        """The settings of a hub that Kafka knows by this certificate."""
        file = self.ca.with_name(f"{whose}.pem")
        return {"kafka_bootstrap": self.certified, "kafka_security": "SSL", "kafka_cert_file": file}

    def token(self, secret: str = SECRET) -> dict[str, object]:
        """The settings of a hub that Kafka knows by token."""
        issuer = {"kafka_oauth_issuer": self.provider.issuer, "kafka_oauth_client_id": CLIENT}
        way = {"kafka_bootstrap": self.by_token, "kafka_sasl_mechanism": "OAUTHBEARER"}
        return {**way, **issuer, "kafka_oauth_client_secret": secret}

    async def grant(self, *grants: Grant) -> None:
        await change_rights(self.plain, CreateAcls([grant.row() for grant in grants]))

    async def revoke(self, *grants: Grant) -> None:
        await change_rights(self.plain, DeleteAcls([grant.row() for grant in grants]))

    async def revoke_all(self) -> None:
        await change_rights(self.plain, DeleteAcls([(kind, None, 1, None, None, 1, 1) for kind in (TOPIC, GROUP)]))


@pytest.fixture(scope="session")
def secured() -> Iterator[SecuredKafka]:
    """For the process: whoever uses it grants anew what it needs."""
    with pytest.MonkeyPatch.context() as patch, tempfile.TemporaryDirectory(prefix="homeward-secured-") as name:
        folder, settings = Path(name), load_settings()
        ca, tls = issue(folder, USER, DESK_USER)
        patch.setenv("REQUESTS_CA_BUNDLE", str(ca))
        taken: list[int] = []
        for _ in range(5):
            taken.append(free_port(taken))
        plain, *inside, _ = taken
        broker = EmbeddedKafka(
            folder / "kafka", port=plain, java_home=settings.java_home, cache=settings.cache, partitions=2,
            settings=_properties(taken, folder), users={USER: PASSWORD, DESK_USER: DESK_PASSWORD},
        )  # fmt: skip
        with token_server(tls) as provider, broker:
            yield SecuredKafka(broker.bootstrap, *(f"localhost:{port}" for port in inside), provider=provider, ca=ca)


def _properties(ports: Sequence[int], folder: Path) -> dict[str, str]:
    *outside, controller = ports
    listeners = ",".join(
        f"{name}://localhost:{port}" for name, port in zip(("PLAINTEXT", *_LISTENERS), outside, strict=True)
    )
    protocols = {"PLAINTEXT": "PLAINTEXT", **_LISTENERS, "CONTROLLER": "PLAINTEXT"}
    return {
        "listeners": f"{listeners},CONTROLLER://127.0.0.1:{controller}",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "advertised.listeners": listeners,
        "listener.security.protocol.map": ",".join(f"{name}:{protocol}" for name, protocol in protocols.items()),
        "listener.name.secured.sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.secured.scram-sha-512.sasl.jaas.config": f"{_SECURITY}.scram.ScramLoginModule required;",
        "listener.name.tokens.sasl.enabled.mechanisms": "OAUTHBEARER",
        # Whether a token is signed is looked at by Kafka alone; here it believes any.
        "listener.name.tokens.oauthbearer.sasl.jaas.config": (
            f'{_SECURITY}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="kafka";'
        ),
        "listener.name.certified.ssl.client.auth": "required",
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(folder / "ca.pem"),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(folder / "server.pem"),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    }
