"""A run whose process is killed is found by its sign of life, and recovered from once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import pytest
from support.command import clean_environment, run_mortally
from support.days import SESSION, Day

from alchemiser_dagster.assets.names import CAUSATION_TAG, CORRELATION_TAG
from alchemiser_dagster.watch.run_life import begin_heartbeat, has_vanished

MORTAL_RUN = Path(__file__).parents[1] / "support" / "mortal_run.py"


@contextmanager
def instance_at(home: Path) -> Iterator[dg.DagsterInstance]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DAGSTER_HOME", str(home))
        with dg.DagsterInstance.get() as instance:
            yield instance


def look(day: Day, instance: dg.DagsterInstance, cursor: str | None) -> dg.SensorResult:
    sensor = day.definitions.resolve_sensor_def("watch_for_vanished_runs")
    found = sensor(dg.build_sensor_context(instance=instance, cursor=cursor))
    assert isinstance(found, dg.SensorResult)
    return found


def killed_run(day: Day, home: Path) -> None:
    """Let Dagster's own run of the trading job be killed after its first order."""
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    command = [sys.executable, "-P", str(MORTAL_RUN), str(day.folder), "1"]
    environment = clean_environment(DAGSTER_HOME=str(home))
    ended = subprocess.run(command, env=environment, cwd=day.folder, capture_output=True, check=False)  # noqa: S603
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def titles(day: Day) -> list[str]:
    file = day.folder / ".alchemiser" / "notices.log"
    return [json.loads(line)["title"] for line in file.read_text().splitlines()] if file.exists() else []


def test_a_run_of_dagster_that_was_killed_is_marked_at_the_second_look_and_left_to_the_failure_sensor(
    day: Day, tmp_path: Path
) -> None:
    #
    killed_run(day, tmp_path / "home")
    with instance_at(tmp_path / "home") as instance:
        (run,) = instance.get_runs()
        assert run.status is dg.DagsterRunStatus.STARTED
        first = look(day, instance, None)
        assert (first.run_requests, json.loads(str(first.cursor))) == ([], [run.run_id])
        assert instance.get_run_by_id(run.run_id).status is dg.DagsterRunStatus.STARTED  # type: ignore[union-attr]
        second = look(day, instance, first.cursor)
        assert (second.run_requests, second.cursor) == ([], "[]")
        (failed,) = instance.get_runs()
        assert failed.status is dg.DagsterRunStatus.FAILURE
        event = instance.all_logs(run.run_id, of_type=dg.DagsterEventType.RUN_FAILURE)[0].dagster_event
        assert event is not None
        sensor = day.definitions.resolve_sensor_def("recover_after_failure")
        with dg.build_run_status_sensor_context(
            sensor_name=sensor.name, dagster_instance=instance, dagster_run=failed, dagster_event=event
        ) as context:
            asked = sensor(context.for_run_failure())
        assert isinstance(asked, dg.RunRequest)
        assert (asked.run_key, asked.job_name) == (run.run_id, "recovery_job")
    assert titles(day) == [f"Failed at run (simulated, session {SESSION})"]


def test_a_command_that_was_killed_is_told_of_and_recovered_from(day: Day) -> None:
    #
    named = ("--settings", str(day.settings_file), "--correlation-id", "killed")
    killed = run_mortally(day.folder, "after:1", "run", "--session", str(SESSION), *named)
    assert killed.exit_code == -signal.SIGKILL
    with instance_at(day.folder / ".alchemiser" / "dagster_home") as instance:
        (run,) = instance.get_runs()
        first = look(day, instance, None)
        second = look(day, instance, first.cursor)
        (asked,) = second.run_requests or ()
        assert (asked.run_key, asked.job_name) == (run.run_id, "recovery_job")
        assert (asked.tags[CORRELATION_TAG], asked.tags[CAUSATION_TAG]) == ("killed", run.run_id)
        third = look(day, instance, second.cursor)
        assert third.run_requests == []
    assert titles(day) == [f"Failed at run (simulated, session {SESSION})"]


def test_a_run_that_lives_or_has_ended_is_not_found_gone(tmp_path: Path) -> None:
    #
    heartbeat = begin_heartbeat(tmp_path, "living")
    assert heartbeat is not None
    assert not has_vanished(tmp_path, "living")
    heartbeat.end()
    assert not has_vanished(tmp_path, "living")
    assert not list(tmp_path.iterdir())
    (tmp_path / "run-gone.lock").touch()
    assert has_vanished(tmp_path, "gone")


def test_a_run_keeps_no_file_behind(day: Day) -> None:
    #
    assert day.run().success
    assert not list(day.desk.lock_folder.glob("run-*"))


def test_what_was_seen_gone_once_and_lives_again_is_left_alone(day: Day, tmp_path: Path) -> None:
    #
    killed_run(day, tmp_path / "home")
    with instance_at(tmp_path / "home") as instance:
        (run,) = instance.get_runs()
        first = look(day, instance, None)
        heartbeat = begin_heartbeat(day.desk.lock_folder, run.run_id)
        assert heartbeat is not None
        second = look(day, instance, first.cursor)
        assert (second.run_requests, second.cursor) == ([], "[]")
        assert instance.get_runs()[0].status is dg.DagsterRunStatus.STARTED
        heartbeat.end()
