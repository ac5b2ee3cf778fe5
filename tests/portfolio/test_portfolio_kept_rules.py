from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from alchemiser_dagster.portfolio.rules import PortfolioRules
from alchemiser_dagster.records.plan import PlanRules, SkipReason

FRACTIONS = st.decimals(min_value=0, max_value="0.99", places=4)
RULES = st.builds(
    PortfolioRules,
    deployment=FRACTIONS,
    cash_buffer=FRACTIONS,
    minimum_trade=st.decimals(min_value=0, max_value=1000, places=2),
    minimum_drift=FRACTIONS,
    fractional=st.booleans(),
    untouchable=st.dictionaries(st.sampled_from(["SPY", "TLT", "BRK.B"]), st.sampled_from(SkipReason)),
    only_sells=st.booleans(),
)


@given(RULES)
def test_rules_come_back_from_the_plan_that_keeps_them(rules: PortfolioRules) -> None:
    # through the journal's JSON too
    kept = PlanRules.model_validate_json(rules.kept.model_dump_json())
    assert kept == rules.kept
    assert PortfolioRules.of(kept) == rules
    assert hash(kept) == hash(rules.kept)


def test_a_symbol_that_is_left_alone_is_kept_with_its_reason() -> None:
    rules = PortfolioRules(cash_buffer=Decimal(0), untouchable={"TLT": SkipReason.DENIED})
    assert [(alone.symbol, alone.reason) for alone in rules.kept.left_alone] == [("TLT", SkipReason.DENIED)]
