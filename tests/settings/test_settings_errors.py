"""Every message is written out: what a person reads is part of the interface (R-18)."""

from __future__ import annotations

from pathlib import Path

import pytest
from settings.settings_builders import KEYS, STRATEGY, message_of, write_project

STEPS = (
    "Where the limits of one order after the other lie, as fractions of the spread towards the far side: "
    "up to 8 rising numbers from 0 to 1. Default: as the urgency says"
)
DEPLOYMENT = "Fraction of equity that is invested: above 0, at most 1. Default: 1.0"


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        (
            "colour = 1",
            "PROJECT/alchemiser.toml:1: there is no setting colour. `alchemiser config` lists every setting",
        ),
        ("mood = 1", "PROJECT/alchemiser.toml:1: there is no setting mood. Did you mean mode?"),
        (
            "[portfolio]\ndeploymnt = 1",
            (
                "PROJECT/alchemiser.toml:2: there is no setting portfolio.deploymnt. "
                "Did you mean portfolio.deployment?"
            ),
        ),
        (
            "[trading]\ndeployment = 1",
            (
                "PROJECT/alchemiser.toml:2: there is no setting trading.deployment. "
                "Did you mean portfolio.deployment?"
            ),
        ),
        (
            "[portfolo]\ndeployment = 1",
            "PROJECT/alchemiser.toml:1: there is no setting portfolo. Did you mean portfolio?",
        ),
        (
            "deployment = 1",
            ("PROJECT/alchemiser.toml:1: there is no setting deployment. Did you mean portfolio.deployment?"),
        ),
        (
            "[notify]\nxyz = 1",
            (
                "PROJECT/alchemiser.toml:2: there is no setting notify.xyz. "
                "The settings of [notify] are urls, channels, console, file, quiet_minutes, wait_seconds, "
                "give_up_hours"
            ),
        ),
        (
            "portfolio = 3",
            (
                "PROJECT/alchemiser.toml:1: portfolio is not a table. "
                "Write [portfolio] on a line of its own above its settings"
            ),
        ),
        (
            'mode = "papr"',
            (
                "PROJECT/alchemiser.toml:1: mode is 'papr'; it must be 'simulated', 'paper' or 'live'. "
                "Did you mean paper?"
            ),
        ),
        (
            'mode = "x"',
            (
                "PROJECT/alchemiser.toml:1: mode is 'x'; it must be 'simulated', 'paper' or 'live'. "
                "Which account is traded: simulated, paper or live. Default: simulated"
            ),
        ),
        (
            "\n[portfolio]\n# all of it\ndeployment = 1.5",
            "PROJECT/alchemiser.toml:4: portfolio.deployment is 1.5; it must be less than or equal to 1. "
            + DEPLOYMENT,
        ),
        (
            "portfolio.deployment = 0",
            f"PROJECT/alchemiser.toml:1: portfolio.deployment is 0; it must be greater than 0. {DEPLOYMENT}",
        ),
        (
            "portfolio = {deployment = true}",
            f"PROJECT/alchemiser.toml:1: portfolio.deployment is true; it must be a number. {DEPLOYMENT}",
        ),
        (
            "[portfolio]\nfractional = 'perhaps'",
            (
                "PROJECT/alchemiser.toml:2: portfolio.fractional is 'perhaps'; it must be true or false. "
                "Whether fractions of shares are traded where the asset allows it. Default: true"
            ),
        ),
        (
            "[simulation]\nseed = 1.5",
            (
                "PROJECT/alchemiser.toml:2: simulation.seed is 1.5; it must be a whole number. "
                "Seed of the simulated market: a whole number, 0 or more. Default: 7"
            ),
        ),
        (
            "[simulation]\nsession = 'soon'",
            (
                "PROJECT/alchemiser.toml:2: simulation.session is 'soon'; "
                "it must be a date, such as 2024-11-29. "
                "Session that a simulated day is run for: a date. Default: the latest session"
            ),
        ),
        (
            "[simulation]\nnon_fractionable = ['spy']",
            (
                "PROJECT/alchemiser.toml:2: simulation.non_fractionable[0] is 'spy'; "
                "it must match pattern '^[A-Z0-9][A-Z0-9./-]*$'. "
                "Symbols of which the simulated broker trades whole shares only: a list. Default: none"
            ),
        ),
        (
            "[market_data]\nhistory_start = 1970-01-01",
            (
                "PROJECT/alchemiser.toml:2: market_data.history_start is '1970-01-01'; "
                "it must be greater than or equal to 1990-01-01. "
                "First session of which bars are kept: a date from 1990-01-01. Default: 2015-01-02"
            ),
        ),
        (
            "[alpaca]\nbase_url = 'ftp://host'",
            (
                "PROJECT/alchemiser.toml:2: alpaca.base_url can't be used; "
                "it must begin with http:// or https://, name a host, and hold no password. "
                "Address of another server that speaks Alpaca's protocol, never in live mode: "
                "http:// or https://. Default: Alpaca's own for the mode"
            ),
        ),
        (
            "[trading]\nsteps = [0.5, 0.5]",
            (
                "PROJECT/alchemiser.toml:2: trading.steps is a list or table; "
                "it must be numbers that rise, such as 0.5, 0.75, 0.95. " + STEPS
            ),
        ),
        (
            "[trading]\nsteps = [0.5, 1.5]",
            (
                "PROJECT/alchemiser.toml:2: trading.steps[1] is 1.5; "
                "it must be less than or equal to 1. " + STEPS
            ),
        ),
        (
            "[trading]\nsteps = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]",
            (
                "PROJECT/alchemiser.toml:2: trading.steps is a list or table; "
                "it can't be read: tuple should have at most 8 items after validation, not 9. " + STEPS
            ),
        ),
        (
            "[trading]\nstep_seconds = 0",
            (
                "PROJECT/alchemiser.toml:2: trading.step_seconds is 0; "
                "it must be greater than or equal to 1. "
                "Seconds that each limit is given to fill: 1 to 600. Default: as the urgency says"
            ),
        ),
        (
            "[trading]\nlast_order = 'makret'",
            (
                "PROJECT/alchemiser.toml:2: trading.last_order is 'makret'; "
                "it must be 'market', 'cls' or 'none'. Did you mean market?"
            ),
        ),
        (
            "[trading]\nwindow_minutes = 2",
            (
                "PROJECT/alchemiser.toml:2: trading.deadline_seconds is 120, and trading only starts 120 "
                "seconds before the close: no limit would ever be sent. "
                "Set trading.deadline_seconds below 120, or trading.window_minutes above 2"
            ),
        ),
        (
            "[trading]\nwindow_minutes = 30\ndeadline_seconds = 1801",
            (
                "PROJECT/alchemiser.toml:3: trading.deadline_seconds is 1801, and trading only starts 1800 "
                "seconds before the close: no limit would ever be sent. "
                "Set trading.deadline_seconds below 1800, or trading.window_minutes above 30"
            ),
        ),
        (
            "[alpaca]\nclock = 'look-alike'",
            (
                "PROJECT/alchemiser.toml:2: alpaca.clock is 'look-alike' in simulated mode, "
                "where time is never another server's. "
                "Set alpaca.clock to 'system', or set mode to 'paper'"
            ),
        ),
        (
            "database_url = 'mysql://me:hunter22@host'",
            (
                "PROJECT/alchemiser.toml:1: database_url can't be used; "
                "it must begin with sqlite:// or postgresql://. "
                "SQLAlchemy URL of the ledger: sqlite:// or postgresql://. "
                "Default: the SQLite file ledger.sqlite in data_dir"
            ),
        ),
        (
            "mode = ['paper']",
            (
                "PROJECT/alchemiser.toml:1: mode is a list or table; "
                "it must be 'simulated', 'paper' or 'live'. Did you mean paper?"
            ),
        ),
        (
            "data_dir = 5",
            (
                "PROJECT/alchemiser.toml:1: data_dir is 5; it must be a path. "
                "Folder of everything that is kept, relative to the settings file. Default: .alchemiser"
            ),
        ),
        (
            "[simulation]\nseed = '" + "9" * 5000 + "'",
            (
                "PROJECT/alchemiser.toml:2: simulation.seed is '" + "9" * 79 + "…; it can't be read: "
                "unable to parse input string as an integer, exceeded maximum size. "
                "Seed of the simulated market: a whole number, 0 or more. Default: 7"
            ),
        ),
        (
            "[market_data]\nsource = 'file'",
            (
                "PROJECT/alchemiser.toml:2: the source file needs market_data.file, which is not set. "
                "Name the file of bars"
            ),
        ),
        (
            "[market_data]\nsource = 'file'\nfile = 'bars.csv'",
            (
                "PROJECT/alchemiser.toml:3: market_data.file is 'PROJECT/bars.csv', "
                "and there is no such file. "
                "Name a Parquet or CSV file of bars"
            ),
        ),
        (
            "[portfolio]\nminimum_drift = '" + "9" * 90 + "x'",
            "PROJECT/alchemiser.toml:2: portfolio.minimum_drift is '" + "9" * 79 + "…; it must be a number. "
            "Smallest difference of weight that is traded, as a fraction of equity: "
            "0 or more, below 1. Default: 0.0005",
        ),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_its_line_and_a_remedy(
    tmp_path: Path, toml: str, message: str
) -> None:
    assert message_of(write_project(tmp_path, toml + "\n")) == message


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        (
            "mode = \n",
            "PROJECT/alchemiser.toml:1:8: the settings file is not valid TOML: invalid value. Correct line 1",
        ),
        (
            'mode = "paper"\n[portfolio\n',
            (
                "PROJECT/alchemiser.toml:2:11: the settings file is not valid TOML: "
                "expected ']' at the end of a table declaration. Correct line 2"
            ),
        ),
        (
            "a = 1\nb = [1",
            (
                "PROJECT/alchemiser.toml:2:7: the settings file is not valid TOML: unclosed array. "
                "Correct line 2"
            ),
        ),
    ],
)
def test_a_file_that_is_no_toml_is_named_with_line_and_column(
    tmp_path: Path, toml: str, message: str
) -> None:
    assert message_of(write_project(tmp_path, toml, strategies="")) == message


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "alchemiser.toml"
    file.write_bytes(b"mode = '\xff'")
    assert message_of(file) == (
        "PROJECT/alchemiser.toml: the settings file is not UTF-8 text: byte 8 can't be read. Save it as UTF-8"
    )


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that nobody can read")
def test_a_file_that_cannot_be_read_is_refused() -> None:
    assert message_of(Path("/proc/self/mem")) == (
        "PROJECT/mem: the settings file can't be read: Input/output error. "
        "Name a TOML file that exists and that you may read"
    )


def test_a_settings_file_that_is_not_there_is_refused_whoever_names_it(tmp_path: Path) -> None:
    missing = tmp_path / "absent.toml"
    remedy = "Name a file that exists, or a folder that may hold an alchemiser.toml"
    assert (
        message_of(missing) == f"PROJECT/absent.toml: there is no settings file PROJECT/absent.toml. {remedy}"
    )


def test_a_settings_file_that_only_the_environment_names_is_refused_by_its_variable(tmp_path: Path) -> None:
    from alchemiser_dagster.errors import ConfigurationError
    from alchemiser_dagster.settings import load_settings

    with pytest.raises(ConfigurationError) as caught:
        load_settings(environment={"ALCHEMISER_SETTINGS": str(tmp_path / "absent.toml")})
    assert str(caught.value).startswith("environment variable ALCHEMISER_SETTINGS: there is no settings file")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "ALCHEMISER_PORTFOLIO__DEPLOYMNT",
            "1",
            (
                "environment variable ALCHEMISER_PORTFOLIO__DEPLOYMNT: "
                "there is no setting ALCHEMISER_PORTFOLIO__DEPLOYMNT. "
                "Did you mean ALCHEMISER_PORTFOLIO__DEPLOYMENT?"
            ),
        ),
        (
            "ALCHEMISER_LIVE_CONFRIM",
            "1",
            (
                "environment variable ALCHEMISER_LIVE_CONFRIM: there is no setting ALCHEMISER_LIVE_CONFRIM. "
                "Did you mean ALCHEMISER_LIVE_CONFIRM?"
            ),
        ),
        (
            "ALCHEMISER_Q",
            "1",
            (
                "environment variable ALCHEMISER_Q: there is no setting ALCHEMISER_Q. "
                "A variable is ALCHEMISER_SECTION__NAME, such as ALCHEMISER_PORTFOLIO__DEPLOYMENT"
            ),
        ),
        (
            "ALCHEMISER_NOTIFY__URLS",
            "json://a,json://b",
            (
                "environment variable ALCHEMISER_NOTIFY__URLS: notify.urls is not a list in JSON. "
                'Write it as ["a", "b"]'
            ),
        ),
        (
            "ALCHEMISER_STRATEGIES",
            "a.clj",
            (
                "environment variable ALCHEMISER_STRATEGIES: strategies is not a list in JSON. "
                'Write it as [{"file": "a.clj", "weight": "1"}]'
            ),
        ),
        (
            "ALCHEMISER_TRADING__WINDOW_MINUTES",
            "soon",
            (
                "environment variable ALCHEMISER_TRADING__WINDOW_MINUTES: trading.window_minutes is 'soon'; "
                "it must be a whole number. "
                "Minutes before the close in which trading may start: 1 to 390. Default: 30"
            ),
        ),
    ],
)
def test_a_variable_that_cannot_be_used_is_named(tmp_path: Path, name: str, value: str, message: str) -> None:
    assert message_of(write_project(tmp_path), {name: value}) == message


def test_a_misspelt_line_of_dotenv_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("X=1\nALCHEMISER_SIMULATION__SED=1\n")
    assert message_of(write_project(tmp_path)) == (
        "PROJECT/.env:2: there is no setting ALCHEMISER_SIMULATION__SED. "
        "Did you mean ALCHEMISER_SIMULATION__SEED?"
    )


def test_a_line_of_dotenv_that_assigns_nothing_is_named(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("X=1\nnot an assignment = x\n")
    assert message_of(write_project(tmp_path)) == (
        "PROJECT/.env:2: the line is no assignment. Write NAME=value, or begin the line with #"
    )


def test_a_dotenv_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A=\xff\n")
    assert message_of(write_project(tmp_path)) == (
        "PROJECT/.env: the file can't be read: UnicodeDecodeError. Save it as UTF-8 text that you may read, "
        "or remove it"
    )


def test_naming_the_settings_file_in_dotenv_is_refused_because_it_would_be_too_late(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ALCHEMISER_SETTINGS=other.toml\n")
    assert message_of(write_project(tmp_path)) == (
        "PROJECT/.env:1: ALCHEMISER_SETTINGS has no effect here. Set it in the environment of the process"
    )


def test_an_override_of_no_setting_is_refused(tmp_path: Path) -> None:
    file = write_project(tmp_path)
    assert message_of(file, overrides={"simulation.sed": "1"}) == (
        "command line: there is no setting simulation.sed. Did you mean simulation.seed?"
    )
    assert message_of(file, overrides={"simulation.session": "never"}) == (
        "command line: simulation.session is 'never'; it must be a date, such as 2024-11-29. "
        "Session that a simulated day is run for: a date. Default: the latest session"
    )


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    toml = "colour = 'red'\n[portfolio]\ndeployment = 2\n"
    assert message_of(write_project(tmp_path, toml), {"ALCHEMISER_MOODE": "x"}) == (
        "3 things are wrong with the settings:\n"
        "  PROJECT/alchemiser.toml:1: there is no setting colour. `alchemiser config` lists every setting\n"
        "  environment variable ALCHEMISER_MOODE: there is no setting ALCHEMISER_MOODE. "
        "Did you mean ALCHEMISER_MODE?\n"
        "  PROJECT/alchemiser.toml:3: portfolio.deployment is 2; it must be less than or equal to 1. "
        + DEPLOYMENT
    )


STEADY, SECOND = STRATEGY.replace("weight = 1", "weight = 0.5"), '[[strategies]]\nfile = "{}"\nweight = {}\n'


@pytest.mark.parametrize(
    ("strategies", "message"),
    [
        (
            STEADY + SECOND.format("strategies/other.clj", "0.48"),
            (
                "PROJECT/alchemiser.toml:2: the weights of the strategies sum to 0.98, not to 1. "
                "Change a weight by +0.02"
            ),
        ),
        (
            STEADY + SECOND.format("strategies/other.clj", "0.6"),
            (
                "PROJECT/alchemiser.toml:2: the weights of the strategies sum to 1.1, not to 1. "
                "Change a weight by -0.1"
            ),
        ),
        (
            STEADY + SECOND.format("strategies/qqq.clj", "0.5"),
            (
                "PROJECT/alchemiser.toml:5: strategies[1].file is 'PROJECT/strategies/qqq.clj', "
                "and there is no such file. "
                "The folder PROJECT/strategies holds my-own.edn, other.clj, steady.clj"
            ),
        ),
        (
            STEADY + SECOND.format("strategies/othr.clj", "0.5"),
            (
                "PROJECT/alchemiser.toml:5: strategies[1].file is 'PROJECT/strategies/othr.clj', "
                "and there is no such file. Did you mean other.clj? "
                "The folder PROJECT/strategies holds my-own.edn, other.clj, steady.clj"
            ),
        ),
        (
            STEADY + SECOND.format("nowhere/other.clj", "0.5"),
            (
                "PROJECT/alchemiser.toml:5: strategies[1].file is 'PROJECT/nowhere/other.clj', "
                "and there is no such file. There is no folder PROJECT/nowhere either"
            ),
        ),
        (
            STEADY + SECOND.format("empty/other.clj", "0.5"),
            (
                "PROJECT/alchemiser.toml:5: strategies[1].file is 'PROJECT/empty/other.clj', "
                "and there is no such file. The folder PROJECT/empty holds no strategy"
            ),
        ),
        (
            STEADY + SECOND.format("strategies/other.txt", "0.5"),
            (
                "PROJECT/alchemiser.toml:5: strategies[1].file is 'PROJECT/strategies/other.txt', "
                "which is no strategy file. A strategy's file ends in .clj, .edn or .json"
            ),
        ),
        (
            STEADY + SECOND.format("strategies/my-own.edn", "0.5"),
            (
                "PROJECT/alchemiser.toml:5: strategies[1].file is 'PROJECT/strategies/my-own.edn', "
                "whose name can't be the name of an asset. "
                "Use letters, digits and underscores: rename it to my_own.edn"
            ),
        ),
        (
            STEADY + SECOND.format("elsewhere/steady.json", "0.5"),
            (
                "PROJECT/alchemiser.toml:2: 2 strategies are named steady: 'PROJECT/strategies/steady.clj', "
                "'PROJECT/elsewhere/steady.json'. "
                "A strategy is named after its file, so give each file a name of its own"
            ),
        ),
        (
            "strategies = []",
            "PROJECT/alchemiser.toml:1: no strategy is named. Add [[strategies]] with file and weight",
        ),
        (
            "strategies = 5",
            (
                "PROJECT/alchemiser.toml:1: strategies is 5; it must be a list. "
                "The strategies that are traded: a list of file and weight, weights summing to 1. "
                "Default: the four shipped examples, 0.25 each"
            ),
        ),
        (
            "strategies = [7]",
            (
                "PROJECT/alchemiser.toml:1: strategies[0] is 7; it must be a table. "
                "The strategies that are traded: a list of file and weight, weights summing to 1. "
                "Default: the four shipped examples, 0.25 each"
            ),
        ),
        (
            STEADY + '[[strategies]]\nfile = "strategies/other.clj"\n',
            (
                "PROJECT/alchemiser.toml:5: strategies[1].weight is missing. "
                "Part of the portfolio that follows the strategy: above 0, at most 1"
            ),
        ),
        (
            STEADY + SECOND.format("strategies/other.clj", "0.5\nwait = 1"),
            "PROJECT/alchemiser.toml:5: there is no setting strategies[1].wait. Did you mean weight?",
        ),
        (
            STEADY + SECOND.format("strategies/other.clj", "0.5\nqqq = 1"),
            (
                "PROJECT/alchemiser.toml:5: there is no setting strategies[1].qqq. "
                "A strategy has file and weight"
            ),
        ),
        (
            STEADY + SECOND.format("strategies/other.clj", "-0.5"),
            (
                "PROJECT/alchemiser.toml:5: strategies[1].weight is -0.5; it must be greater than 0. "
                "Part of the portfolio that follows the strategy: above 0, at most 1"
            ),
        ),
    ],
)
def test_strategies_that_cannot_be_traded_are_named(tmp_path: Path, strategies: str, message: str) -> None:
    for name in ("strategies/other.clj", "strategies/my-own.edn", "elsewhere/steady.json", "empty/x.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("()")
    assert message_of(write_project(tmp_path, strategies=strategies)) == message


def test_of_a_large_folder_of_strategies_twenty_are_named(tmp_path: Path) -> None:
    file = write_project(tmp_path, strategies=STRATEGY.replace("steady", "absent"))
    for number in range(30):
        (tmp_path / "strategies" / f"z{number:02d}.clj").write_text("()")
    assert message_of(file).endswith("z16.clj, z17.clj, z18.clj and 11 more")


NEEDS_KEYS = [
    f"{{place}}: {{who}} needs alpaca.{name.lower()}, which is not set. "
    f"Set ALCHEMISER_ALPACA__{name} in the environment or in .env"
    for name in ("KEY_ID", "SECRET_KEY")
]


@pytest.mark.parametrize(
    ("toml", "who", "line"),
    [
        ('mode = "paper"', "paper mode", 1),
        ('\n[market_data]\nsource = "alpaca"', "the source alpaca", 3),
    ],
)
def test_alpaca_without_keys_is_refused(tmp_path: Path, toml: str, who: str, line: int) -> None:
    place = f"PROJECT/alchemiser.toml:{line}"
    told = "\n".join("  " + text.format(place=place, who=who) for text in NEEDS_KEYS)
    message = message_of(write_project(tmp_path, toml + "\n"))
    assert message == f"2 things are wrong with the settings:\n{told}"


@pytest.mark.parametrize("source", ["simulated", "file"])
def test_no_real_order_is_placed_on_invented_or_stored_prices(tmp_path: Path, source: str) -> None:
    (tmp_path / "bars.csv").write_text("symbol,session,close\n")
    toml = f"mode = 'paper'\n[market_data]\nsource = '{source}'\nfile = 'bars.csv'\n"
    assert message_of(write_project(tmp_path, toml), KEYS) == (
        f"PROJECT/alchemiser.toml:3: market_data.source is '{source}' in paper mode: "
        "real orders are never placed on invented or stored prices. "
        "Set it to 'alpaca', or set mode to 'simulated'"
    )


def test_live_needs_the_account_number(tmp_path: Path) -> None:
    assert message_of(write_project(tmp_path, "mode = 'live'\n"), KEYS) == (
        "PROJECT/alchemiser.toml:1: live mode needs account, which is not set. "
        "Set it to the number of the live account"
    )


def test_live_needs_the_second_opt_in(tmp_path: Path) -> None:
    file = write_project(tmp_path, "mode = 'live'\naccount = '123456789'\n")
    assert message_of(file, KEYS) == (
        "PROJECT/alchemiser.toml:1: live mode trades real money and needs a second opt-in: "
        "ALCHEMISER_LIVE_CONFIRM is not set. Set it to the number of the live account, the same as account"
    )


def test_live_needs_the_second_opt_in_to_name_the_same_account(tmp_path: Path) -> None:
    file = write_project(tmp_path, "mode = 'live'\naccount = '123456789'\n")
    message = message_of(file, KEYS | {"ALCHEMISER_LIVE_CONFIRM": "987654321"})
    assert message == (
        "environment variable ALCHEMISER_LIVE_CONFIRM: it is not the account number that the setting account "
        "names. Check which account is meant, and set both to its number"
    )


LIVE = "mode = 'live'\naccount = '123456789'\n"
LIVE_KEYS = KEYS | {"ALCHEMISER_LIVE_CONFIRM": "123456789"}


def test_live_orders_go_to_no_other_address_than_alpacas_own(tmp_path: Path) -> None:
    file = write_project(tmp_path, LIVE + "[alpaca]\nbase_url = 'https://paper-api.alpaca.markets'\n")
    assert message_of(file, LIVE_KEYS) == (
        "PROJECT/alchemiser.toml:4: alpaca.base_url is set in live mode, where orders go to Alpaca's own "
        "address only. Take alpaca.base_url out, or set mode to 'paper'"
    )


def test_live_time_is_never_another_servers(tmp_path: Path) -> None:
    file = write_project(tmp_path, LIVE + "[alpaca]\nclock = 'look-alike'\n")
    assert message_of(file, LIVE_KEYS) == (
        "PROJECT/alchemiser.toml:4: alpaca.clock is 'look-alike' in live mode, where time is never another "
        "server's. Set alpaca.clock to 'system', or set mode to 'paper'"
    )


def test_the_time_of_a_look_alike_needs_its_address(tmp_path: Path) -> None:
    file = write_project(tmp_path, "mode = 'paper'\n[alpaca]\nclock = 'look-alike'\n")
    assert message_of(file, KEYS) == (
        "PROJECT/alchemiser.toml:3: alpaca.clock is 'look-alike' and needs alpaca.base_url, which is not "
        "set. Set alpaca.base_url to the address of the look-alike, or alpaca.clock to 'system'"
    )
