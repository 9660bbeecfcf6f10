"""A Kafka as an organisation runs it: SASL_SSL with SCRAM, and nothing allowed that was not granted. Beside it a plain
listener for whoever runs it, who may do everything."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

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
    """Started; `plain` is the address for whoever runs it, `secured` the one for the hub, which is of the group
    `group`."""

    def __init__(self, plain: str, secured: str, ca: Path) -> None:
        self.plain, self.secured, self.ca, self.group = plain, secured, ca, "homeward"

    def settings(self, **more: object) -> Settings:
        """Those of a hub that comes in by the secured listener."""
        told = {"kafka_security": "SASL_SSL", "kafka_sasl_mechanism": "SCRAM-SHA-512", "kafka_ca_file": self.ca}
        user = {"kafka_user": USER, "kafka_password": PASSWORD, "kafka_group": self.group}
        return Settings(kafka_bootstrap=self.secured, **{**told, **user, **more})  # type: ignore[arg-type]

    async def grant(self, *grants: Grant) -> None:
        await change_rights(self.plain, CreateAcls([grant.row() for grant in grants]))

    async def revoke(self, *grants: Grant) -> None:
        await change_rights(self.plain, DeleteAcls([grant.row() for grant in grants]))

    async def revoke_all(self) -> None:
        users = (USER, DESK_USER)
        rows = [(kind, None, 1, f"User:{user}", None, 1, 1) for kind in (TOPIC, GROUP) for user in users]
        await change_rights(self.plain, DeleteAcls(rows))


@contextmanager
def secured_kafka() -> Iterator[SecuredKafka]:
    with tempfile.TemporaryDirectory(prefix="homeward-secured-") as name:
        folder, settings = Path(name), load_settings()
        ca, _ = issue(folder)
        plain, secured = free_port(()), free_port(())
        broker = EmbeddedKafka(
            folder / "kafka", port=plain, java_home=settings.java_home, cache=settings.cache, partitions=2,
            settings=_properties(plain, secured, folder), users={USER: PASSWORD, DESK_USER: DESK_PASSWORD},
        )  # fmt: skip
        with broker:
            yield SecuredKafka(broker.bootstrap, f"localhost:{secured}", ca)


def _properties(plain: int, secured: int, folder: Path) -> dict[str, str]:
    outside = f"PLAINTEXT://127.0.0.1:{plain},SECURED://localhost:{secured}"
    controller = free_port((plain, secured))
    return {
        "listeners": f"{outside},CONTROLLER://127.0.0.1:{controller}",
        "controller.quorum.voters": f"1@127.0.0.1:{controller}",
        "advertised.listeners": outside,
        "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,SECURED:SASL_SSL,CONTROLLER:PLAINTEXT",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512",
        "listener.name.secured.scram-sha-512.sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        ),
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(folder / "server.pem"),
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": "User:ANONYMOUS",
    }
