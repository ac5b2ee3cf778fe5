"""The guards of the account: while one of them objects, no order goes, whatever it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from alchemiser_dagster.records.halt import HALTED_WORDS, HaltChange, HaltLevel
from alchemiser_dagster.records.values import Side
from alchemiser_dagster.risk.account_view import AccountView
from alchemiser_dagster.settings.risk import RiskSettings


@dataclass(frozen=True)
class AccountCase:
    """The account as it is, and what it was.

    Parameters
    ----------
    account
        The account that the plan is for.
    buys
        Whether it is asked for purchases; to get out is allowed after any loss.
    base_equity
        What the account was worth at the close before, with money that came and went since; None where
        nobody knows, as on its first day.
    """

    account: str
    view: AccountView
    buys: bool
    base_equity: Decimal | None
    limits: RiskSettings

    @property
    def loss(self) -> Decimal:
        """Loss since the close before, as a fraction of what there was then; below 0 for a gain."""
        return Decimal(0) if self.base_equity is None else loss_since(self.base_equity, self.view.equity)


def loss_since(base_equity: Decimal, equity: Decimal) -> Decimal:
    """Return the loss as a fraction of what there was; below 0 for a gain, 0 where there was nothing."""
    return 1 - equity / base_equity if base_equity > 0 else Decimal(0)


AccountGuard = Callable[[AccountCase], str | None]


def is_the_plans_account(case: AccountCase) -> str | None:
    """Refuse another account than the plan's."""
    return None if case.view.account.account == case.account else "the broker's account is another one"


def may_trade(case: AccountCase) -> str | None:
    """Refuse an account with a flag up."""
    flags = case.view.account.obstacles
    return f"the account can't trade: {', '.join(flags)}" if flags else None


def clocks_agree(case: AccountCase) -> str | None:
    """Refuse where the broker's clock is far from ours."""
    seconds, most = case.view.skew.total_seconds(), case.limits.max_clock_skew_seconds
    return None if seconds <= most else f"the broker's clock is {seconds:.0f} seconds away from ours"


def market_is_open(case: AccountCase) -> str | None:
    """Refuse while the broker's market is closed."""
    return None if case.view.is_open else "the broker says that its market is closed"


def loss_is_within_limit(case: AccountCase) -> str | None:
    """Refuse to buy after a loss beyond the limit."""
    return loss_beyond_limit(case) if case.buys else None


def loss_beyond_limit(case: AccountCase) -> str | None:
    """Return in words how much more than the limit was lost since the close before, or None."""
    most = case.limits.max_daily_loss
    if case.loss <= most:
        return None
    return f"the account lost {case.loss:.2%} since the close before, more than the {most:%} allowed"


ACCOUNT_GUARDS: Mapping[str, AccountGuard] = {
    guard.__name__: guard
    for guard in (is_the_plans_account, may_trade, clocks_agree, market_is_open, loss_is_within_limit)
}


def halt_allows(halt: HaltChange | None, side: Side) -> str | None:
    """Refuse what the level in force does not allow."""
    if halt is None:
        return None
    allowed = halt.level.allows_buys if side is Side.BUY else halt.level.allows_sells
    return None if allowed else f"{HALTED_WORDS} ({halt.level}) by {halt.by}: {halt.reason}"


def is_way_out(level: HaltLevel, side: Side) -> bool:
    """Return whether a person has said to sell everything, and this sells.

    What was done in the session before, and that books and broker disagree, does not stand in the way then.
    """
    return level is HaltLevel.FLATTEN and side is Side.SELL
