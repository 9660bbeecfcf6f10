"""The settings of what the hub keeps and where it sends: the database on the one hand, the ways out on the other.
`homeward.settings` puts them together with all others."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from schemas.limits import DEFAULT, Limits

PREFIX = "HOMEWARD_"
Port = Annotated[int, Field(ge=0, le=65535)]


def comma_separated(value: object) -> object:
    """The names of a text in which commas separate them; anything else as it is."""
    return tuple(name for part in value.split(",") if (name := part.strip())) if isinstance(value, str) else value


NameList = Annotated[tuple[str, ...], NoDecode, BeforeValidator(comma_separated)]
"""Names separated by commas."""


class SourceSettings(BaseSettings):
    """How large messages may be, and where all is kept."""

    limit_body: int = Field(
        DEFAULT.body,
        ge=1024,
        le=10_000_000,
        description="Maximum bytes of a record, decompressed, with key and headers",
    )
    limit_text: int = Field(DEFAULT.text, ge=1000, description="Maximum characters of any text in a message")
    limit_items: int = Field(DEFAULT.items, ge=50, description="Maximum items of any list or object in a message")
    limit_identifiers: int = Field(DEFAULT.identifiers, ge=5, le=500, description="Maximum identifiers of one child")
    limit_nesting: int = Field(DEFAULT.nesting, ge=8, le=64, description="Maximum depth of nested lists and objects")

    database_url: str | None = Field(
        None,
        repr=False,
        description="`postgresql+asyncpg://user@host/name` or `sqlite+aiosqlite:///file`. "
        "Defaults to SQLite in the data folder",
    )
    database_password: SecretStr | None = Field(None, description="Database password, so that it is not in the URL")
    keys_url: SecretStr | None = Field(
        None,
        description="Database of the keys of contents and of the journal of what was erased, written like "
        "HOMEWARD_DATABASE_URL. Several machines need one that they share. Back it up apart. Required with "
        "Postgres, except for a trial. With SQLite, defaults to a file beside the database",
    )
    purging_database_url: SecretStr | None = Field(
        None,
        description="The same database, entered as its owner: as whom the hub purges by the retention schedules where "
        "it runs as a Postgres role that may remove nothing. Defaults to HOMEWARD_DATABASE_URL",
    )
    database_ca_file: Path | None = Field(
        None,
        description="CA certificates to trust for Postgres. Defaults to the system's. Beyond this machine the server "
        "must show a certificate for its name",
    )

    @field_validator("database_url", "keys_url", "purging_database_url")
    @classmethod
    def _known_database(cls, value: str | SecretStr | None) -> str | SecretStr | None:
        url = value.get_secret_value() if isinstance(value, SecretStr) else value
        try:
            driver = make_url(url).drivername if url else "sqlite+aiosqlite"
        except ArgumentError as error:
            raise ValueError("write it as driver://user@host/name") from error
        if driver not in ("sqlite+aiosqlite", "postgresql+asyncpg"):
            raise ValueError("start it with postgresql+asyncpg:// or sqlite+aiosqlite:///")
        return value

    @property
    def limits(self) -> Limits:
        """How much one message may hold."""
        return Limits(self.limit_body, self.limit_text, self.limit_items, self.limit_identifiers, self.limit_nesting)

    @property
    def holds_password_in_url(self) -> bool:
        """Whether the database URL holds a password, which a process list or a log of the environment would show."""
        return self.database_url is not None and make_url(self.database_url).password is not None


class ChannelSettings(BaseSettings):
    """How messages leave, and when somebody hears that they have not."""

    topics_by: Literal["relay", "capture"] = Field(
        "relay",
        description="Who writes messages to topics: the relay, or change data capture (Debezium), which reads the "
        "outbox of Postgres itself",
    )
    smtp_host: str = Field("localhost", min_length=1, description="Mail server")
    smtp_port: Port = Field(587, description="Mail server port")
    smtp_tls: Literal["starttls", "tls", "plain"] = Field(
        "starttls",
        description="Encryption. Use `plain` only for a test server on the same machine",
    )
    smtp_user: str | None = Field(None, description="Mail server user, if it needs a login")
    smtp_password: SecretStr | None = Field(None, description="Mail server password, if it needs a login")
    smtp_ca_file: Path | None = Field(
        None,
        description="CA certificates to trust for the mail server (and besides the system's for the mailbox that "
        "bounces go to). Defaults to the system's",
    )
    smtp_oauth_authority: str | None = Field(
        None,
        pattern=r"^https://",
        description="Where to get tokens for XOAUTH2, in place of a password: "
        "`https://login.microsoftonline.com/TENANT` for Microsoft 365",
    )
    smtp_oauth_client_id: str | None = Field(None, description="Application that gets the tokens")
    smtp_oauth_client_secret: SecretStr | None = Field(None, description="Secret of that application")
    smtp_oauth_scope: str = Field("https://outlook.office365.com/.default", description="Scope of the tokens")
    smtp_return_path: str | None = Field(
        None,
        pattern=r"^[^@\s]+@[^@\s]+$",
        description="Mailbox that bounces go to. `{id}` in it stands for the e-mail: `bounces+{id}@hub.example`. "
        "With one, the mail server is asked for receipts",
    )
    smtp_from: str = Field("homeward@hub.example", pattern=r"^[^@\s]+@[^@\s]+$", description="Sender of every e-mail")
    message_id_domain: str = Field(
        "hub.example",
        pattern=r"^[A-Za-z0-9.-]+$",
        description="Domain of every Message-ID. Never change it once the hub is live",
    )

    desk_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s/?#]+(/[^\s?#]*)?$",
        description="Base address of the desk, such as `https://desk.example`. E-mails then hold one link to it. "
        "Defaults to none: they say where to answer instead",
    )

    bounces_host: str | None = Field(None, description="IMAP server of the mailbox that bounces go to")
    bounces_port: Port = Field(993, description="IMAP server port, TLS from the first byte")
    bounces_user: str | None = Field(None, description="User of that mailbox. Required with a host")
    bounces_password: SecretStr | None = Field(
        None, description="Password of that mailbox. Without one, the tokens of `HOMEWARD_SMTP_OAUTH_*` are used"
    )
    bounces_folder: str = Field("INBOX", min_length=1, description="Folder that is read")
    bounces_every: float = Field(60, ge=1, description="Seconds between two looks into it")

    mail_by: Literal["smtp", "notify", "folder"] = Field(
        "smtp",
        description="How e-mails are sent: by SMTP or by GOV.UK Notify. `folder` writes them into `mail` in the data "
        "folder and sends them to nobody, for a trial; `--embedded` without a mail server does the same",
    )
    notify_api_key: SecretStr | None = Field(None, description="API key of GOV.UK Notify")
    notify_url: str = Field(
        "https://api.notifications.service.gov.uk", pattern=r"^https?://", description="Address of its API"
    )
    notify_templates: dict[str, str] = Field(
        {},
        description="Its template for each type of message, as JSON; `*` stands for all others. "
        "A template uses `((subject))` and `((body))`",
    )

    secure_email_domains: NameList = Field(
        (),
        description="Domains that secure e-mail may go to, separated by commas. "
        "Required if a pack uses secure e-mail, together with TLS",
    )

    told_after_immediate: float = Field(
        5, gt=0, description="Minutes until someone is told that an immediate message was not accepted"
    )
    told_after_same_day: float = Field(60, gt=0, description="The same for a message of the same day")
    told_after_routine: float = Field(1440, gt=0, description="The same for a routine message")

    @field_validator("secure_email_domains")
    @classmethod
    def _as_domains(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(domain for name in value if (domain := name.lower().lstrip("@")))

    @model_validator(mode="after")
    def _way_out_is_whole(self) -> Self:
        oauth = (self.smtp_oauth_authority, self.smtp_oauth_client_id, self.smtp_oauth_client_secret)
        if any(oauth) and not (all(oauth) and self.smtp_user and not self.smtp_password):
            raise ValueError(
                f"{PREFIX}SMTP_OAUTH_*: set authority, client id and secret, with {PREFIX}SMTP_USER and without "
                f"{PREFIX}SMTP_PASSWORD"
            )
        if not any(oauth) and bool(self.smtp_user) != bool(self.smtp_password):
            raise ValueError(f"{PREFIX}SMTP_USER and {PREFIX}SMTP_PASSWORD: set both or neither")
        if self.bounces_host and not (self.bounces_user and (self.bounces_password or any(oauth))):
            raise ValueError(f"{PREFIX}BOUNCES_USER and {PREFIX}BOUNCES_PASSWORD: set both for {PREFIX}BOUNCES_HOST")
        if self.mail_by == "notify" and not self.notify_api_key:
            raise ValueError(f"{PREFIX}NOTIFY_API_KEY: set it, or let e-mails go by SMTP ({PREFIX}MAIL_BY=smtp)")
        if self.notify_api_key and "*" not in self.notify_templates:
            raise ValueError(f'{PREFIX}NOTIFY_TEMPLATES: name a template for all types: {{"*": "its id"}}')
        if self.smtp_user and self.smtp_tls == "plain":
            raise ValueError(f"{PREFIX}SMTP_TLS: use starttls or tls, a password is never sent over a plain connection")
        return self
