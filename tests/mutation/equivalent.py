"""Mutations that change nothing that anybody could see, and why."""

from __future__ import annotations

from collections.abc import Mapping

ONE_WRITER = "SQLite has one writer; only PostgreSQL holds the session's rows"
EQUIVALENT: Mapping[str, str] = {
    "ledger/admissions.py: hold_session: `executions.c.account == account` becomes !=": ONE_WRITER,
    "ledger/admissions.py: hold_session: `executions.c.session == session` becomes !=": ONE_WRITER,
    "risk/permit.py: _next_opening: `instant < opens_at` becomes <=": (
        "it is only asked outside the window, and the window opens at that very instant"
    ),
    "risk/session_use.py: _is_done: `filled > 0` becomes >=": "no order is for 0 shares",
}
