"""`alchemiser limits`: limits, ceilings, today's use, and the record of their review."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from support.command import Shown, alchemiser, working_folder
from support.flipping import make_folder
from support.gate_stage import lock
from support.trading import envelope_for

from alchemiser_dagster.cli import doctor_command
from alchemiser_dagster.clock import StandingClock
from alchemiser_dagster.desk import TradingDesk
from alchemiser_dagster.errors import LimitError
from alchemiser_dagster.ledger.approvals import ApprovalBook
from alchemiser_dagster.ledger.database import Database
from alchemiser_dagster.records.approval import Approval, ApprovalScope
from alchemiser_dagster.records.values import Mode
from alchemiser_dagster.risk.limit_use import KNOWN
from alchemiser_dagster.risk.review import limits_digest
from alchemiser_dagster.settings import ceilings
from alchemiser_dagster.settings.risk import RiskSettings
from alchemiser_dagster.settings.sections import AlpacaSettings
from alchemiser_dagster.settings.tree import Settings

NOW = datetime(2024, 11, 27, 15, 0, tzinfo=UTC)
SESSION = {"ALCHEMISER_SIMULATION__SESSION": "2024-11-25"}


@pytest.fixture
def folder() -> Iterator[Path]:
    with working_folder() as empty:
        yield make_folder(empty)


def told(folder: Path, *options: str, **environment: str) -> Mapping[str, Any]:
    shown = alchemiser(folder, "limits", "--json", *options, **environment)
    assert (shown.exit_code, shown.err) == (0, "")
    report: Mapping[str, Any] = json.loads(shown.out)
    return report


def by_setting(report: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {line["setting"]: line for line in report["limits"]}


def row(shown: Shown, setting: str) -> str:
    (line,) = (line for line in shown.lines if f" {setting} " in line)
    return line


def test_every_limit_is_shown_with_its_ceiling(folder: Path) -> None:
    limits = by_setting(told(folder))
    assert list(limits) == [f"risk.{name}" for name in RiskSettings.model_fields]
    for name in RiskSettings.model_fields:
        ceiling, shown = getattr(ceilings, name.upper(), None), limits[f"risk.{name}"]["ceiling"]
        assert shown is ceiling or Decimal(shown) == ceiling


def test_every_limit_has_its_words() -> None:
    assert set(KNOWN) == set(RiskSettings.model_fields)


def test_what_a_session_used_is_shown_and_what_is_left(folder: Path) -> None:
    assert alchemiser(folder, "run", "--session", "2024-11-25").exit_code == 0
    limits = by_setting(told(folder, **SESSION))
    orders, turnover = limits["risk.max_orders"], limits["risk.max_turnover"]
    assert int(orders["used"]) >= 1
    assert int(orders["left"]) == 600 - int(orders["used"])
    assert Decimal("0.9") < Decimal(turnover["used"]) < Decimal("1.1")
    assert Decimal(turnover["used"]) + Decimal(turnover["left"]) == Decimal("2.2")
    assert Decimal(limits["risk.max_gross_exposure"]["used"]) > Decimal("0.9")
    assert limits["risk.max_trades_per_symbol"]["used"] == "1"
    assert limits["risk.max_order_notional"]["used"] is None
    another_day = {"ALCHEMISER_SIMULATION__SESSION": "2024-11-26"}
    assert by_setting(told(folder, **another_day))["risk.max_orders"]["used"] == "0"


def test_the_table_says_the_same_in_a_persons_units(folder: Path) -> None:
    shown = alchemiser(folder, "limits", ALCHEMISER_RISK__DENIED_SYMBOLS='["GME","AMC"]', **SESSION)
    assert (shown.exit_code, shown.err) == (0, "")
    assert shown.lines[0] == "mode simulated, session 2024-11-25"
    assert row(shown, "risk.max_order_notional").split()[-4:] == ["250,000.00", "5,000,000.00", "–", "–"]
    assert row(shown, "risk.max_turnover").endswith("2.20 × 4.00 × 0.00 × 2.20 ×")
    assert row(shown, "risk.max_gross_exposure").endswith("100.00 % 100.00 % 0.00 % 100.00 %")
    assert row(shown, "risk.denied_symbols").endswith("GME, AMC – – –")
    assert shown.lines[-3:] == ["halt: none", "locked: nothing", "review: the limits were never reviewed"]


def test_halt_locks_and_failed_runs_are_told_beside(folder: Path) -> None:
    assert alchemiser(folder, "halt", "--by", "Ada", "--reason", "to look").exit_code == 0
    database = Database(f"sqlite:///{folder / '.alchemiser' / 'ledger.sqlite'}")
    lock(database, "SPY")
    database.close()
    report = told(folder)
    assert (report["halt"]["level"], report["halt"]["by"]) == ("halt", "Ada")
    assert report["locked"] == {"SPY": "10 shares more than the books say"}
    assert by_setting(report)["risk.max_failed_runs"]["used"] == "0"


def test_a_review_is_kept_with_name_and_reason_until_a_limit_is_changed(folder: Path) -> None:
    kept = told(folder, "--reviewed", "--by", "Ada  Lovelace", "--reason", "yearly")
    assert (kept["review"]["by"], kept["review"]["reason"]) == ("Ada Lovelace", "yearly")
    assert told(folder)["review"]["objection"] is None
    assert by_setting(kept)["risk.review_days"]["used"] == "0"
    changed = told(folder, ALCHEMISER_RISK__MAX_ORDERS="7")
    assert changed["review"]["objection"].startswith("the limits were changed since Ada Lovelace reviewed")
    shown = alchemiser(folder, "limits", ALCHEMISER_RISK__MAX_ORDERS="7")
    assert shown.lines[-1].endswith("by Ada Lovelace, and changed since")


@pytest.mark.parametrize(
    "options",
    [("--reviewed",), ("--by", "Ada"), ("--reason", "so"), ("--reviewed", "--reason", "so")],
)
def test_a_review_has_a_name_and_a_name_has_a_review(folder: Path, options: tuple[str, ...]) -> None:
    shown = alchemiser(folder, "limits", *options)
    assert (shown.exit_code, shown.out) == (2, "")
    assert "--reviewed goes with --by NAME" in shown.err


def test_a_name_of_nothing_is_none(folder: Path) -> None:
    assert alchemiser(folder, "limits", "--reviewed", "--by", "  ").exit_code == 2


def test_a_broker_that_can_not_be_asked_leaves_the_ledgers_part(folder: Path) -> None:
    #
    environment = {"ALCHEMISER_MODE": "paper", "ALCHEMISER_ACCOUNT": "PA12345678"}
    report = told(folder, **environment)
    assert report["unasked"]
    limits = by_setting(report)
    assert (limits["risk.max_orders"]["used"], limits["risk.max_turnover"]["used"]) == ("0", None)
    shown = alchemiser(folder, "limits", **environment)
    assert any(line.startswith("the broker was not asked: ") for line in shown.lines)
    assert "12345678" not in shown.out + shown.err + json.dumps(report)


# What `alchemiser doctor` says of it.


def live_desk(folder: Path, mode: Mode = Mode.LIVE) -> TradingDesk:
    settings = Settings(
        mode=mode,
        account="live",
        data_dir=folder,
        alpaca=AlpacaSettings(key_id=SecretStr("key"), secret_key=SecretStr("secret")),
    )
    return TradingDesk(settings, wall_clock=StandingClock(NOW))


def review(desk: TradingDesk, days_ago: int) -> None:
    envelope = envelope_for("review").model_copy(
        update={"account": desk.settings.account, "created_at": NOW - timedelta(days=days_ago)}
    )
    ApprovalBook(desk.database).give(
        Approval(
            envelope=envelope,
            session=NOW.date(),
            scope=ApprovalScope.LIMITS,
            subject_id=limits_digest(desk.settings.risk),
            by="Ada",
            reason="yearly",
        )
    )


def test_the_doctor_finds_a_review_that_live_trading_lacks(tmp_path: Path) -> None:
    with pytest.raises(LimitError, match=r"nobody has reviewed the limits yet.*limits --reviewed --by NAME"):
        doctor_command._limits(live_desk(tmp_path))


@pytest.mark.parametrize(
    ("days_ago", "says"),
    [
        (334, "last reviewed 2023-12-29 by Ada, due again by 2024-12-28"),
        (336, "last reviewed 2023-12-27 by Ada, due again by 2024-12-26: in 29 days"),
        (365, "last reviewed 2023-11-28 by Ada, due again by 2024-11-27: in 0 days"),
    ],
)
def test_the_doctor_says_when_a_review_is_due_within_a_month(
    tmp_path: Path, days_ago: int, says: str
) -> None:
    desk = live_desk(tmp_path)
    review(desk, days_ago)
    assert doctor_command._limits(desk) == says


def test_the_doctor_finds_a_review_that_is_too_old(tmp_path: Path) -> None:
    desk = live_desk(tmp_path)
    review(desk, 366)
    with pytest.raises(LimitError, match="the limits need a new review: Ada reviewed them on 2023-11-27"):
        doctor_command._limits(desk)


def test_the_doctor_asks_nobody_else_for_a_review(tmp_path: Path) -> None:
    said = doctor_command._limits(live_desk(tmp_path, Mode.PAPER))
    assert said == "the limits were never reviewed; only live trading asks for a review"
