"""No secret leaves the settings unasked (R-17)."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from settings.settings_builders import message_of, write_project

from alchemiser_dagster.settings import Settings, load_settings, provenance
from alchemiser_dagster.settings.secrets import MASK, database_secrets, mask, notification_secrets

KEY_ID, SECRET_KEY = "AKLIVELIVELIVELIVE01", "ve7y-s3cr3t-k3y"
BOT = "tgram://1234567890:bottoken/chat-id-1"
DATABASE = "postgresql://me:pa%2Fss@host/ledger"
ACCOUNT = "123456789"
ENVIRONMENT = {
    "ALCHEMISER_MODE": "live",
    "ALCHEMISER_ACCOUNT": ACCOUNT,
    "ALCHEMISER_LIVE_CONFIRM": ACCOUNT,
    "ALCHEMISER_ALPACA__KEY_ID": KEY_ID,
    "ALCHEMISER_ALPACA__SECRET_KEY": SECRET_KEY,
    "ALCHEMISER_NOTIFY__URLS": f'["{BOT}"]',
    "ALCHEMISER_DATABASE_URL": DATABASE,
}
NEVER_SHOWN = (KEY_ID, SECRET_KEY, "bottoken", "pa%2Fss", "pa/ss")


@pytest.fixture
def live(tmp_path: Path) -> Settings:
    return load_settings(write_project(tmp_path), environment=ENVIRONMENT)


def test_no_picture_of_the_settings_shows_a_secret(live: Settings) -> None:
    pictures = (repr(live), str(live), live.model_dump_json(), str(live.model_dump()), repr(live.alpaca))
    assert not [secret for secret in NEVER_SHOWN for picture in pictures if secret in picture]
    assert ACCOUNT not in repr(live) + str(live)


def test_every_secret_is_known_to_those_who_mask(live: Settings) -> None:
    assert set(live.secrets) >= {
        KEY_ID,
        SECRET_KEY,
        BOT,
        "bottoken",
        "chat-id-1",
        "pa%2Fss",
        "pa/ss",
        ACCOUNT,
    }
    assert list(live.secrets) == sorted(live.secrets, key=lambda secret: (-len(secret), secret))


def test_settings_survive_a_trip_to_another_process(live: Settings) -> None:
    assert pickle.loads(pickle.dumps(live)) == live  # noqa: S301 - it was pickled on this line


def test_provenance_shows_no_secret_and_no_live_account(tmp_path: Path) -> None:
    rows = provenance(write_project(tmp_path), environment=ENVIRONMENT)
    shown = {row.name: row.value for row in rows}
    masked = ("account", "database_url", "alpaca.key_id", "alpaca.secret_key", "notify.urls")
    assert {shown[name] for name in masked} == {MASK}
    assert not [secret for secret in (*NEVER_SHOWN, ACCOUNT) if secret in str(rows)]


def test_an_error_shows_no_secret_not_even_under_a_misspelt_name(tmp_path: Path) -> None:
    toml = f"""
        account = 5
        database_url = "{DATABASE.replace("postgresql", "oracle")}"
        [alpaca]
        key_id = ["{KEY_ID}"]
        secrt_key = "{SECRET_KEY}"
        base_url = "https://me:{SECRET_KEY}@host"
        [notify]
        urls = "{BOT}"
    """
    message = message_of(write_project(tmp_path, toml), {"ALCHEMISER_ALPACA_SECRET_KEY": SECRET_KEY})
    assert message.startswith("7 things are wrong with the settings:")
    assert not [secret for secret in NEVER_SHOWN if secret in message]


def test_a_validation_error_shows_no_secret() -> None:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"alpaca": {"secret_key": [SECRET_KEY], "secrt": SECRET_KEY}})
    assert SECRET_KEY not in str(caught.value) + repr(caught.value)


def test_a_database_url_without_password_holds_no_secret() -> None:
    assert database_secrets("sqlite:////data/ledger.sqlite") == frozenset()


@pytest.mark.parametrize(
    ("url", "secrets"),
    [
        ("json://localhost", {"json://localhost"}),
        ("slack://TokenAAAA/TokenBBBB/short", {"TokenAAAA", "TokenBBBB"}),
        ("mailto://person:pw@mail.example.com?pass=quite-long", {"pw", "quite-long"}),
        ("ntfys://user-token@host.example.com/topic", {"user-token"}),
    ],
)
def test_tokens_of_a_notification_url_are_secret_wherever_they_stand(url: str, secrets: set[str]) -> None:
    assert notification_secrets(url) >= secrets | {url}


def test_the_name_of_a_mail_server_is_not_secret() -> None:
    assert "mail.example.com" not in notification_secrets("mailto://person:pw@mail.example.com")


def test_key_ids_and_passwords_in_urls_are_masked_even_where_nobody_knows_them() -> None:
    text = "PKABCDEFGHIJKLMNOP12 at https://me:hunter2@host/path, PKSHORT"
    assert mask(text, ()) == f"{MASK} at https://me:{MASK}@host/path, PKSHORT"


def test_a_secret_of_three_letters_is_left_because_it_would_mask_words() -> None:
    assert mask("the cat", ("cat",)) == "the cat"


@given(before=st.text(), secret=st.text(min_size=4, alphabet="abcdefXYZ0123-_"), after=st.text())
def test_no_text_holds_a_secret_after_masking(before: str, secret: str, after: str) -> None:
    assert secret not in mask(before + secret + after, (secret,)).replace(MASK, "")
