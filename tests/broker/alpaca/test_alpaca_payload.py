from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alchemiser_dagster.broker.alpaca.broker import decimal_text
from alchemiser_dagster.broker.alpaca.payload import decimal_of, instant_of, json_of, symbol_of


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=0, max_value=10**12))
def test_a_decimal_goes_over_the_wire_as_plain_digits_and_comes_back_the_same(number: Decimal) -> None:
    #
    text = decimal_text(number)
    assert set(text) <= set("0123456789.")
    assert decimal_of(text) == number


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1E+2", "100"),
        ("1E-9", "0.000000001"),
        ("100", "100"),
        ("1.50", "1.5"),
        ("2.0", "2"),
        ("0.30", "0.3"),
    ],
)
def test_no_exponent_and_no_zeros_at_the_end(number: str, text: str) -> None:
    assert decimal_text(Decimal(number)) == text


@pytest.mark.parametrize(
    "value", [True, None, "", "x", "NaN", "Infinity", "1e999", [], {}, "9" * 100, 10**80]
)
def test_what_is_no_usable_number_is_none(value: object) -> None:
    #
    assert decimal_of(value) is None


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b"[" * 100_000, b"\xff\xfe", b'{"a": Infinity}'])
def test_what_is_no_json_is_a_value_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        json_of(body)


@pytest.mark.parametrize(
    "value", ["2026-03-03", "2026-03-03T10:00:00", "", "soon", 5, None, "2026-03-03T99:00Z"]
)
def test_an_instant_without_an_offset_is_none(value: object) -> None:
    assert instant_of(value) is None


@pytest.mark.parametrize("symbol", ["BRK.B", "BTC/USD", "SPY260320C00400000", "BF-B"])
def test_symbols_with_points_and_slashes_are_symbols(symbol: str) -> None:
    assert symbol_of(symbol) == symbol


@pytest.mark.parametrize("value", ["", "spy", " SPY", "A" * 33, None, 5, "\u0391"])
def test_what_can_not_be_a_symbol_is_none(value: object) -> None:
    assert symbol_of(value) is None
