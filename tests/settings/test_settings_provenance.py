from __future__ import annotations

from pathlib import Path

from settings.settings_builders import KEYS, write_project

from alchemiser_dagster.settings import SettingInForce, provenance
from alchemiser_dagster.settings.names import setting_fields


def test_every_setting_is_listed_once_with_its_description(tmp_path: Path) -> None:
    rows = provenance(write_project(tmp_path), environment={})
    names = [row.name for row in rows]
    expected = [name for name in setting_fields() if name != "strategies"]
    assert [name for name in names if not name.startswith("strategies[")] == expected
    assert [name for name in names if name.startswith("strategies[")] == [
        "strategies[0].file",
        "strategies[0].weight",
    ]
    assert all(row.description for row in rows)


def test_a_value_says_where_it_came_from(tmp_path: Path) -> None:
    toml = "[simulation]\nseed = 1\nstarting_cash = 10\n[portfolio]\ndeployment = 0.5\n"
    file = write_project(tmp_path, toml)
    (tmp_path / ".env").write_text("\nALCHEMISER_SIMULATION__STARTING_CASH=20\n")
    environment = {
        "ALCHEMISER_LOGGING__LEVEL": "DEBUG",
        "ALCHEMISER_SIMULATION__NON_FRACTIONABLE": '["A","B"]',
    }
    rows = provenance(file, {"simulation.session": "2024-11-29"}, environment)
    told = {row.name: (row.value, row.origin, row.place) for row in rows}
    assert told["simulation.seed"] == ("1", "alchemiser.toml", f"{file}:2")
    assert told["portfolio.deployment"] == ("0.5", "alchemiser.toml", f"{file}:5")
    assert told["strategies[0].weight"] == ("1", "alchemiser.toml", f"{file}:7")
    assert told["simulation.starting_cash"] == ("20", ".env", f"{tmp_path}/.env:2")
    assert told["simulation.session"] == ("2024-11-29", "command line", "command line")
    assert told["logging.level"] == (
        "DEBUG",
        "environment ALCHEMISER_LOGGING__LEVEL",
        "environment variable ALCHEMISER_LOGGING__LEVEL",
    )
    assert told["simulation.non_fractionable"][0] == "A, B"
    assert told["mode"] == ("simulated", "default", "default")
    assert told["notify.console"] == ("true", "default", "default")
    assert told["alpaca.key_id"] == ("not set", "default", "default")
    assert told["database_url"][0] == f"sqlite:///{tmp_path}/.alchemiser/ledger.sqlite"
    assert told["notify.file"][0] == f"{tmp_path}/.alchemiser/notices.log"


def test_a_default_that_depends_on_the_mode_says_so(tmp_path: Path) -> None:
    rows = provenance(write_project(tmp_path, 'mode = "paper"\n'), environment=KEYS)
    told = {row.name: (row.value, row.origin) for row in rows}
    assert told["market_data.source"] == ("alpaca", "default in paper mode")
    assert told["account"] == ("paper", "default in paper mode")


def test_a_choice_of_ones_own_beats_the_default_of_the_mode(tmp_path: Path) -> None:
    file = write_project(tmp_path, 'mode = "paper"\naccount = "savings"\n')
    told = {row.name: row for row in provenance(file, environment=KEYS)}
    assert told["account"] == SettingInForce(
        name="account",
        value="savings",
        origin="alchemiser.toml",
        place=f"{file}:2",
        description=str(setting_fields()["account"].description),
    )
