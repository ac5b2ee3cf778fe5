"""One life of a trading process after the other, each a child of this one, until the day is done."""

from __future__ import annotations

import json
import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.alpaca_bench import LookAlike
from sweep import busy_day
from sweep.mortality import Doom, MortalProcess

from alchemiser_dagster.execution.rules import ExecutionRules

LAST_WORDS = 1 << 16
Mutation = Callable[[Path], None]


@dataclass(frozen=True)
class Life:
    """How a process ended: killed, or with what it has to say."""

    said: dict[str, Any] | None

    @property
    def was_killed(self) -> bool:
        return self.said is None


@dataclass(frozen=True)
class Setting:
    """What each life of a point shares."""

    folder: Path
    look_alike: LookAlike
    rules: ExecutionRules
    mutation: Mutation | None = None

    def live(self, dies_at: int | None = None) -> Life:
        """Fork a trading process, let it trade the day's plan, and return how it ended."""
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            _say(writing, self.trade(Doom(dies_at)))
            os._exit(0)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            words = pipe.read(LAST_WORDS)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            assert os.WTERMSIG(status) == signal.SIGKILL, (
                f"the process ended with signal {os.WTERMSIG(status)}"
            )
            return Life(None)
        return Life(json.loads(words))

    def trade(self, doom: Doom) -> dict[str, Any]:
        """Trade the day's plan, then again; return what became of it, or the error that ended it."""
        try:
            if self.mutation is not None:
                self.mutation(self.folder / "ledger.db")
            process = MortalProcess(self.folder, self.look_alike, self.rules, doom)
            plan = busy_day.plan()
            result = process.bench().execute(plan)
            again = Doom()
            MortalProcess(self.folder, self.look_alike, self.rules, again).bench().execute(plan)
        except BaseException:  # noqa: BLE001 - a child of a fork says what went wrong, and ends here
            return {"error": traceback.format_exc(limit=-4)}
        return {
            "outcome": result.outcome.value,
            "bought": str(result.bought),
            "sold": str(result.sold),
            "trail": doom.trail,
            "sent_again": again.trail.count("before write"),
        }


def _say(pipe: int, words: dict[str, Any]) -> None:
    os.write(pipe, json.dumps(words).encode()[:LAST_WORDS])
