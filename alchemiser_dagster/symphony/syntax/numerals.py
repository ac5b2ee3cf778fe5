"""How both notations read and write a number."""

from __future__ import annotations

import re

NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
LARGEST_WHOLE = 1e15


def number_text(value: float) -> str:
    """Return the shortest decimal that is read as the very same number, in either notation."""
    written = repr(float(value))
    is_whole = float(value).is_integer() and abs(value) < LARGEST_WHOLE and written != "-0.0"
    return str(int(value)) if is_whole else written
