"""What may go wrong where something is only drawn: nothing but the drawing depends on it (R-42)."""

from __future__ import annotations

from typing import Final

DRAWING_FAILURES: Final = (
    ArithmeticError,
    AttributeError,
    ImportError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What the libraries raise that draw pictures and write pages."""
