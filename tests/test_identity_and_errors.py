from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alchemiser_dagster import errors
from alchemiser_dagster.clock import StandingClock, SystemClock
from alchemiser_dagster.errors import AlchemiserError, DataError
from alchemiser_dagster.ids import CountingIds, RandomIds, derived_id

TEXTS = st.lists(
    st.text(st.characters(exclude_characters="\x1f", exclude_categories=["Cs"])), min_size=1, max_size=4
)


@given(TEXTS, TEXTS)
def test_derived_ids_are_equal_exactly_where_their_parts_are(first: list[str], second: list[str]) -> None:
    #
    assert (derived_id(*first) == derived_id(*second)) == (first == second)


def test_random_ids_differ_and_counting_ids_repeat() -> None:
    #
    assert len({RandomIds().new_id() for _ in range(100)}) == 100
    assert [CountingIds("a").new_id() for _ in range(2)] == ["a-000001", "a-000001"]


def test_a_standing_clock_moves_only_when_somebody_sleeps() -> None:
    #
    instant = datetime(2024, 11, 29, 17, 45, tzinfo=UTC)
    clock = StandingClock(instant)
    assert clock.now() == clock.now() == instant
    clock.sleep(90)
    assert (clock.now() - instant).total_seconds() == 90
    assert clock.monotonic() <= clock.monotonic()


def test_the_system_clock_knows_its_zone_and_never_goes_back() -> None:
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    before = clock.monotonic()
    clock.sleep(0)
    assert clock.monotonic() >= before


def test_an_error_says_place_thing_and_remedy() -> None:
    #
    error = DataError("no close on 2024-11-29", where="bars.csv, line 7", remedy="Add the bar")
    assert str(error) == "bars.csv, line 7: no close on 2024-11-29. Add the bar"
    assert str(DataError("no close")) == "no close"


@pytest.mark.parametrize(
    "kind",
    [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, AlchemiserError)],
)
def test_every_error_has_a_code_and_an_exit_code(kind: type[AlchemiserError]) -> None:
    #
    assert kind.code
    assert kind.exit_code in {1, 2}
    assert kind.__doc__
