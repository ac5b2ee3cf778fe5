"""The account: money and flags, all of which must be there but for the value at the last close."""

from __future__ import annotations

from alchemiser_dagster.broker.alpaca.parsing.fields import fields_of
from alchemiser_dagster.broker.alpaca.payload import decimal_of, flag_of, text_of
from alchemiser_dagster.records.account import BrokerAccount


def account_of(value: object, account: str) -> BrokerAccount:
    """Return the account under the name that the books know it by."""
    fields = fields_of("the account", value)
    return BrokerAccount(
        account=account,
        status=fields.need("status", text_of),
        currency=fields.take("currency", text_of) or "USD",
        cash=fields.need("cash", decimal_of),
        buying_power=fields.need("buying_power", decimal_of),
        equity=fields.need("equity", decimal_of),
        trading_blocked=fields.need("trading_blocked", flag_of),
        account_blocked=fields.need("account_blocked", flag_of),
        trade_suspended_by_user=fields.need("trade_suspended_by_user", flag_of),
        last_equity=fields.take("last_equity", decimal_of),
    )


def account_number_of(value: object) -> str:
    """Return the account's number. It is secret."""
    return fields_of("the account", value).need("account_number", text_of)
