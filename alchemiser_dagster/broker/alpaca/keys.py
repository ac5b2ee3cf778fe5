"""The keys of an account: put into each request at the last moment, never shown (R-17)."""

from __future__ import annotations

from pydantic import SecretStr
from requests import PreparedRequest
from requests.auth import AuthBase

from alchemiser_dagster.errors import ConfigurationError
from alchemiser_dagster.settings.sections import AlpacaSettings

KEY_HEADER = "APCA-API-KEY-ID"
SECRET_HEADER = "APCA-API-SECRET-KEY"  # noqa: S105 - the name of a header


class AccountKeys(AuthBase):
    """Signs requests with the keys of an account."""

    def __init__(self, settings: AlpacaSettings) -> None:
        self._key_id = _usable("alpaca.key_id", settings.key_id)
        self._secret_key = _usable("alpaca.secret_key", settings.secret_key)

    def __call__(self, r: PreparedRequest) -> PreparedRequest:
        """Return the request, signed."""
        r.headers[KEY_HEADER] = self._key_id.get_secret_value()
        r.headers[SECRET_HEADER] = self._secret_key.get_secret_value()
        return r

    def __repr__(self) -> str:
        return "AccountKeys(**********)"


def _usable(name: str, key: SecretStr | None) -> SecretStr:
    if key is None:
        raise ConfigurationError("it is not set", where=name, remedy="Set it in the environment or in .env")
    text = key.get_secret_value()
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ConfigurationError(
            "it holds a space, a line break or a letter that no key has",
            where=name,
            remedy="Copy it anew from Alpaca's page of API keys",
        )
    return key
