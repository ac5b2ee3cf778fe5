"""How far the limits of risk can be set: no setting goes above, whoever writes it."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

MAX_ORDER_NOTIONAL: Final = Decimal(5_000_000)
MAX_ORDER_SHARE: Final = Decimal(1)
PRICE_COLLAR: Final = Decimal("0.30")
MAX_TRADES_PER_SYMBOL: Final = 5
MAX_TURNOVER: Final = Decimal(4)
MAX_GROSS_EXPOSURE: Final = Decimal(1)
MAX_ORDERS: Final = 3_000
MAX_DAILY_LOSS: Final = Decimal("0.5")
MAX_CLOCK_SKEW_SECONDS: Final = 60
MAX_FAILED_RUNS: Final = 10
REVIEW_DAYS: Final = 400
