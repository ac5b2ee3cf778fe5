"""How many random examples a test tries: a few each time, as many as somebody asks for in a long run."""

from __future__ import annotations

import os


def examples(usual: int) -> int:
    """Return the number that the variable SYMPHONY_EXAMPLES holds, or else the usual one."""
    return int(os.environ.get("SYMPHONY_EXAMPLES", usual))
