"""The graph can't drift unseen: what every asset, check, job and sensor is, kept beside this test."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.days import Day

SNAPSHOT = Path(__file__).with_name("asset_specs.json")


def described(day: Day) -> dict[str, object]:
    definitions = day.definitions
    graph = definitions.resolve_asset_graph()
    assets = {
        spec.key.to_user_string(): {
            "deps": sorted(dep.asset_key.to_user_string() for dep in spec.deps),
            "description": spec.description,
            "freshness": type(spec.freshness_policy).__name__,
            "group": spec.group_name,
            "kinds": sorted(spec.kinds),
            "owners": list(spec.owners),
            "partitions": type(spec.partitions_def).__name__,
        }
        for spec in definitions.resolve_all_asset_specs()
    }
    checks = {
        f"{key.asset_key.to_user_string()}: {key.name}": {
            "blocking": graph.get_check_spec(key).blocking,
            "description": graph.get_check_spec(key).description,
        }
        for key in graph.asset_check_keys
    }
    return {
        "assets": dict(sorted(assets.items())),
        "checks": dict(sorted(checks.items())),
        "jobs": sorted(job.name for job in definitions.jobs or ()),
        "schedules": sorted(schedule.name for schedule in definitions.schedules or ()),
        "sensors": sorted(sensor.name for sensor in definitions.sensors or ()),
    }


def test_the_graph_is_what_the_snapshot_says(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    found = described(Day.in_folder(tmp_path))
    if request.config.getoption("--snapshot-update"):
        SNAPSHOT.write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    assert found == json.loads(SNAPSHOT.read_text())
