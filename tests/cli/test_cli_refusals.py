"""Bad input: one clear error that names the place and the remedy, exit code 2, nothing changed (R-18)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support.command import alchemiser, working_folder
from support.flipping import SETTINGS, SYMPHONY, Books, bars_text, close_of, make_folder

SESSION = "2024-11-26"
KEYS = {
    "ALCHEMISER_ALPACA__KEY_ID": "PKTESTTESTTESTTEST22",
    "ALCHEMISER_ALPACA__SECRET_KEY": "sesame-sesame-sesame",
}
NEEDS_KEYS = (
    "environment variable ALCHEMISER_MODE: {mode} mode needs alpaca.{name}, which is not set. "
    "Set ALCHEMISER_ALPACA__{variable} in the environment or in .env"
)


@pytest.fixture
def folder() -> Iterator[Path]:
    with working_folder() as empty:
        yield make_folder(empty)


def bar_tables(folder: Path) -> dict[str, int]:
    """The files of the bar table, and when each was written."""
    kept = folder / ".alchemiser" / "market_data"
    return {str(path): path.stat().st_mtime_ns for path in kept.rglob("*") if path.is_file()}


def refused(folder: Path, error: str, *options: str, **environment: str) -> None:
    """Run the folder's day and hold that it is refused with just these words, and that nothing changed."""
    arguments = options or ("--session", SESSION)
    shown = alchemiser(folder, "run", *arguments, **environment)
    assert shown.err == f"error: {error}\n"
    assert shown.exit_code == 2
    assert_nothing_changed(folder)


def assert_nothing_changed(folder: Path) -> None:
    books = Books(folder)
    assert [books.count(table) for table in ("orders", "simulated_orders", "executions", "fills")] == [0] * 4
    assert books.count("journal") == 0
    assert bar_tables(folder) == {}


def line_of(text: str, beginning: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.startswith(beginning))


def without(beginning: str) -> str:
    kept = [line for line in bars_text().splitlines() if not line.startswith(beginning)]
    return "\n".join(kept) + "\n"


def with_close(beginning: str, close: str) -> str:
    lines = [
        f"{beginning},{close}" if line.startswith(beginning) else line for line in bars_text().splitlines()
    ]
    return "\n".join(lines) + "\n"


def test_a_symphony_that_is_never_closed_is_shown_with_a_caret(folder: Path) -> None:
    (folder / "flip.clj").write_text(SYMPHONY.rstrip()[:-1])
    error = f'{folder}/flip.clj:1:1: "(" is never closed'
    refused(folder, error + '\n  (defsymphony "Flip" {:rebalance-frequency :daily}\n  ^')


def test_an_indicator_that_nobody_knows_is_shown_with_the_nearest(folder: Path) -> None:
    (folder / "flip.clj").write_text(SYMPHONY.replace("current-price", "current-prize"))
    error = f"{folder}/flip.clj:2:11: there is no indicator current-prize. Did you mean current-price?"
    refused(folder, error + '\n    (if (> (current-prize "SIG") 100)\n            ^')


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        (
            SETTINGS.replace("1.0", "0.98"),
            ":7: the weights of the strategies sum to 0.98, not to 1. Change a weight by +0.02",
        ),
        (
            SETTINGS.replace("flip.clj", "flop.clj"),
            (
                ":7: strategies[0].file is '{folder}/flop.clj', and there is no such file. "
                "Did you mean flip.clj? The folder {folder} holds flip.clj"
            ),
        ),
        ('mood = "paper"\n' + SETTINGS, ":1: there is no setting mood. Did you mean mode?"),
        (
            SETTINGS.replace("history_start", "history_begin"),
            ":5: there is no setting market_data.history_begin. Did you mean market_data.history_start?",
        ),
        (
            "mode = simulated\n" + SETTINGS,
            ":1:8: the settings file is not valid TOML: invalid value. Correct line 1",
        ),
        (
            SETTINGS.replace("bars.csv", "bores.csv"),
            (
                ":4: market_data.file is '{folder}/bores.csv', and there is no such file. "
                "Name a Parquet or CSV file of bars"
            ),
        ),
    ],
    ids=["weights", "missing strategy", "unknown setting", "unknown in section", "TOML", "missing bars"],
)
def test_settings_that_cant_be_used_name_file_line_and_remedy(
    folder: Path, settings: str, error: str
) -> None:
    (folder / "alchemiser.toml").write_text(settings)
    refused(folder, f"{folder}/alchemiser.toml{error.format(folder=folder)}")


def test_a_variable_that_nothing_reads_is_an_error(folder: Path) -> None:
    refused(
        folder,
        "environment variable ALCHEMISER_MOOD: there is no setting ALCHEMISER_MOOD. "
        "Did you mean ALCHEMISER_MODE?",
        ALCHEMISER_MOOD="paper",
    )


def test_several_problems_are_told_at_once(folder: Path) -> None:
    shown = alchemiser(folder, "run", ALCHEMISER_MODE="paper", ALCHEMISER_MARKET_DATA__SOURCE="alpaca")
    lines = [
        NEEDS_KEYS.format(mode="paper", name="key_id", variable="KEY_ID"),
        NEEDS_KEYS.format(mode="paper", name="secret_key", variable="SECRET_KEY"),
    ]
    assert shown.err == "error: 2 things are wrong with the settings:\n" + "".join(f"  {x}\n" for x in lines)
    assert shown.exit_code == 2
    assert_nothing_changed(folder)


def test_live_needs_a_second_opt_in(folder: Path) -> None:
    #
    live = {
        "ALCHEMISER_MODE": "live",
        "ALCHEMISER_ACCOUNT": "123456789",
        "ALCHEMISER_MARKET_DATA__SOURCE": "alpaca",
        **KEYS,
    }
    refused(
        folder,
        "environment variable ALCHEMISER_MODE: live mode trades real money and needs a second opt-in: "
        "ALCHEMISER_LIVE_CONFIRM is not set. Set it to the number of the live account, the same as account",
        **live,
    )
    refused(
        folder,
        "environment variable ALCHEMISER_LIVE_CONFIRM: it is not the account number that the setting account "
        "names. Check which account is meant, and set both to its number",
        **live,
        ALCHEMISER_LIVE_CONFIRM="987654321",
    )


def test_a_session_of_choice_is_only_for_simulated_days(folder: Path) -> None:
    refused(
        folder,
        "--session: only a simulated day can be run for a session of choice. "
        "Leave it out in mode paper, or set mode = simulated",
        ALCHEMISER_MODE="paper",
        ALCHEMISER_MARKET_DATA__SOURCE="alpaca",
        **KEYS,
    )


def test_a_holiday_is_no_session(folder: Path) -> None:
    error = "Thursday 2024-11-28 is not a trading session. The session before it is 2024-11-27"
    refused(folder, error, "--session", "2024-11-28")


def test_a_session_to_come_cant_be_run(folder: Path) -> None:
    shown = alchemiser(folder, "run", "--session", "2035-11-27")
    start = "error: the session 2035-11-27 has not come yet. The latest session is 20"
    assert (shown.exit_code, shown.err[: len(start)]) == (2, start)
    assert_nothing_changed(folder)


@pytest.mark.parametrize("session", ["2024-11-01", "2024-10-31"])
def test_a_session_without_history_before_it_cant_be_run(folder: Path, session: str) -> None:
    refused(
        folder,
        f"market_data.history_start: session {session} has no history before it: bars begin on 2024-11-01. "
        "Set it some years before the session that is run",
        "--session",
        session,
    )


def test_bars_on_the_command_line_must_be_there(folder: Path) -> None:
    refused(
        folder,
        f"command line: market_data.file is '{folder}/nope.csv', and there is no such file. "
        "Name a Parquet or CSV file of bars",
        "--bars",
        "nope.csv",
    )


NO_PRICE = (
    "market_data: bar source file:{folder}/bars.csv: no price of session 2024-11-26 for {symbols}. "
    "Choose a session that the source has, or take the strategy that needs the symbol out"
)
BARS: dict[str, tuple[Callable[[], str], str]] = {
    "no close": (
        lambda: bars_text().replace("symbol,session,close", "symbol,session,last"),
        (
            "market_data: {folder}/bars.csv: the file has no column 'close'; it has symbol, session, last. "
            "Name its columns symbol, session, close, and open, high, low, volume where it has them"
        ),
    ),
    "a symbol without bars": (lambda: without("DDD,"), NO_PRICE.replace("{symbols}", "DDD")),
    "ends before the session": (
        lambda: "\n".join(x for x in bars_text().splitlines() if x[:1] == "s" or x.split(",")[1] < SESSION),
        NO_PRICE.replace("{symbols}", "AAA, BBB, CCC, DDD, EEE, SIG"),
    ),
    "two bars for one session": (
        lambda: bars_text() + "CCC,2024-11-20,150.00\n",
        (
            f"market_data: {{folder}}/bars.csv, line {len(bars_text().splitlines()) + 1}: "
            "CCC on 2024-11-20 has more than one bar. Keep one of them"
        ),
    ),
    "a negative price": (
        lambda: with_close("CCC,2024-11-20", "-3"),
        (
            f"market_data: {{folder}}/bars.csv, line {line_of(bars_text(), 'CCC,2024-11-20')}: "
            "CCC on 2024-11-20 has close -3, which no close can be. Correct the bar or remove it"
        ),
    ),
    "a price that is no number": (
        lambda: with_close("CCC,2024-11-20", "n/k"),
        (
            f"market_data: {{folder}}/bars.csv, line {line_of(bars_text(), 'CCC,2024-11-20')}: "
            "CCC on 2024-11-20 has close 'n/k', which is no number. Correct the bar or remove it"
        ),
    ),
    "nothing": (
        str,
        (
            "market_data: {folder}/bars.csv: this is not a readable CSV file: No columns to parse from file. "
            "Write it anew, or give another file"
        ),
    ),
}


@pytest.mark.parametrize("name", BARS)
def test_bars_that_cant_be_used_stop_the_run_before_anything_is_kept(folder: Path, name: str) -> None:
    #
    text, error = BARS[name]
    (folder / "bars.csv").write_text(text())
    refused(folder, error.format(folder=folder))


def test_bad_bars_leave_the_kept_bars_and_the_account_as_they_were(folder: Path) -> None:
    #
    assert alchemiser(folder, "run", "--session", "2024-11-25").exit_code == 0
    books, before = Books(folder), bar_tables(folder)
    entries, orders, cash = books.count("journal"), books.broker_orders, books.cash
    (folder / "bars.csv").write_text(with_close("CCC,2024-11-20", "-3"))
    assert alchemiser(folder, "run", "--session", SESSION).exit_code == 2
    assert bar_tables(folder) == before
    assert (books.count("journal"), books.broker_orders, books.cash) == (entries, orders, cash)


def test_a_split_in_todays_price_stops_the_decision(folder: Path) -> None:
    #
    half = close_of("DDD", "2024-11-25") / 2
    (folder / "bars.csv").write_text(with_close(f"DDD,{SESSION}", str(half)))
    shown = alchemiser(folder, "run", "--session", SESSION)
    assert shown.exit_code == 2
    assert shown.err == (
        f"error: market_data: file:{folder}/bars.csv: DDD, session {SESSION}: "
        "close is 0.500 times the one before, like a split not adjusted for. "
        "Correct the bars at their source; nothing was decided on them\n"
    )
    books = Books(folder)
    assert [books.count(table) for table in ("orders", "simulated_orders", "executions")] == [0, 0, 0]
    assert books.kinds <= {"market_data"}


@pytest.mark.parametrize("command", [("run",), ("status",), ("journal", "verify")])
def test_a_data_folder_that_cant_be_made_is_a_wrong_setting(folder: Path, command: tuple[str, ...]) -> None:
    where = folder / "flip.clj" / "data"
    shown = alchemiser(folder, *command, ALCHEMISER_DATA_DIR=str(where))
    assert shown.exit_code == 2
    assert shown.err == (
        f"error: {where}: the folder can't be made: Not a directory. "
        "Set `data_dir` to a folder that you may write\n"
    )


def test_a_log_that_cant_be_written_is_a_wrong_setting(folder: Path) -> None:
    (folder / ".alchemiser" / "alchemiser.log").mkdir(parents=True)
    refused(
        folder,
        f"{folder}/.alchemiser/alchemiser.log: the log can't be written: Is a directory. "
        "Set `data_dir` to a folder that you may write",
    )


@pytest.mark.parametrize("home", ["relative", "/nowhere/at/all"])
def test_a_home_of_dagster_must_be_a_folder(folder: Path, home: str) -> None:
    refused(
        folder,
        f"environment variable DAGSTER_HOME: '{home}' is not the absolute path of a folder. "
        "Name a folder that exists, or unset it to use the one in the data folder",
        DAGSTER_HOME=home,
    )


def test_a_settings_file_that_is_named_must_be_there(folder: Path) -> None:
    refused(
        folder,
        f"mine.toml: there is no settings file {folder}/mine.toml. "
        "Name a file that exists, or a folder that may hold an alchemiser.toml",
        "--settings",
        "mine.toml",
    )


def test_a_ledger_that_is_no_database_is_told_without_a_trace(folder: Path) -> None:
    ledger = folder / ".alchemiser" / "ledger.sqlite"
    ledger.parent.mkdir()
    ledger.write_bytes(b"not a database at all " * 400)
    shown = alchemiser(folder, "run", "--session", SESSION)
    assert shown.exit_code == 1
    assert shown.err == (
        f"error: sqlite:///{ledger}: the database refused: file is not a database. "
        "Check that its disk is writable and not full, then run `alchemiser doctor`\n"
    )
    assert told(folder) == [f"Failed at start (simulated, session {SESSION})"]


def test_a_run_that_never_started_is_told_of_and_shown(folder: Path) -> None:
    #
    (folder / "flip.clj").write_text("(defsymphony")
    assert alchemiser(folder, "run", "--session", SESSION).exit_code == 2
    assert told(folder) == [f"Failed at start (simulated, session {SESSION})"]
    (folder / "flip.clj").write_text(SYMPHONY)
    status = alchemiser(folder, "status")
    assert status.exit_code == 0
    assert "Runs that did not end well" in status.lines
    assert '"(" is never' in status.out
    assert "…" not in status.out


def told(folder: Path) -> list[str]:
    lines = (folder / ".alchemiser" / "notices.log").read_text().splitlines()
    return [json.loads(line)["title"] for line in lines]
