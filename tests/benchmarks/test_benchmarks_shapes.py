from __future__ import annotations

from dataclasses import replace

import pytest
from generator import TOWERS, Generator, Shape, market
from layout import Form, text_of
from shape_facts import Facts, facts_of
from shapes import BOOK_SYMBOLS, GROWTH_FORMS, book_shapes, scaled

SMALL = Shape(forms=700, depth=60, symbols=20, readings=24, filters=20, conditions=75)


@pytest.fixture(scope="module")
def small() -> Facts:
    return facts_of([Generator(SMALL).text()])


def test_the_small_shape_is_what_it_says(small: Facts) -> None:
    assert small.forms == pytest.approx(SMALL.forms, rel=0.1)
    assert small.depth == pytest.approx(SMALL.depth, abs=2)
    assert small.symbols == SMALL.symbols
    assert small.readings == SMALL.readings
    assert small.filters == pytest.approx(SMALL.filters, abs=max(TOWERS))
    assert small.conditions == pytest.approx(SMALL.conditions, rel=0.1)


def test_price_paths_rest_on_at_least_five_levels_of_others_but_most_on_few(small: Facts) -> None:
    assert len(small.scored_paths) > 5
    assert sum(small.scored_paths[:3]) > sum(small.scored_paths) / 2


def test_filters_over_assets_alone_score_no_path_beside_the_towers() -> None:
    nested = facts_of([Generator(SMALL).text()])
    flat = facts_of([Generator(replace(SMALL, over_groups=0.0)).text()])
    assert sum(flat.scored_paths) < sum(nested.scored_paths)


def test_the_largest_shape_is_the_stated_one() -> None:
    text = Generator(Shape()).text()
    assert len(text) == pytest.approx(2_200_000, rel=0.05)
    assert text.count("(") == pytest.approx(8_600, rel=0.02)


def test_a_shape_is_the_same_text_each_time_and_another_with_another_seed() -> None:
    text = Generator(SMALL).text()
    assert text == Generator(SMALL).text()
    assert text != Generator(replace(SMALL, seed=2)).text()


def test_the_book_has_20_symphonies_with_28_000_forms_and_290_symbols_together() -> None:
    shapes = book_shapes()
    texts = [Generator(shape).text() for shape in shapes]
    assert len(shapes) == 20
    assert sum(text.count("(") for text in texts) == pytest.approx(28_000, rel=0.02)
    assert sum(shape.forms for shape in shapes) == pytest.approx(28_000, rel=0.05)
    assert max(shape.first_symbol + shape.symbols for shape in shapes) == BOOK_SYMBOLS


def test_growing_shapes_keep_the_share_of_filters_and_conditions() -> None:
    shapes = [scaled(forms) for forms in GROWTH_FORMS]
    assert [round(shape.forms / shape.filters) for shape in shapes] == [34, 34, 34]
    assert {(shape.symbols, shape.readings, shape.depth) for shape in shapes} == {(90, 100, 230)}


def test_a_market_is_the_same_each_time_and_its_past_knows_no_future() -> None:
    assert market(3, 50).equals(market(3, 50))
    assert not market(3, 50).isna().to_numpy().any()


def test_forms_are_laid_out_one_argument_per_line() -> None:
    assets = [Form("asset", (f'"{symbol}"', "nil")) for symbol in ("A", "B")]
    tree = Form("defsymphony", ('"x"', "{}", Form("weight-equal", (assets,))))
    assert text_of(tree).splitlines() == [
        "(defsymphony",
        '  "x"',
        "  {}",
        "  (weight-equal",
        '    [(asset "A" nil)',
        '     (asset "B" nil)]))',
    ]
