"""Services that are told from a level on: how they are set, and that their URLs stay secret."""

from __future__ import annotations

from pathlib import Path

import pytest
from settings.settings_builders import message_of, write_project

from alchemiser_dagster.settings import load_settings, provenance

ITEM = "notify.channels[0]"
HOOK = "token-of-the-hook"
PHONE = f'[[notify.channels]]\nurl = "json://host.example.com/{HOOK}"\nlevel = "error"\nname = "phone"\n'


def test_a_channel_has_a_url_a_level_and_a_name(tmp_path: Path) -> None:
    (channel,) = load_settings(write_project(tmp_path, PHONE), environment={}).notify.channels
    assert (channel.level, channel.name) == ("error", "phone")
    assert channel.url.get_secret_value() == f"json://host.example.com/{HOOK}"


def test_the_environment_names_channels_in_json(tmp_path: Path) -> None:
    given = {"ALCHEMISER_NOTIFY__CHANNELS": '[{"url": "json://a"}]'}
    (channel,) = load_settings(write_project(tmp_path), environment=given).notify.channels
    assert (channel.level, channel.name) == ("info", None)


def test_what_a_channel_s_url_holds_is_secret(tmp_path: Path) -> None:
    file = write_project(tmp_path, PHONE)
    settings = load_settings(file, environment={})
    assert HOOK in settings.secrets
    assert HOOK not in repr(settings) + str(settings.notify) + repr(settings.notify.channels)
    rows = {row.name: row.value for row in provenance(file, environment={})}
    assert rows["notify.channels"] == "phone (error)"
    assert HOOK not in str(rows)


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        (PHONE.replace('"error"', '"loud"'), f"{ITEM}.level can't be used; it must be 'info', 'warning' or"),
        (PHONE.replace('"phone"', '"Anna"'), f"{ITEM}.name can't be used"),
        (PHONE.replace("level", "least"), f"there is no setting {ITEM}.least. A channel has url and level"),
        (PHONE * 2, "it must have names of their own, other than phone"),
        (PHONE.replace("phone", "file"), "it must have names of their own, other than file"),
    ],
)
def test_a_channel_that_cannot_be_used_is_named_without_its_url(
    tmp_path: Path, toml: str, said: str
) -> None:
    message = message_of(write_project(tmp_path, toml))
    assert said in message
    assert HOOK not in message
