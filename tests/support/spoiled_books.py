"""Ways to spoil an account whose books agree: what others do to it, and what either side gets wrong."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from support.books_bench import BooksBench
from support.trading import ACCOUNT, BEFORE_CLOSE, limit_order

from alchemiser_dagster.ledger.order_rows import OrderNews
from alchemiser_dagster.ledger.tables import simulated_activities
from alchemiser_dagster.records.order import Fill, OrderState
from alchemiser_dagster.records.values import Side

BUY, SELL = Side.BUY, Side.SELL


def all_fills(books: BooksBench) -> tuple[Fill, ...]:
    return books.bench.broker.fills_since(BEFORE_CLOSE - timedelta(days=30))


def fill_of(books: BooksBench, name: str) -> Fill:
    (found,) = (fill for fill in all_fills(books) if fill.client_order_id == name)
    return found


def value_of(fill: Fill) -> Decimal:
    return (fill.quantity * fill.price).quantize(Decimal("0.01"))


def last_fill(books: BooksBench) -> str:
    return books.fills.since_session(ACCOUNT, books.session)[-1].fill_id


def fill_goes_missing(books: BooksBench) -> None:
    books.trade("AAA", BUY, "3")
    books.reader.hide_fill(last_fill(books))


def trade_is_taken_back(books: BooksBench) -> None:
    """A fill that was in the books is listed no more, and its shares and money are gone."""
    books.trade("CCC", BUY, "10")
    assert books.reconcile().is_clean
    (fill,) = (one for one in books.fills.since_session(ACCOUNT, books.session) if one.symbol == "CCC")
    books.reader.hide_fill(fill.fill_id)
    books.secretly(CCC="-10", cash=str(value_of(fill)))


def fill_is_doubled_at_the_broker(books: BooksBench) -> None:
    """The broker lists a fill twice, and it was carried out twice."""
    name = books.trade("AAA", BUY, "3")
    fill = fill_of(books, name)
    books.reader.show_fill(fill.model_copy(update={"fill_id": "again"}))
    books.secretly(AAA="3", cash=str(-value_of(fill)))


def fill_is_listed_twice(books: BooksBench) -> None:
    """The broker lists a fill twice, and it was carried out once."""
    name = books.trade("AAA", BUY, "3")
    fill = fill_of(books, name)
    books.reader.show_fill(fill.model_copy(update={"fill_id": "again"}))


def fill_of_another_symbol(books: BooksBench) -> None:
    name = books.trade("AAA", BUY, "3", until="order")
    fill = fill_of(books, name)
    books.reader.hide_fill(fill.fill_id)
    books.reader.show_fill(fill.model_copy(update={"symbol": "CCC"}))
    books.secretly(AAA="-3", CCC="3")


def fill_has_another_price(books: BooksBench) -> None:
    name = books.trade("AAA", BUY, "3")

    fill = fill_of(books, name)
    books.reader.hide_fill(fill.fill_id)
    books.reader.show_fill(fill.model_copy(update={"price": fill.price + 1}))
    books.secretly(cash="-3")


def fills_lag_behind(books: BooksBench) -> None:
    name = books.trade("AAA", BUY, "3", until="order")
    fill = fill_of(books, name)
    books.reader.hide_fill(fill.fill_id)


def foreign_fills_lag_behind(books: BooksBench) -> None:
    books.by_hand("CCC", BUY, "7")
    books.reader.hide_fill(fill_of(books, "by-hand").fill_id)


def foreign_order_waits(books: BooksBench) -> None:
    books.bench.broker.submit(limit_order("CCC", BUY, "5", "1.00", "by-hand"))


def foreign_order_ends_without_a_trade(books: BooksBench) -> None:
    order = books.bench.broker.submit(limit_order("CCC", BUY, "5", "1.00", "by-hand"))
    books.bench.broker.cancel(order.broker_order_id)


def round_trip_by_hand(books: BooksBench) -> None:
    books.by_hand("CCC", BUY, "5", "by-hand-1")
    books.by_hand("CCC", SELL, "5", "by-hand-2")


def order_with_our_id(books: BooksBench) -> None:
    books.by_hand("CCC", BUY, "5", "alch-of-another-ledger")


def order_with_our_id_waits(books: BooksBench) -> None:
    books.bench.broker.submit(limit_order("CCC", BUY, "5", "1.00", "alch-of-another-ledger"))


def order_is_unknown_to_the_broker(books: BooksBench) -> None:
    """The broker forgets an order, its fills and all that it did."""
    name = books.trade("AAA", BUY, "3", until="order")
    fill = fill_of(books, name)
    books.reader.hide_order(name)
    books.reader.hide_fill(fill.fill_id)
    books.secretly(AAA="-3", cash=str(value_of(fill)))


def order_was_never_sent(books: BooksBench) -> None:
    books.trade("AAA", BUY, "3", until="intended")


def order_is_lost(books: BooksBench) -> None:
    books.trade("AAA", BUY, "3", until="sent")


def other_end(books: BooksBench) -> None:
    name = books.trade("AAA", BUY, "3")
    books.reader.change_order(name, state=OrderState.EXPIRED)


def other_quantity(books: BooksBench) -> None:
    name = books.trade("AAA", BUY, "3")
    books.reader.change_order(name, quantity=Decimal(4))


def line_is_left_over(books: BooksBench) -> None:
    books.trade("AAA", BUY, "3", until="begun")


def late_fill_same_session(books: BooksBench) -> None:
    books.trade("AAA", BUY, "3", until="ordered")


def late_fill_without_order_news(books: BooksBench) -> None:
    books.trade("AAA", BUY, "3", until="order")


def believe_it_canceled(books: BooksBench) -> None:
    """An order fills, but broker and ledger both tell that it was canceled untouched, and the books agree."""
    name = books.trade("AAA", BUY, "3", until="ordered")
    books.orders.note(name, OrderNews(OrderState.CANCELED, books.now, filled_quantity=Decimal(0)))
    fill = fill_of(books, name)
    books.reader.hide_fill(fill.fill_id)
    books.reader.change_order(name, state=OrderState.CANCELED, filled_quantity=Decimal(0))
    books.secretly(AAA="-3", cash=str(value_of(fill)))
    assert books.reconcile().breaks == ()


def more_turns_out_to_be_filled(books: BooksBench) -> None:
    books.reader.heal()
    (late,) = (fill for fill in all_fills(books) if fill.quantity == 3)
    books.secretly(AAA="3", cash=str(-value_of(late)))


def split_without_size(books: BooksBench) -> None:
    books.split("AAA", "2")
    books.reader.show_activity_without_size()


def new_symbol_without_size(books: BooksBench) -> None:
    books.rename("BBB", "NEW")
    books.reader.show_activity_without_size()


def secret_split(books: BooksBench) -> None:
    books.secretly(AAA="200")


def secret_reverse_split(books: BooksBench) -> None:
    books.secretly(AAA="-90")


def secret_symbol_change(books: BooksBench) -> None:
    books.bench.feed.prices["NEW"] = 50.0
    books.secretly(BBB="-40", NEW="40")


def split_is_listed_before_it_happens(books: BooksBench) -> None:
    books.split("AAA", "2")
    books.secretly(AAA="-100")


def dividend_is_listed_before_it_is_paid(books: BooksBench) -> None:
    books.cash_moves("dividend", "12.34", "AAA")
    books.secretly(cash="-12.34")


def reverse_split_with_cash_in_lieu(books: BooksBench) -> None:
    books.trade("CCC", BUY, "25")
    assert books.reconcile().is_clean
    books.next_session()
    books.split("CCC", "0.1")
    books.secretly(CCC="-0.5")
    other_row(books, "FEE", "CCC", "-0.5", "0")
    books.cash_moves("dividend", "100.10", "CCC")


def other_row(books: BooksBench, word: str, symbol: str | None, quantity: str, amount: str) -> None:
    """Let the broker list something of its own words."""
    with books.database.transaction() as connection:
        connection.execute(
            simulated_activities.insert().values(
                activity_id=f"{word}-{books.session}",
                account=ACCOUNT,
                raw_kind=word,
                symbol=symbol,
                quantity=Decimal(quantity),
                amount=Decimal(amount),
                description="of the broker's own words",
                occurred_on=books.session,
                recorded_at=books.now,
                number=900 + books.happened,
            )
        )


def merger(books: BooksBench) -> None:
    books.secretly(BBB="-40", cash="2100")
    other_row(books, "MA", "BBB", "-40", "2100")


def odd_money(books: BooksBench) -> None:
    books.secretly(cash="77")
    other_row(books, "REORG", None, "0", "77")


def odd_word_without_size(books: BooksBench) -> None:
    other_row(books, "REORG", "AAA", "0", "0")


def dust_of_shares(books: BooksBench) -> None:
    books.secretly(AAA="-0.000000499")


def dust_of_cash(books: BooksBench) -> None:
    books.trade("AAA", BUY, "1")
    books.secretly(cash="-0.01")


def more_than_dust_of_cash(books: BooksBench) -> None:
    books.trade("AAA", BUY, "1")
    books.secretly(cash="-0.02")


def debt(books: BooksBench) -> None:
    books.cash_moves("withdrawal", str(books.bench.cash() + 5))


def manual_buy_and_deposit(books: BooksBench) -> None:
    books.by_hand("CCC", BUY, "5")
    books.cash_moves("deposit", "250")


def manual_buy_and_secret_money(books: BooksBench) -> None:
    books.by_hand("CCC", BUY, "5")
    books.secretly(cash="19.99")


def manual_buy_and_secret_split(books: BooksBench) -> None:
    books.by_hand("AAA", BUY, "20")
    books.secretly(AAA="120")


def manual_buy_and_more_shares(books: BooksBench) -> None:
    books.by_hand("AAA", BUY, "20")
    books.secretly(AAA="7.7")


def two_manual_trades_of_which_one_does_not_show(books: BooksBench) -> None:
    books.by_hand("CCC", BUY, "5", "by-hand-1")
    books.by_hand("CCC", BUY, "7", "by-hand-2")
    books.secretly(CCC="-7", cash=str(value_of(fill_of(books, "by-hand-2"))))


def manual_buy(books: BooksBench) -> None:
    books.by_hand("CCC", BUY, "5")


def manual_sale(books: BooksBench) -> None:
    books.by_hand("AAA", SELL, "30")
