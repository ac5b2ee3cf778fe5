"""What looks strange about a decision, and what does not."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from risk.sanity_builders import TRADED, bars_with, facts, signal

from alchemiser_dagster.records.sanity import SanityFinding, SanityKind, SanitySeverity, subject_of
from alchemiser_dagster.risk.sanity.facts import AccountPast, DecisionFacts
from alchemiser_dagster.risk.sanity.report import findings_of
from alchemiser_dagster.risk.sanity.turnover import usual_turnover
from alchemiser_dagster.settings.sanity import SanitySettings

DEFAULTS = SanitySettings()
BLOCK, WARNING = SanitySeverity.BLOCK, SanitySeverity.WARNING
ONE_STRATEGY = {"only": Decimal(1)}


def found(decision: DecisionFacts, settings: SanitySettings = DEFAULTS) -> dict[SanityKind, SanityFinding]:
    return {finding.kind: finding for finding in findings_of(decision, settings)}


def blocked(decision: DecisionFacts, settings: SanitySettings = DEFAULTS) -> set[SanityKind]:
    return {finding.kind for finding in findings_of(decision, settings) if finding.is_blocking}


def test_a_decision_that_keeps_its_book_says_nothing() -> None:
    decision = facts({"SPY": ("0.5", "0.45"), "TLT": ("0.48", "0.5")})
    assert findings_of(decision, DEFAULTS) == ()


def test_a_book_that_is_replaced_as_a_whole_is_blocked() -> None:
    #
    flip = found(facts({"SPY": ("0.5", "0"), "TLT": ("0.5", "0.04"), "GLD": ("0", "0.5")}))[SanityKind.FLIP]
    assert flip.severity is BLOCK
    assert (flip.observed, flip.limit) == ("4.0 %", "at least 10.0 %")


def test_one_strategy_alone_may_switch_everything_it_holds() -> None:
    decision = facts({"SPY": ("0.995", "0"), "TLT": ("0", "0.995")}, shares=ONE_STRATEGY)
    assert found(decision)[SanityKind.FLIP].severity is WARNING
    assert blocked(decision) == set()


def test_the_book_of_an_account_that_is_mostly_cash_may_be_replaced() -> None:
    decision = facts({"SPY": ("0.49", "0"), "TLT": ("0", "0.49")})
    assert SanityKind.FLIP not in found(decision)


def test_a_new_account_opens_its_book_and_is_told_once() -> None:
    wanted = dict.fromkeys(("GLD", "QQQ", "SPY", "TLT"), ("0", "0.2"))
    (finding,) = findings_of(facts(wanted, past=AccountPast()), DEFAULTS)
    assert (finding.kind, finding.severity, finding.symbol) == (SanityKind.NEW_SYMBOL, WARNING, None)
    assert finding.message == "the account's first trades: GLD, QQQ, SPY, TLT"


def test_even_where_new_symbols_block_a_new_account_may_open_its_book() -> None:
    strict = SanitySettings(blocking=tuple(SanityKind))
    assert blocked(facts({"SPY": ("0", "0.4")}, past=AccountPast()), strict) == set()


def test_a_symbol_that_was_never_traded_is_told_of() -> None:
    decision = facts({"UVXY": ("0", "0.2"), "SPY": ("0.5", "0.5")})
    finding = found(decision)[SanityKind.NEW_SYMBOL]
    assert (finding.symbol, finding.severity) == ("UVXY", WARNING)
    assert blocked(decision, SanitySettings(blocking=(SanityKind.NEW_SYMBOL,))) == {SanityKind.NEW_SYMBOL}


@pytest.mark.parametrize("lines", [{"UVXY": ("0.2", "0.3")}, {"UVXY": ("0", "0")}, {"SPY": ("0", "0.2")}])
def test_what_is_held_not_wanted_or_traded_before_is_not_new(lines: dict[str, tuple[str, str]]) -> None:
    assert SanityKind.NEW_SYMBOL not in found(facts(lines))


def test_more_turnover_than_all_limits_blocks() -> None:
    lines = {"SPY": ("0.7", "0"), "TLT": ("0.3", "0.3"), "GLD": ("0", "0.7")}
    finding = found(facts(lines))[SanityKind.TURNOVER]
    assert finding.severity is BLOCK
    assert (finding.observed, finding.limit) == (
        "1.40 times the account's value",
        "at most 1.20 times the account's value",
    )


def test_a_history_of_switches_makes_them_usual() -> None:
    lines = {"SPY": ("0.7", "0"), "TLT": ("0.3", "0.3"), "GLD": ("0", "0.7")}
    switches = AccountPast(turnovers=(Decimal("0.8"),) * 10, traded=TRADED.traded)
    assert SanityKind.TURNOVER not in found(facts(lines, past=switches))


def test_too_short_a_history_says_nothing_of_what_is_usual() -> None:
    lines = {"SPY": ("0.7", "0"), "TLT": ("0.3", "0.3"), "GLD": ("0", "0.7")}
    switches = AccountPast(turnovers=(Decimal("0.8"),) * 9, traded=TRADED.traded)
    assert SanityKind.TURNOVER in found(facts(lines, past=switches))


def test_only_the_last_sessions_say_what_is_usual() -> None:
    lines = {"SPY": ("0.7", "0"), "TLT": ("0.3", "0.3"), "GLD": ("0", "0.7")}
    long_ago = AccountPast(turnovers=(Decimal(0),) * 60 + (Decimal("0.8"),) * 60, traded=TRADED.traded)
    assert SanityKind.TURNOVER in found(facts(lines, past=long_ago))


def test_one_large_day_in_twenty_is_not_what_is_usual() -> None:
    assert usual_turnover([Decimal("0.1")] * 19 + [Decimal(2)]) == Decimal("0.1")
    assert usual_turnover([Decimal("0.1")] * 18 + [Decimal(2)] * 2) == 2
    assert usual_turnover([]) == 0


def test_a_large_weight_is_told_and_one_above_everything_blocks() -> None:
    large = facts({"SPY": ("0.6", "0.6")})
    assert found(large)[SanityKind.CONCENTRATION].severity is WARNING
    beyond = found(facts({"SPY": ("1", "1.01")}))
    assert beyond[SanityKind.CONCENTRATION].severity is BLOCK
    assert beyond[SanityKind.LEVERAGE].severity is BLOCK


def test_a_book_larger_than_the_account_blocks() -> None:
    lines = {"SPY": ("0.5", "0.5"), "TLT": ("0.5", "0.4"), "GLD": ("0", "0.2")}
    assert found(facts(lines))[SanityKind.LEVERAGE].observed == "110.0 %"
    assert SanityKind.LEVERAGE not in found(facts({"SPY": ("0.5", "0.5"), "TLT": ("0.5", "0.5")}))


def test_an_old_price_of_an_input_blocks() -> None:
    #
    decision = facts({}, bars=bars_with(ages={"SPY": 61, "TLT": 60}))
    finding = found(decision)[SanityKind.STALE_PRICE]
    assert (finding.symbol, finding.severity, finding.observed) == ("SPY", BLOCK, "61 minutes")


def test_restated_closes_of_an_input_are_told_of() -> None:
    #
    decision = facts({}, bars=bars_with(restated={"SPY": 0.5, "TLT": 0.004}))
    finding = found(decision)[SanityKind.RESTATED]
    assert (finding.symbol, finding.severity, finding.observed) == ("SPY", WARNING, "50.0 %")


def test_a_suspicious_bar_of_an_input_blocks() -> None:
    #
    finding = found(facts({}, bars=bars_with(suspicious=("TLT",))))[SanityKind.SUSPICIOUS_BAR]
    assert (finding.symbol, finding.severity) == ("TLT", BLOCK)
    assert finding.message == "TLT, session 2024-11-26: close is 1.400 times the one before"


def test_bars_that_no_deciding_strategy_reads_say_nothing() -> None:
    others = bars_with(
        ages={"GME": 300}, restated={"GME": 0.5}, suspicious=("GME",), symbols=frozenset({"SPY"})
    )
    assert findings_of(facts({}, bars=others), DEFAULTS) == ()


def test_a_fragile_decision_is_told_of() -> None:
    finding = found(facts({}, signals=(signal("one", margin=-3.2),)))[SanityKind.FRAGILE]
    assert (finding.strategy, finding.symbol, finding.severity) == ("one", "QQQ", WARNING)
    assert finding.observed == "3.20 bp"


@pytest.mark.parametrize(
    "quiet", [signal(margin=10.0), signal(margin=None), signal(margin=1.0, trades=False)]
)
def test_a_firm_decision_and_one_that_does_not_trade_say_nothing(quiet: object) -> None:
    assert findings_of(facts({}, signals=(quiet,)), DEFAULTS) == ()  # type: ignore[arg-type]


def test_nothing_blocks_where_the_settings_say_so() -> None:
    lines = {"SPY": ("1", "0"), "TLT": ("0", "1.5")}
    decision = facts(lines, bars=bars_with(suspicious=("SPY",)))
    assert blocked(decision, SanitySettings(blocking=())) == set()
    assert found(decision, SanitySettings(blocking=())).keys() == found(decision).keys()


weights = st.lists(st.decimals(0, 1, places=3), min_size=4, max_size=4).map(
    lambda parts: [part / max(sum(parts), Decimal(1)) for part in parts]
)
symbols = ("GLD", "QQQ", "SPY", "TLT")


@given(weights, weights)
def test_a_flip_keeps_less_than_a_tenth_and_nothing_else_does(
    held: list[Decimal], wanted: list[Decimal]
) -> None:
    decision = facts({symbol: pair for symbol, *pair in zip(symbols, held, wanted, strict=True)})  # type: ignore[misc]
    invested = sum(held)
    kept = sum(min(pair) for pair in zip(held, wanted, strict=True))
    is_flip = invested >= Decimal("0.5") and kept * 10 < invested
    assert (SanityKind.FLIP in found(decision)) is is_flip


@given(weights, weights, st.lists(st.decimals(0, 2, places=2), max_size=80))
def test_turnover_is_strange_exactly_above_all_three_limits(
    held: list[Decimal], wanted: list[Decimal], past: list[Decimal]
) -> None:
    known = AccountPast(turnovers=tuple(past), traded=frozenset(symbols))
    decision = facts(
        {symbol: pair for symbol, *pair in zip(symbols, held, wanted, strict=True)},  # type: ignore[misc]
        past=known,
        shares={"one": Decimal("0.7"), "two": Decimal("0.3")},
    )
    turnover = sum(abs(after - before) for before, after in zip(held, wanted, strict=True))
    usual = usual_turnover(past[:60]) if len(past) >= 10 else Decimal(0)
    assert (SanityKind.TURNOVER in found(decision)) is (turnover > max(Decimal("1.4"), 2 * usual))


@given(weights)
def test_opening_a_book_from_cash_is_never_blocked(wanted: list[Decimal]) -> None:
    lines = {symbol: (Decimal(0), part) for symbol, part in zip(symbols, wanted, strict=True)}
    assert blocked(facts(lines, past=AccountPast())) == set()


@given(weights, weights)
def test_the_subject_names_what_blocks_and_not_its_figures(
    held: list[Decimal], wanted: list[Decimal]
) -> None:
    decision = facts({symbol: pair for symbol, *pair in zip(symbols, held, wanted, strict=True)})  # type: ignore[misc]
    findings = findings_of(decision, DEFAULTS)
    others = tuple(finding.model_copy(update={"observed": "?", "message": "?"}) for finding in findings)
    assert subject_of(findings) == subject_of(others[::-1])
    told = tuple(finding for finding in findings if finding.is_blocking)
    assert subject_of(findings) == subject_of(told)
    if told:
        assert subject_of(told[1:]) != subject_of(told)


def test_what_blocks_is_told_first() -> None:
    lines = {"SPY": ("1", "0"), "UVXY": ("0", "0.9")}
    severities = [finding.severity for finding in findings_of(facts(lines), DEFAULTS)]
    assert severities == sorted(severities, key=lambda severity: severity is not BLOCK)
    assert set(severities) == {BLOCK, WARNING}
