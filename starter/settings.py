"""What one installation is set to: `waypost.toml` in its folder, each value also as `WAYPOST_…` in the environment."""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from starter.refusal import Refused

FILE: Final = "waypost.toml"
FOLDER: Final = Path(".waypost")
KEY_VARIABLE: Final = "SENDGRID_API_KEY"  # the provider's own name; never in a file that may be copied or committed
PASSWORD_VARIABLE: Final = "WAYPOST_SMTP_PASSWORD"  # noqa: S105 - a name; the value is no setting, so in no file


class SettingsError(Refused):
    """What is wrong, in which file or variable."""


class Section(BaseModel):
    """A table of the file. A key that nothing reads is an error, since a misspelt limit would be no limit."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class LedgerSettings(Section):
    """`url` sqlite:///PATH or postgresql://…; empty: `ledger.db` in the installation folder."""

    url: str = ""


class TemporalSettings(Section):
    """Where the engine is. Empty: what `waypost dev` runs here, else Temporal's own environment configuration."""

    address: str = ""
    namespace: str = ""


class MailSettings(Section):
    """How e-mail leaves. Outside production SMTP and SendGrid write only to `only_to`; the folder takes every address.

    Without `smtp_security`, mail.smtp_mail says what it is.
    """

    transport: Literal["folder", "smtp", "sendgrid"] = "folder"
    folder: Path = Path("mail")  # relative to the installation folder
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: Literal["starttls", "tls", "none"] | None = None
    smtp_user: str = ""
    smtp_ehlo: str = ""
    sendgrid_host: str = "https://api.sendgrid.com"
    only_to: tuple[str, ...] = ()
    sendgrid_webhook_keys: tuple[str, ...] = ()  # public keys of its event webhook; the old and the new one for a while

    @field_validator("only_to", "sendgrid_webhook_keys", mode="before")
    @classmethod
    def _listed(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


class ApiSettings(Section):
    """Where `waypost serve` listens; `public_url`: what readers and providers call it, without a `/` at its end."""

    host: str = "127.0.0.1"
    port: int = Field(default=8085, ge=0, le=65535)
    public_url: str = Field(
        default="", pattern=r"^(https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-])?)?$"
    )


class Settings(BaseSettings):
    """All of it. `fast_forward` is read only by the `waypost dev` that creates the folder; the ledger keeps it."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        env_prefix="WAYPOST_",
        env_nested_delimiter="_",
        env_nested_max_split=1,
        enable_decoding=False,
    )

    dir: Path = FOLDER
    environment: Literal["development", "production"] = "development"
    fast_forward: bool = False
    ledger: LedgerSettings = Field(default_factory=LedgerSettings)
    temporal: TemporalSettings = Field(default_factory=TemporalSettings)
    mail: MailSettings = Field(default_factory=MailSettings)
    api: ApiSettings = Field(default_factory=ApiSettings)

    @property
    def ledger_url(self) -> str:
        return self.ledger.url or f"sqlite:///{self.dir / 'ledger.db'}"

    @property
    def mail_folder(self) -> Path:
        return self.dir / self.mail.folder

    @property
    def mail_goes_to(self) -> str:
        """Where it is handed over, for people."""
        if self.mail.transport == "folder":
            return str(self.mail_folder)
        smtp = self.mail.transport == "smtp"
        return f"{self.mail.smtp_host}:{self.mail.smtp_port}" if smtp else self.mail.sendgrid_host

    @property
    def allowed_addresses(self) -> frozenset[str] | None:
        """Where mail may go, in small letters; None: anywhere."""
        unbound = self.environment == "production" or self.mail.transport == "folder"
        return None if unbound else frozenset(address.lower() for address in self.mail.only_to)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base class calls by name
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base class calls by name
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The flag, then the environment, then the file."""
        folder = init_settings().get("dir", FOLDER)
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, folder / FILE)


def load_settings(folder: Path | None = None) -> Settings:
    """The settings of the installation in `folder`, by default WAYPOST_DIR or ./.waypost. Raises SettingsError.

    The folder and its file need not exist: then everything is as by default.
    """
    chosen = (folder or Path(os.environ.get("WAYPOST_DIR") or FOLDER)).absolute()
    file = chosen / FILE
    try:
        return Settings(dir=chosen)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{file} is not TOML: {error}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{file} is not TOML: it is not written in UTF-8") from None
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        raise SettingsError(_sentence(error.errors()[0], file, os.environ)) from None


def _sentence(error: ErrorDetails, file: Path, environment: Mapping[str, str]) -> str:
    """Names the variable if the value came from one, else the file; never the value, which may hold a password."""
    place = [str(part) for part in error["loc"] if isinstance(part, str)]
    variable = f"WAYPOST_{'_'.join(place)}".upper()
    where = variable if variable in environment else f"{file}: {'.'.join(place)}"
    if error["type"] == "extra_forbidden":
        return f"{where} is no setting; the settings are {', '.join(_names(Settings))}"
    return f"{where}: {error['msg'][:1].lower()}{error['msg'][1:]}"


def _names(model: type[BaseModel]) -> list[str]:
    names: list[str] = []
    for name, field in model.model_fields.items():
        kind: Any = field.annotation
        nested = isinstance(kind, type) and issubclass(kind, BaseModel)
        names += [f"{name}.{part}" for part in _names(kind)] if nested else [name] if name != "dir" else []
    return names
