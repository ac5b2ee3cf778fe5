"""How far what was decided, traded and written down can be relied on."""

from __future__ import annotations

from datetime import datetime

from alchemiser_dagster.notify.trading_records import Circumstances, TradingRecords
from alchemiser_dagster.notify.wording import counted
from alchemiser_dagster.records.market import MarketData, PriceBasis
from alchemiser_dagster.records.reconciliation import ReconciliationReport

MOST_NOTES, SHORT = 5, 12


def health_facts(records: TradingRecords) -> dict[str, str]:
    """Return freshness of data, what was compared, the journal's head and the code's version."""
    circumstances = records.circumstances
    return {
        **_data(circumstances.market, records.snapshot.taken_at),
        **_compared(records.report),
        **_notes(circumstances.notes),
        **_journal(circumstances),
        "code version": records.result.envelope.code_version[:SHORT] or "not kept",
        **story_facts(records.correlation_id),
        **({"page": circumstances.page} if circumstances.page else {}),
    }


def story_facts(correlation_id: str) -> dict[str, str]:
    """Return what to type to see all that happened."""
    return {"story": f"`alchemiser story {correlation_id}`"}


def _data(market: MarketData | None, seen_at: datetime) -> dict[str, str]:
    if market is None:
        return {"data": "no bars were read"}
    sealed = f"daily bars up to {market.last_session} from {market.bar_source}"
    return {"data": f"{sealed}; {_todays_price(market, seen_at)}"}


def _todays_price(market: MarketData, seen_at: datetime) -> str:
    if market.price_basis is not PriceBasis.PROVISIONAL:
        return f"decided on the {market.price_basis.value.replace('_', ' ')}"
    observed = [price.observed_at for price in market.provisional_prices]
    if not observed:
        return "no price of today was needed"
    age = max(0, round((seen_at - min(observed)).total_seconds()))
    return f"prices of today were at most {_duration(age)} old"


def _duration(seconds: int) -> str:
    minutes = seconds // 60
    if minutes < 1:
        return counted(seconds, "second")
    return counted(minutes, "minute") if minutes < 120 else counted(minutes // 60, "hour")  # noqa: PLR2004


def _compared(report: ReconciliationReport | None) -> dict[str, str]:
    if report is None:
        return {}
    compared = report.compared
    counts = {"order": compared.orders, "fill": compared.fills, "position": compared.positions}
    cash = ["cash"] if compared.cash else []
    return {"compared": ", ".join([*(counted(number, thing) for thing, number in counts.items()), *cash])}


def _notes(notes: tuple[str, ...]) -> dict[str, str]:
    more = len(notes) - MOST_NOTES
    return {
        **{f"note {number}": text for number, text in enumerate(notes[:MOST_NOTES], start=1)},
        **({"more notes": str(more)} if more > 0 else {}),
    }


def _journal(circumstances: Circumstances) -> dict[str, str]:
    if circumstances.journal_hash is None:
        return {}
    return {"journal head": f"entry {circumstances.journal_entry}, {circumstances.journal_hash[:SHORT]}"}
