"""The settings of the hub: the only reader of the environment. Every variable begins with HOMEWARD_ and carries the
description that docs/operating.md shows. Addresses of people do not live here, nor any rule."""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "HOMEWARD_"
Port = Annotated[int, Field(ge=0, le=65535)]
Folders = Annotated[tuple[Path, ...], NoDecode]


class SettingsError(Exception):
    """A setting cannot be used. The message names each variable and the mend, never the value of a secret."""


class Settings(BaseSettings):
    """What an installation may choose. Times are seconds unless the name says otherwise; topics, folders and addresses
    are taken as they stand. Frozen: a change needs a restart."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    kafka_bootstrap: str = Field("localhost:9092", min_length=1, description="Kafka addresses, `host:port,host:port`")
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="how to speak to Kafka; outside one machine use SSL or SASL_SSL"
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="how to prove who the hub is, where the security is SASL"
    )
    kafka_user: str | None = Field(None, description="Kafka user, where the security is SASL")
    kafka_password: SecretStr | None = Field(None, description="Kafka password, where the security is SASL")
    kafka_ca_file: Path | None = Field(None, description="certificates to trust for Kafka; else those of the system")
    kafka_group: str = Field("homeward", min_length=1, description="consumer group; all consumers of one hub share it")
    batch_records: int = Field(500, ge=1, le=10_000, description="most records that one transaction takes in")
    batch_timeout_ms: int = Field(10, ge=1, le=1000, description="milliseconds that a poll waits for a fuller batch")

    database_url: str | None = Field(
        None,
        repr=False,
        description="`postgresql+asyncpg://user@host/name` or `sqlite+aiosqlite:///file`; else SQLite in the data",
    )
    database_password: SecretStr | None = Field(None, description="password of the database, kept out of the URL")

    smtp_host: str = Field("localhost", min_length=1, description="mail server that takes the e-mails")
    smtp_port: Port = Field(587, description="its port")
    smtp_tls: Literal["starttls", "tls", "plain"] = Field(
        "starttls", description="`starttls`, `tls` from the first byte, or `plain` for a sink on the same machine"
    )
    smtp_user: str | None = Field(None, description="user at the mail server, where it asks for one")
    smtp_password: SecretStr | None = Field(None, description="password at the mail server")
    smtp_from: str = Field("homeward@hub.example", pattern=r"^[^@\s]+@[^@\s]+$", description="sender of every e-mail")
    message_id_domain: str = Field(
        "hub.example", pattern=r"^[A-Za-z0-9.-]+$", description="right-hand side of every Message-ID; keep it for good"
    )

    packs: Folders = Field((), description=f"further folders made like `protocols/`, divided by `{os.pathsep}`")
    directory: Path | None = Field(
        None,
        description="folder with a `<authority>/directory.toml` for each, and its `local.toml` if any",
    )

    matching_weights: Path | None = Field(
        None,
        description="weights by which a child is recognised, from `homeward matching train`; else the shipped ones",
    )

    register_stale: float = Field(
        48, gt=0, description="hours after which a silent register is called old where it holds nobody like a child"
    )

    early_word: float = Field(
        24, gt=0, description="hours after which a person is asked about word of an incident that nobody has reported"
    )

    relay_batch: int = Field(500, ge=1, le=10_000, description="most rows that a relay claims at once")
    relay_lease: float = Field(30, ge=1, description="seconds after which the rows of a dead relay are free again")
    timers_gate: float = Field(
        120, ge=0, description="most seconds that overdue timers wait at start for the backlog to be read"
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="least severe line to write")
    log_format: Literal["text", "json"] = Field("text", description="`text` for people, `json` for machines")
    health_host: str = Field("127.0.0.1", description="address at which health is answered")
    health_port: Port = Field(0, description="port of `/live` and `/ready`; 0 answers nowhere")
    data: Path = Field(Path("var"), description="folder of the embedded broker and the default SQLite file")
    cache: Path | None = Field(None, description="folder for the fetched parts of the embedded broker; else your cache")
    java_home: Path | None = Field(
        None, validation_alias="JAVA_HOME", description="Java for the embedded broker; else that of the path or a wheel"
    )

    @field_validator("packs", mode="before")
    @classmethod
    def _divide(cls, value: object) -> object:
        return tuple(part for part in value.split(os.pathsep) if part) if isinstance(value, str) else value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str | None) -> str | None:
        try:
            driver = make_url(value).drivername if value else "sqlite+aiosqlite"
        except ArgumentError as error:
            raise ValueError("write it as driver://user@host/name") from error
        if driver not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
            raise ValueError("begin it with postgresql+asyncpg:// or sqlite+aiosqlite:///")
        return value

    @field_validator("kafka_ca_file", "directory", "packs", "matching_weights")
    @classmethod
    def _must_exist(cls, value: Path | tuple[Path, ...] | None) -> Path | tuple[Path, ...] | None:
        for path in value if isinstance(value, tuple) else (value,):
            if path is not None and not path.exists():
                raise ValueError(f"{path} does not exist; create it or take the setting away")
        return value

    @model_validator(mode="after")
    def _complete(self) -> "Settings":
        if self.kafka_security.startswith("SASL") and not (self.kafka_user and self.kafka_password):
            raise ValueError(f"{PREFIX}KAFKA_USER and {PREFIX}KAFKA_PASSWORD: {self.kafka_security} needs both")
        if bool(self.smtp_user) != bool(self.smtp_password):
            raise ValueError(f"{PREFIX}SMTP_USER and {PREFIX}SMTP_PASSWORD: set both or neither")
        return self

    @property
    def database(self) -> str:
        """The whole database URL, password included: to connect with, never to print."""
        if self.database_url is None:
            return f"sqlite+aiosqlite:///{self.data / 'homeward.db'}"
        url = make_url(self.database_url)
        if self.database_password is not None:
            url = url.set(password=self.database_password.get_secret_value())
        return url.render_as_string(hide_password=False)


def load_settings(env_file: Path | None = None) -> Settings:
    """Read the environment, then `env_file` where one is named, then the files of the folder HOMEWARD_SECRETS_DIR
    (one per setting, named as the variable in small letters). Raises `SettingsError` with one line per fault."""
    if env_file is not None and not env_file.is_file():
        raise SettingsError(f"{env_file} does not exist: name a file of VARIABLE=value lines, or none")
    secrets = os.environ.get(f"{PREFIX}SECRETS_DIR")
    if secrets is not None and not Path(secrets).is_dir():
        raise SettingsError(f"{PREFIX}SECRETS_DIR: {secrets} is not a folder; create it or take the setting away")
    try:
        return Settings(_env_file=env_file, _secrets_dir=secrets)
    except ValidationError as error:
        faults = "\n".join(_fault(fault["loc"], fault["msg"]) for fault in error.errors(include_input=False))
        raise SettingsError(faults) from None


def _fault(loc: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ")
    return f"{PREFIX}{str(loc[0]).upper()}: {text}" if loc else text
