from pathlib import Path

import pytest

from starter.settings import SettingsError, load_settings


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def _write(folder: Path, text: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "waypost.toml").write_text(text)


def test_an_empty_folder_means_sqlite_and_the_mail_folder_inside_it(tmp_path: Path) -> None:
    settings = load_settings(tmp_path / "here")
    assert settings.ledger_url == f"sqlite:///{tmp_path}/here/ledger.db"
    assert settings.mail_folder == tmp_path / "here" / "mail"
    assert settings.environment == "development"


def test_the_folder_is_the_flag_then_the_variable_then_dot_waypost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert load_settings().dir == tmp_path / ".waypost"
    monkeypatch.setenv("WAYPOST_DIR", str(tmp_path / "variable"))
    assert load_settings().dir == tmp_path / "variable"
    assert load_settings(tmp_path / "flag").dir == tmp_path / "flag"


def test_the_file_is_read(tmp_path: Path) -> None:
    _write(tmp_path, 'environment = "production"\n[mail]\ntransport = "sendgrid"\nonly_to = ["a@example.org"]\n')
    settings = load_settings(tmp_path)
    assert settings.environment == "production"
    assert settings.mail.only_to == ("a@example.org",)


@pytest.mark.parametrize(
    ("variable", "value", "path", "read"),
    [
        ("WAYPOST_ENVIRONMENT", "production", "environment", "production"),
        ("WAYPOST_FAST_FORWARD", "true", "fast_forward", True),
        ("WAYPOST_LEDGER_URL", "postgresql://x/y", "ledger.url", "postgresql://x/y"),
        ("WAYPOST_TEMPORAL_ADDRESS", "127.0.0.1:7233", "temporal.address", "127.0.0.1:7233"),
        ("WAYPOST_TEMPORAL_NAMESPACE", "n", "temporal.namespace", "n"),
        ("WAYPOST_MAIL_TRANSPORT", "sendgrid", "mail.transport", "sendgrid"),
        ("WAYPOST_MAIL_FOLDER", "out", "mail.folder", Path("out")),
        ("WAYPOST_MAIL_SMTP_HOST", "mail.example.org", "mail.smtp_host", "mail.example.org"),
        ("WAYPOST_MAIL_SMTP_PORT", "2525", "mail.smtp_port", 2525),
        ("WAYPOST_MAIL_SMTP_SECURITY", "tls", "mail.smtp_security", "tls"),
        ("WAYPOST_MAIL_SMTP_USER", "u", "mail.smtp_user", "u"),
        ("WAYPOST_MAIL_SMTP_EHLO", "mailer.example.org", "mail.smtp_ehlo", "mailer.example.org"),
        ("WAYPOST_MAIL_SENDGRID_HOST", "http://x", "mail.sendgrid_host", "http://x"),
        ("WAYPOST_MAIL_ONLY_TO", "a@b.org, c@d.org", "mail.only_to", ("a@b.org", "c@d.org")),
        ("WAYPOST_MAIL_SENDGRID_WEBHOOK_KEYS", "old=, new=", "mail.sendgrid_webhook_keys", ("old=", "new=")),
        ("WAYPOST_API_HOST", "0.0.0.0", "api.host", "0.0.0.0"),
        ("WAYPOST_API_PORT", "80", "api.port", 80),
        ("WAYPOST_API_PUBLIC_URL", "https://m.example.org/w", "api.public_url", "https://m.example.org/w"),
    ],
)
def test_each_value_may_come_from_the_environment_and_wins_over_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, path: str, read: object
) -> None:
    _write(
        tmp_path,
        'environment = "development"\nfast_forward = false\n[ledger]\nurl = "f"\n[temporal]\naddress = "f"\n'
        'namespace = "f"\n[mail]\ntransport = "folder"\nfolder = "f"\nsendgrid_host = "f"\nonly_to = ["f"]\n'
        'smtp_host = "f"\nsmtp_port = 25\nsmtp_security = "none"\nsmtp_user = "f"\nsmtp_ehlo = "f"\n',
    )
    monkeypatch.setenv(variable, value)
    found: object = load_settings(tmp_path)
    for name in path.split("."):
        found = getattr(found, name)
    assert found == read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("environment = ", "waypost.toml is not TOML"),
        ('enviroment = "production"', "waypost.toml: enviroment is no setting; the settings are environment"),
        ('[mail]\nonly = ["a"]', "waypost.toml: mail.only is no setting"),
        (
            '[mail]\ntransport = "pigeon"',
            "waypost.toml: mail.transport: input should be 'folder', 'smtp' or 'sendgrid'",
        ),
        ('[mail]\napi_key = "SG.secret"', "waypost.toml: mail.api_key is no setting"),
    ],
)
def test_a_wrong_file_is_one_sentence_that_names_it_and_no_value(tmp_path: Path, text: str, said: str) -> None:
    _write(tmp_path, text)
    with pytest.raises(SettingsError) as error:
        load_settings(tmp_path)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert "SG.secret" not in str(error.value)


def test_a_file_in_another_encoding_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "waypost.toml").write_bytes("# für alle".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"waypost\.toml is not TOML: it is not written in UTF-8$"):
        load_settings(tmp_path)


def test_a_wrong_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYPOST_MAIL_TRANSPORT", "pigeon")
    with pytest.raises(
        SettingsError, match=r"^WAYPOST_MAIL_TRANSPORT: input should be 'folder', 'smtp' or 'sendgrid'$"
    ):
        load_settings(tmp_path)


def test_the_smtp_password_is_no_setting_and_disturbs_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYPOST_SMTP_PASSWORD", "secret")
    assert "secret" not in repr(load_settings(tmp_path))
    _write(tmp_path, '[mail]\nsmtp_password = "secret"\n')
    with pytest.raises(SettingsError, match=r"mail\.smtp_password is no setting"):
        load_settings(tmp_path)


@pytest.mark.parametrize(
    ("mail", "place"),
    [
        ("", "HERE/mail"),
        ('transport = "smtp"\nsmtp_host = "mail.example.org"', "mail.example.org:587"),
        ('transport = "sendgrid"', "https://api.sendgrid.com"),
    ],
)
def test_it_says_where_mail_is_handed_over(tmp_path: Path, mail: str, place: str) -> None:
    _write(tmp_path, f"[mail]\n{mail}\n")
    assert load_settings(tmp_path).mail_goes_to == place.replace("HERE", str(tmp_path))


@pytest.mark.parametrize("transport", ["smtp", "sendgrid"])
def test_outside_production_a_transport_may_only_write_to_the_addresses_of_the_list(
    tmp_path: Path, transport: str
) -> None:
    _write(tmp_path, f'[mail]\ntransport = "{transport}"\nonly_to = ["Me@Example.org"]\n')
    assert load_settings(tmp_path).allowed_addresses == frozenset({"me@example.org"})


def test_the_folder_takes_every_address(tmp_path: Path) -> None:
    _write(tmp_path, '[mail]\nonly_to = ["me@example.org"]\n')
    assert load_settings(tmp_path).allowed_addresses is None


def test_production_writes_to_everybody(tmp_path: Path) -> None:
    _write(tmp_path, 'environment = "production"\n[mail]\ntransport = "sendgrid"\n')
    assert load_settings(tmp_path).allowed_addresses is None
