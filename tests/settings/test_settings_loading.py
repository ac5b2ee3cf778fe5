from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from settings.settings_builders import KEYS, STRATEGY, write_project

from alchemiser_dagster.records.market import PriceBasis
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.settings import BarSourceName, DataFeed, Settings, load_settings
from alchemiser_dagster.settings.choices import BrokerClock, Urgency
from alchemiser_dagster.settings.names import setting_fields, variable_name
from alchemiser_dagster.settings.trading import WALKS, TradingSettings, Walk
from alchemiser_dagster.settings.tree import EXAMPLE_NAMES


def test_everything_has_a_default_but_the_one_strategy_of_this_file(tmp_path: Path) -> None:
    settings = load_settings(write_project(tmp_path), environment={})
    assert settings.mode is Mode.SIMULATED
    assert settings.account == "simulated"
    assert settings.data_dir == tmp_path / ".alchemiser"
    assert settings.ledger_url == f"sqlite:///{tmp_path}/.alchemiser/ledger.sqlite"
    assert settings.notices_file == tmp_path / ".alchemiser" / "notices.log"
    assert settings.signal_price is PriceBasis.PROVISIONAL
    assert settings.market_data.source is BarSourceName.SIMULATED
    assert settings.market_data.feed is DataFeed.SIP
    assert settings.market_data.quote_feed is DataFeed.IEX
    assert settings.trading.urgency is Urgency.NORMAL
    assert settings.alpaca.clock is BrokerClock.SYSTEM
    assert settings.secrets == ()


def test_the_shipped_examples_share_the_portfolio_where_no_strategy_is_named() -> None:
    chosen = Settings().strategies
    assert tuple(choice.name for choice in chosen) == EXAMPLE_NAMES
    assert {choice.weight for choice in chosen} == {Decimal("0.25")}
    assert all(choice.file.is_absolute() for choice in chosen)


def test_every_kind_of_value_is_read_from_the_file(tmp_path: Path) -> None:
    toml = """
        signal_price = "previous_close"
        data_dir = "data"
        [market_data]
        source = "file"
        file = "bars.csv"
        history_start = 2018-03-01
        [portfolio]
        cash_buffer = 0.1
        fractional = false
        [simulation]
        session = 2024-11-29
        non_fractionable = ["BRK.B"]
        [notify]
        file = ""
    """
    (tmp_path / "bars.csv").write_text("symbol,session,close\n")
    settings = load_settings(write_project(tmp_path, toml), environment={})
    assert settings.signal_price is PriceBasis.PREVIOUS_CLOSE
    assert settings.data_dir == tmp_path / "data"
    assert settings.market_data.file == tmp_path / "bars.csv"
    assert settings.market_data.history_start == date(2018, 3, 1)
    assert settings.portfolio.fractional is False
    assert settings.simulation.session == date(2024, 11, 29)
    assert settings.simulation.non_fractionable == ("BRK.B",)
    assert settings.notices_file is None


@given(digits=st.integers(min_value=0, max_value=10**17))
def test_a_number_in_the_file_is_read_to_its_last_digit(
    tmp_path_factory: pytest.TempPathFactory, digits: int
) -> None:
    text = f"{digits}.{digits % 10**6:06d}"
    folder = tmp_path_factory.mktemp("exact")
    settings = load_settings(write_project(folder, f"[portfolio]\nminimum_trade = {text}\n"), environment={})
    assert str(settings.portfolio.minimum_trade) == text


def test_command_line_beats_environment_beats_dotenv_beats_file_beats_default(tmp_path: Path) -> None:
    file = write_project(tmp_path, "[simulation]\nseed = 1\n")
    dotenv = tmp_path / ".env"
    environment = {"ALCHEMISER_SIMULATION__SEED": "3"}
    seeds = [load_settings(file, environment={}).simulation.seed]
    dotenv.write_text("ALCHEMISER_SIMULATION__SEED=2\n")
    seeds.append(load_settings(file, environment={}).simulation.seed)
    seeds.append(load_settings(file, environment=environment).simulation.seed)
    seeds.append(load_settings(file, {"simulation.seed": "4"}, environment).simulation.seed)
    assert seeds == [1, 2, 3, 4]


def test_each_layer_keeps_the_other_settings_of_a_section(tmp_path: Path) -> None:
    file = write_project(tmp_path, "[simulation]\nseed = 1\nstarting_cash = 5\n")
    settings = load_settings(
        file, {"simulation.half_spread_basis_points": "9"}, {"ALCHEMISER_SIMULATION__SEED": "3"}
    )
    assert settings.simulation.seed == 3
    assert settings.simulation.starting_cash == 5
    assert settings.simulation.half_spread_basis_points == 9


def test_an_option_that_was_not_given_overrides_nothing(tmp_path: Path) -> None:
    file = write_project(tmp_path, "[simulation]\nseed = 1\n")
    assert load_settings(file, {"simulation.seed": None}, {}).simulation.seed == 1


def test_lists_are_json_in_the_environment(tmp_path: Path) -> None:
    environment = {
        "ALCHEMISER_NOTIFY__URLS": '["json://localhost"]',
        "ALCHEMISER_STRATEGIES": '[{"file": "strategies/steady.clj", "weight": 1.0}]',
    }
    settings = load_settings(write_project(tmp_path, strategies=""), environment=environment)
    assert settings.notify.urls[0].get_secret_value() == "json://localhost"
    assert settings.strategies[0].file == tmp_path / "strategies" / "steady.clj"


def test_dotenv_may_hold_what_is_meant_for_others(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("# keys\nexport OTHER='x'\nALCHEMISER_SIMULATION__SEED='12'\nBARE\n")
    assert load_settings(write_project(tmp_path), environment={}).simulation.seed == 12


def test_an_empty_variable_means_not_set(tmp_path: Path) -> None:
    environment = {
        "ALCHEMISER_ALPACA__KEY_ID": "",
        "ALCHEMISER_DATABASE_URL": "",
        "ALCHEMISER_NOTIFY__FILE": "",
    }
    settings = load_settings(write_project(tmp_path), environment=environment)
    assert settings.alpaca.key_id is None
    assert settings.database_url is None
    assert settings.notices_file is None


@pytest.mark.parametrize(("given", "meant"), [("http://127.0.0.1:9", "http://127.0.0.1:9"), ("", None)])
def test_a_look_alike_of_alpaca_is_reached_by_its_address(
    tmp_path: Path, given: str, meant: str | None
) -> None:
    settings = load_settings(write_project(tmp_path), environment={"ALCHEMISER_ALPACA__BASE_URL": given})
    assert settings.alpaca.base_url == meant


def test_a_look_alike_may_give_the_time_in_paper_mode(tmp_path: Path) -> None:
    environment = KEYS | {
        "ALCHEMISER_MODE": "paper",
        "ALCHEMISER_ALPACA__BASE_URL": "http://127.0.0.1:9",
        "ALCHEMISER_ALPACA__CLOCK": "look-alike",
    }
    settings = load_settings(write_project(tmp_path), environment=environment)
    assert settings.alpaca.clock is BrokerClock.LOOK_ALIKE


@pytest.mark.parametrize("urgency", list(Urgency))
def test_the_urgency_says_where_limits_lie_unless_it_is_said_otherwise(urgency: Urgency) -> None:
    usual = WALKS[urgency]
    assert TradingSettings(urgency=urgency).walk == usual
    assert TradingSettings(urgency=urgency, steps=()).walk == Walk((), usual.seconds)
    assert TradingSettings(urgency=urgency, step_seconds=3).walk == Walk(usual.steps, 3)


def test_every_walk_goes_on_towards_the_far_side() -> None:
    paces = [WALKS[urgency] for urgency in Urgency]
    assert all(walk.steps == tuple(sorted(set(walk.steps))) for walk in paces)
    assert [walk.seconds * len(walk.steps) for walk in paces] == [80, 30, 10, 0]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("", None),
        ("[]", ()),
        ("[0, 0.5, 1]", (Decimal(0), Decimal("0.5"), Decimal(1))),
        ('["0.1", "0.95"]', (Decimal("0.1"), Decimal("0.95"))),
    ],
)
def test_steps_are_a_list_and_an_empty_text_means_as_the_urgency_says(
    tmp_path: Path, given: str, meant: tuple[Decimal, ...] | None
) -> None:
    environment = {"ALCHEMISER_TRADING__STEPS": given, "ALCHEMISER_TRADING__STEP_SECONDS": ""}
    trading = load_settings(write_project(tmp_path), environment=environment).trading
    assert (trading.steps, trading.step_seconds) == (meant, None)


def test_the_settings_file_is_found_by_folder_by_variable_and_in_the_present_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write_project(tmp_path, "[simulation]\nseed = 99\n")
    renamed = tmp_path / "other.toml"
    renamed.write_text("[simulation]\nseed = 98\n" + STRATEGY)
    monkeypatch.chdir(tmp_path)
    assert load_settings(environment={}).simulation.seed == 99
    assert load_settings(tmp_path, environment={}).simulation.seed == 99
    assert load_settings(environment={"ALCHEMISER_SETTINGS": str(renamed)}).simulation.seed == 98
    assert load_settings(file, environment={"ALCHEMISER_SETTINGS": str(renamed)}).simulation.seed == 99


def test_the_environment_of_the_process_is_read_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALCHEMISER_SIMULATION__SEED", "31")
    assert load_settings(write_project(tmp_path)).simulation.seed == 31


def test_constructing_settings_reads_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALCHEMISER_SIMULATION__SEED", "31")
    assert Settings().simulation.seed == 7


def test_relative_paths_of_the_command_line_start_at_the_present_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "bars.csv").write_text("symbol,session,close\n")
    monkeypatch.chdir(tmp_path / "elsewhere")
    overrides = {"market_data.source": "file", "market_data.file": Path("bars.csv")}
    settings = load_settings(write_project(tmp_path), overrides, {})
    assert settings.market_data.file == tmp_path / "elsewhere" / "bars.csv"


def test_paper_and_live_take_their_bars_from_alpaca_and_keep_books_of_their_own(tmp_path: Path) -> None:
    file = write_project(tmp_path)
    paper = load_settings(file, {"mode": "paper"}, KEYS)
    live = load_settings(
        file,
        {"mode": "live"},
        KEYS | {"ALCHEMISER_ACCOUNT": "123456789", "ALCHEMISER_LIVE_CONFIRM": "123456789"},
    )
    assert (paper.market_data.source, paper.account) == (BarSourceName.ALPACA, "paper")
    assert (live.market_data.source, live.account) == (BarSourceName.ALPACA, "123456789")


def test_live_may_be_confirmed_in_dotenv(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ALCHEMISER_LIVE_CONFIRM=123456789\n")
    file = write_project(tmp_path, 'mode = "live"\naccount = "123456789"\n')
    assert load_settings(file, environment=KEYS).mode is Mode.LIVE


def test_simulated_mode_may_read_bars_from_alpaca(tmp_path: Path) -> None:
    settings = load_settings(write_project(tmp_path), {"market_data.source": "alpaca"}, KEYS)
    assert settings.mode is Mode.SIMULATED


def test_weights_may_miss_one_by_a_millionth(tmp_path: Path) -> None:
    thirds = "".join(
        f'[[strategies]]\nfile = "strategies/{name}.clj"\nweight = 0.333333\n'
        for name in ("steady", "b", "c")
    )
    file = write_project(tmp_path, strategies=thirds)
    for name in ("b", "c"):
        (tmp_path / "strategies" / f"{name}.clj").write_text("()")
    assert len(load_settings(file, environment={}).strategies) == 3


def test_a_database_url_of_ones_own_is_used(tmp_path: Path) -> None:
    environment = {"ALCHEMISER_DATABASE_URL": "postgresql+psycopg://me:pa55word@host/ledger"}
    settings = load_settings(write_project(tmp_path), environment=environment)
    assert settings.ledger_url == "postgresql+psycopg://me:pa55word@host/ledger"
    assert settings.secrets == ("pa55word",)


@pytest.mark.parametrize("name", list(setting_fields()))
def test_a_setting_is_described_with_its_default(name: str) -> None:
    field = setting_fields()[name]
    assert field.description is not None
    assert "Default: " in field.description
    default = field.default
    if default not in (None, ()) and field.default_factory is None:
        assert _as_written(default) in field.description


def _as_written(default: object) -> str:
    if isinstance(default, bool):
        return "true" if default else "false"
    return ", ".join(map(str, default)) if isinstance(default, tuple) else str(default)


def test_names_of_variables_follow_from_names_of_settings() -> None:
    assert variable_name("mode") == "ALCHEMISER_MODE"
    assert variable_name("portfolio.cash_buffer") == "ALCHEMISER_PORTFOLIO__CASH_BUFFER"


def test_importing_settings_loads_no_heavy_library() -> None:
    code = "import sys, alchemiser_dagster.settings; print(*sys.modules)"
    command = [sys.executable, "-c", code]
    loaded = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own code
    assert not {"pandas", "numpy", "dagster", "sqlalchemy", "apprise"} & set(loaded.stdout.split())
