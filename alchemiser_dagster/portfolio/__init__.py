"""Pure portfolio mathematics: many signals to one target, the account beside it, the trades between them."""

from alchemiser_dagster.portfolio.compare import compare_allocation
from alchemiser_dagster.portfolio.merge import merge_signals
from alchemiser_dagster.portfolio.plan import plan_rebalance
from alchemiser_dagster.portfolio.rules import PortfolioRules

__all__ = ["PortfolioRules", "compare_allocation", "merge_signals", "plan_rebalance"]
