"""Mutations that change nothing that anybody could see, and why."""

from __future__ import annotations

from collections.abc import Mapping

EQUIVALENT: Mapping[str, str] = {
    "risk/permit.py: _next_opening: `instant < opens_at` becomes <=": (
        "it is only asked outside the window, and the window opens at that very instant"
    ),
    "risk/session_use.py: _is_done: `filled > 0` becomes >=": "no order is for 0 shares",
}
