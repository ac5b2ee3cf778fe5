"""The findings in words: what is the matter, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from alchemiser_dagster.notify.compose_trading import FINAL
from alchemiser_dagster.notify.notice import NoticeLevel
from alchemiser_dagster.sessions import NEW_YORK
from alchemiser_dagster.watch.finding import FindingKind, WatchFinding
from alchemiser_dagster.watch.heartbeats import Beat, Switch
from alchemiser_dagster.watch.run_life import Life
from alchemiser_dagster.watch.seen import Look, SeenRun

LOOK = "Look at `alchemiser status` and at the orders in the broker's dashboard"
START_DAEMON = "Start it: `systemctl --user start alchemiser-daemon`, or `dagster-daemon run`"


def no_result(look: Look, session: date, runs: Sequence[SeenRun]) -> WatchFinding:
    """Return that a session that was to be traded has no result."""
    sentence, remedy = _whereabouts(runs)
    return WatchFinding(
        kind=FindingKind.NO_RESULT,
        session=session,
        about=FINAL,
        headline="No result",
        sentence=f"There is no result of session {session}: {sentence}",
        remedy=remedy,
        facts={"result was due": _at(look.due(session)), **_run_facts(runs)},
    )


def run_died(look: Look, run: SeenRun) -> WatchFinding:
    """Return that a run's process is gone, while nobody is there to recover from it."""
    return WatchFinding(
        kind=FindingKind.RUN_DIED,
        session=run.session or look.session,
        about=f"died {run.run_id}",
        headline="A run died",
        sentence=f"The process of {run.job} is gone, and nothing of Dagster is there to recover from it",
        remedy=f"{START_DAEMON}; or run `alchemiser recover`. {LOOK}",
        facts=_run_facts((run,)),
    )


def run_is_stuck(look: Look, run: SeenRun) -> WatchFinding:
    """Return that a run is alive beyond its time."""
    return WatchFinding(
        kind=FindingKind.RUN_STUCK,
        session=run.session or look.session,
        about=f"stuck {run.run_id}",
        headline="A run does not end",
        sentence=f"{run.job} is running since {_at(run.began_at)}, longer than it may",
        remedy=f"Terminate it in the UI, then run `alchemiser recover`. {LOOK}",
        facts=_run_facts((run,)),
    )


def daemon_is_silent(look: Look, beat: Beat | None) -> WatchFinding:
    """Return that nothing of Dagster shows a sign of life."""
    seen = "was never seen" if beat is None else f"has not been seen since {_at(beat.at)}"
    return WatchFinding(
        kind=FindingKind.DAEMON_SILENT,
        session=look.session,
        about="daemon silent",
        headline="The daemon is silent",
        sentence=f"The daemon {seen}, and session {look.session} is to be traded",
        remedy=f"{START_DAEMON}. Without it, `alchemiser run` trades by hand",
    )


def schedule_is_silent(look: Look, beat: Beat | None) -> WatchFinding:
    """Return that the trading schedule did not look when it should have."""
    since = "" if beat is None or beat.next_expected is None else f" at {_at(beat.next_expected)}"
    return WatchFinding(
        kind=FindingKind.SCHEDULE_SILENT,
        session=look.session,
        about="schedule silent",
        headline="The schedule is silent",
        sentence=f"The trading schedule should have looked{since}, and did not",
        remedy="Run `alchemiser schedule status`; restart the daemon. `alchemiser run` trades by hand",
    )


def schedule_is_off(look: Look, switch: Switch) -> WatchFinding:
    """Return that nothing is traded by schedule: the person's choice, said once."""
    return WatchFinding(
        kind=FindingKind.SCHEDULE_OFF,
        session=look.session,
        about=f"schedule off {switch.at.isoformat()}",
        headline="Trading is switched off",
        sentence=f"Trading by schedule is off since {_at(switch.at)}; no session is traded by itself",
        remedy="`alchemiser schedule on` switches it on",
        level=NoticeLevel.INFO,
    )


def ledger_is_broken(look: Look, reason: str) -> WatchFinding:
    """Return that the ledger can't be read."""
    return WatchFinding(
        kind=FindingKind.LEDGER,
        session=look.session,
        about="ledger",
        headline="The ledger can't be read",
        sentence=reason,
        remedy=f"Nothing is traded without it: run `alchemiser doctor`. {LOOK}",
    )


def disk_is_full(look: Look, megabytes: int) -> WatchFinding:
    """Return that the disk has little room left."""
    return WatchFinding(
        kind=FindingKind.DISK,
        session=look.session,
        about="disk",
        headline="The disk is nearly full",
        sentence=f"{megabytes} MB are free where {look.settings.data_dir} lies",
        remedy="Make room: without it no order can be written down, and none is sent",
    )


def calendar_ends(look: Look) -> WatchFinding:
    """Return that the built-in calendar ends soon."""
    return WatchFinding(
        kind=FindingKind.CALENDAR,
        session=look.session,
        about="calendar",
        headline="The trading calendar ends soon",
        sentence=f"The built-in calendar ends on {look.calendar.last}; nothing is traded after it",
        remedy="Install a newer version of alchemiser-dagster",
        level=NoticeLevel.WARNING,
    )


def _whereabouts(runs: Sequence[SeenRun]) -> tuple[str, str]:
    """Return where the session's runs are, in a sentence, and what to do."""
    if not runs:
        return "its run never started", f"{LOOK}, then at `alchemiser doctor`"
    living = [run for run in runs if run.life is Life.LIVING]
    if living:
        at = f" at {living[-1].step}" if living[-1].step else ""
        return f"{living[-1].job} is still running{at}", f"{LOOK}. Its end is told when it comes"
    died = [run for run in runs if run.life is Life.DIED]
    if died:
        return f"{died[-1].job} died", f"{LOOK}, then run `alchemiser recover`"
    return f"{runs[-1].job} ended without one", f"{LOOK}, then run `alchemiser recover`"


def _run_facts(runs: Sequence[SeenRun]) -> dict[str, str]:
    return {f"run {run.run_id[:8]}": _run_in_words(run) for run in runs}


def _run_in_words(run: SeenRun) -> str:
    last = f", last step {run.step}" if run.step else ""
    return f"{run.job}, {run.life.value}, began {_at(run.began_at)}{last}"


def _at(instant: datetime) -> str:
    return f"{instant.astimezone(NEW_YORK):%Y-%m-%d %H:%M} in New York"
