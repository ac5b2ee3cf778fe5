"""The shapes that are measured: the largest symphony, a book of twenty, and some that show how time grows."""

from __future__ import annotations

from dataclasses import replace

from generator import Generator, Shape

SESSIONS = 2_520
BOOK_SYMBOLS = 290
BOOK_FORMS = (
    5_400, 300, 1_100, 650, 2_300, 400, 900, 500, 3_000, 700,
    1_300, 550, 1_800, 250, 1_000, 400, 1_500, 600, 500, 4_200,
)  # fmt: skip
GROWTH_FORMS = (2_000, 8_000, 32_000)
GROWTH_SESSIONS = (2_520, 5_040, 10_080)

LARGEST = Shape()


def scaled(forms: int, **changes: int) -> Shape:
    """Return the largest shape with another number of forms: filters and conditions in proportion."""
    filters, conditions = (
        LARGEST.filters * forms // LARGEST.forms,
        LARGEST.conditions * forms // LARGEST.forms,
    )
    return replace(LARGEST, forms=forms, filters=filters, conditions=conditions, **changes)


def book_shapes() -> list[Shape]:
    """Return twenty shapes of mixed sizes: 28,000 forms and 290 symbols together."""
    return [_of_book(number, forms) for number, forms in enumerate(BOOK_FORMS)]


def _of_book(number: int, forms: int) -> Shape:
    symbols = min(90, max(20, forms // 40))
    first = (BOOK_SYMBOLS - symbols) * number // (len(BOOK_FORMS) - 1)
    return scaled(
        forms,
        depth=min(230, max(30, forms // 25)),
        symbols=symbols,
        readings=min(100, max(20, forms // 30)),
        first_symbol=first,
        seed=number + 1,
    )


def texts_of(shapes: list[Shape]) -> list[str]:
    """Return the text of a symphony of each shape."""
    return [Generator(shape).text() for shape in shapes]
