"""What the settings promise: defaults that need nothing, faults named with their mend, secrets never shown."""

import os
from pathlib import Path

import pytest

from homeward.settings import PREFIX, Settings, SettingsError, load_settings
from store.engine import keys_named, shown
from tests.producers.certificates import issue


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)


def given(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(PREFIX + name.upper(), value)


def fault(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    given(monkeypatch, **variables)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    return str(caught.value)


def test_the_defaults_need_no_environment() -> None:
    settings = load_settings()
    assert shown(settings.database) == "sqlite+aiosqlite:///var/homeward.db"
    assert keys_named(settings.database) == "sqlite+aiosqlite:///var/homeward.keys.db"
    assert settings.smtp_from.endswith(".example")
    assert settings.batch_timeout_ms == 1000


def test_a_variable_is_the_setting_in_capitals_with_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, kafka_bootstrap="broker.example:9093", kafka_security="SSL", relay_lease="12.5")
    assert (load_settings().kafka_bootstrap, load_settings().relay_lease) == ("broker.example:9093", 12.5)


def test_an_empty_variable_is_no_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, smtp_port="", database_url="")
    assert load_settings() == Settings()


def test_folders_of_packs_are_divided_like_a_search_path(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    given(monkeypatch, packs=os.pathsep.join([str(tmp_path / "one"), str(tmp_path / "two")]))
    assert load_settings().packs == (tmp_path / "one", tmp_path / "two")


def test_a_file_of_settings_is_read_only_when_it_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"{PREFIX}KAFKA_GROUP=from-file\n")
    monkeypatch.chdir(tmp_path)
    assert load_settings().kafka_group == "homeward"
    assert load_settings(tmp_path / ".env").kafka_group == "from-file"
    given(monkeypatch, kafka_group="from-environment")
    assert load_settings(tmp_path / ".env").kafka_group == "from-environment"
    with pytest.raises(SettingsError, match="does not exist"):
        load_settings(tmp_path / "other.env")


def test_a_secret_may_stand_in_a_file_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "homeward_database_password").write_text("p@ss/word\n")
    given(monkeypatch, secrets_dir=str(tmp_path), database_url="postgresql+asyncpg://hub@db.example/homeward")
    assert load_settings().database.startswith("postgresql+asyncpg://hub:p%40ss%2Fword@db.example/homeward?keys=")
    assert "is not a folder" in fault(monkeypatch, secrets_dir=str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("smtp_port", "70000", "less than or equal to 65535"),
        ("smtp_tls", "ssl", "'starttls', 'tls' or 'plain'"),
        ("batch_records", "many", "valid integer"),
        ("database_url", "mysql://db.example/x", "start it with postgresql+asyncpg://"),
        ("database_url", "nonsense", "driver://user@host/name"),
        ("directory", "no/such/folder", "does not exist"),
        ("smtp_from", "nobody", "pattern"),
    ],
)
def test_a_fault_names_the_variable_and_the_mend(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, mend: str
) -> None:
    message = fault(monkeypatch, **{name: value})
    assert message.startswith(f"{PREFIX}{name.upper()}: ")
    assert mend in message


def test_every_fault_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = fault(monkeypatch, smtp_port="x", relay_batch="0").splitlines()
    assert [line.split(":")[0] for line in lines] == ["HOMEWARD_SMTP_PORT", "HOMEWARD_RELAY_BATCH"]


def test_half_a_pair_of_credentials_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "HOMEWARD_KAFKA_PASSWORD" in fault(monkeypatch, kafka_security="SASL_SSL", kafka_user="hub")
    assert "HOMEWARD_SMTP_PASSWORD" in fault(monkeypatch, kafka_security="PLAINTEXT", smtp_user="hub")


@pytest.mark.parametrize(
    ("given_variables", "says"),
    [
        ({"kafka_sasl_mechanism": "OAUTHBEARER", "kafka_security": "SASL_SSL"}, "KAFKA_OAUTH_*: set issuer"),
        ({"kafka_oauth_client_id": "hub"}, "KAFKA_OAUTH_*: tokens are used with"),
        ({"kafka_oauth_issuer": "http://id.example"}, "KAFKA_OAUTH_ISSUER: "),
        ({"kafka_cert_file": __file__}, "KAFKA_CERT_FILE: a certificate is shown with SSL or SASL_SSL only"),
        ({"kafka_cert_file": __file__, "kafka_security": "SSL"}, "KAFKA_CERT_FILE: certificate and key cannot be used"),
        ({"kafka_key_file": __file__}, "KAFKA_CERT_FILE: set it where HOMEWARD_KAFKA_KEY_FILE is set"),
        ({"desk_kafka_oauth_client_id": "desk"}, "DESK_KAFKA_OAUTH_CLIENT_ID and _CLIENT_SECRET: set both"),
    ],
)
def test_half_of_what_kafka_knows_the_hub_by_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, given_variables: dict[str, str], says: str
) -> None:
    assert f"HOMEWARD_{says}" in fault(monkeypatch, **given_variables)


def test_a_key_with_a_password_is_opened_by_it_and_never_asks_for_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    issue(tmp_path, "hub", password="open-sesame")
    given(monkeypatch, kafka_security="SSL", kafka_cert_file=str(tmp_path / "hub.pem"))
    assert "HOMEWARD_KAFKA_KEY_PASSWORD" in fault(monkeypatch)
    given(monkeypatch, kafka_key_password="open-sesame")
    assert load_settings().kafka_cert_file == tmp_path / "hub.pem"


def test_a_password_over_a_plain_connection_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    said = fault(monkeypatch, smtp_tls="plain", smtp_user="hub", smtp_password="p")
    assert said == "HOMEWARD_SMTP_TLS: use starttls or tls, a password is never sent over a plain connection"


ELSEWHERE = {
    "kafka": {"kafka_bootstrap": "localhost:9092,broker.example:9092"},
    "database": {"database_url": "postgresql+asyncpg://hub@db.example/homeward?ssl=prefer"},
    "smtp": {"smtp_host": "mail.example", "smtp_tls": "plain"},
}
AT_HOME = {
    "kafka": {"kafka_bootstrap": "127.0.0.1:9092,[::1]:9092"},
    "database": {"database_url": "postgresql+asyncpg://hub@/homeward?host=/run/postgresql&ssl=disable"},
    "smtp": {"smtp_host": "localhost", "smtp_tls": "plain"},
}


@pytest.mark.parametrize(
    ("way", "setting", "where"),
    [
        ("kafka", "KAFKA_SECURITY", "broker.example"),
        ("database", "DATABASE_URL", "db.example"),
        ("smtp", "SMTP_TLS", "mail.example"),
    ],
)
def test_clear_text_beyond_this_machine_is_a_fault_unless_a_setting_says_so(
    monkeypatch: pytest.MonkeyPatch, way: str, setting: str, where: str
) -> None:
    said = fault(monkeypatch, **ELSEWHERE[way])
    assert said.startswith(f"HOMEWARD_{setting}: {where} would be spoken to in clear text. ")
    assert f"add {way} to HOMEWARD_CLEAR_TEXT" in said
    given(monkeypatch, clear_text=", ".join({"kafka", "database", "smtp"} - {way}))
    assert fault(monkeypatch) == said
    given(monkeypatch, clear_text=way)
    assert load_settings().clear_text == (way,)


@pytest.mark.parametrize("way", AT_HOME)
def test_clear_text_on_this_machine_is_none_of_anybodys_business(monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    given(monkeypatch, **AT_HOME[way])
    load_settings()


def test_no_secret_is_shown_by_settings_or_by_their_faults(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = "correct-horse-battery-staple-and-a-little-more"
    names = [name for name in Settings.model_fields if name.endswith(("password", "secret", "api_key"))]
    assert len(names) == 13
    given(monkeypatch, **dict.fromkeys(names, secret), smtp_user="hub", notify_templates='{"*": "one"}')
    given(monkeypatch, desk_kafka_user="desk", desk_oidc_issuer="https://id.example", desk_oidc_client_id="desk")
    given(monkeypatch, desk_oidc_meanings='{"hub": {"operator": true}}', desk_kafka_oauth_client_id="desk")
    given(monkeypatch, kafka_security="SASL_SSL", kafka_sasl_mechanism="OAUTHBEARER", kafka_oauth_client_id="hub")
    given(monkeypatch, kafka_oauth_issuer="https://login.example")
    assert secret not in fault(monkeypatch)  # a token and a password
    monkeypatch.delenv(f"{PREFIX}SMTP_PASSWORD")
    given(monkeypatch, smtp_oauth_authority="https://login.example/tenant", smtp_oauth_client_id="hub")
    given(monkeypatch, database_url=f"postgresql+asyncpg://hub:{secret}@db.example/homeward")
    assert secret not in repr(load_settings())
    assert secret not in str(load_settings())
    assert secret not in fault(monkeypatch, smtp_port="x", database_url=f"mysql://hub:{secret}@db.example/x")
    assert secret not in fault(monkeypatch, kafka_security="PLAINTEXT", smtp_port="25", database_url="")


@pytest.mark.parametrize(
    ("given_variables", "names"),
    [
        ({"smtp_oauth_client_id": "hub"}, "SMTP_OAUTH_*"),
        ({"bounces_host": "imap.example"}, "BOUNCES_USER"),
        ({"mail_by": "notify"}, "NOTIFY_API_KEY"),
        ({"mail_by": "folder"}, "Use it only with HOMEWARD_TRIAL=true"),
        ({"notify_api_key": "k", "notify_templates": '{"rhi.request": "one"}'}, "NOTIFY_TEMPLATES"),
        ({"smtp_return_path": "nowhere"}, "SMTP_RETURN_PATH"),
    ],
)
def test_half_a_way_out_is_a_fault(
    monkeypatch: pytest.MonkeyPatch, given_variables: dict[str, str], names: str
) -> None:
    assert names in fault(monkeypatch, **given_variables)


def test_domains_of_secure_e_mail_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, secure_email_domains="Police.example, @secure.example ,")
    assert load_settings().secure_email_domains == ("police.example", "secure.example")


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("url", ["desk.example", "ftp://desk.example", "https://desk.example/?page=1", "https:// desk"])
def test_the_desk_is_a_plain_web_address(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    assert f"{PREFIX}DESK_URL" in fault(monkeypatch, desk_url=url)


def test_without_a_desk_nothing_is_linked(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().desk_url is None
    assert "HOMEWARD_DESK_SECRET" in fault(monkeypatch, desk_url="https://desk.example/nottinghamshire")
    given(monkeypatch, desk_secret="s" * 32)
    assert load_settings().desk_url == "https://desk.example/nottinghamshire"


def test_a_misspelt_variable_is_refused_with_the_likely_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    said = fault(monkeypatch, smtp_hots="mail.council.test", teapot="1")
    assert said.splitlines() == [
        "HOMEWARD_SMTP_HOTS: there is no such setting. Did you mean HOMEWARD_SMTP_HOST?",
        "HOMEWARD_TEAPOT: there is no such setting. Remove it",
    ]
    monkeypatch.delenv(f"{PREFIX}SMTP_HOTS")
    monkeypatch.delenv(f"{PREFIX}TEAPOT")
    (tmp_path / "settings").write_text(f"{PREFIX}DATABASE_PASWORD=secret\n")
    with pytest.raises(SettingsError, match="Did you mean HOMEWARD_DATABASE_PASSWORD") as caught:
        load_settings(tmp_path / "settings")
    assert "secret" not in str(caught.value)


def test_where_tests_find_their_servers_is_nothing_of_the_hubs(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, test_kafka="broker.test:9092")
    assert load_settings() == Settings()


def test_authorities_are_divided_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, authorities="islington, nottinghamshire")
    assert load_settings().authorities == ("islington", "nottinghamshire")


def test_a_password_in_the_url_is_noticed() -> None:
    assert Settings(database_url="postgresql+asyncpg://hub:word@db.test/homeward").holds_password_in_url
    assert not Settings(database_url="postgresql+asyncpg://hub@db.test/homeward").holds_password_in_url
    assert not Settings().holds_password_in_url
