"""A trading run of Dagster's in a process that is killed at its n-th order: `mortal_run.py FOLDER 2`."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import dagster as dg

sys.path.insert(0, str(Path(__file__).parents[1]))

from support.days import Day

from alchemiser_dagster.broker.simulated.broker import SimulatedBroker
from alchemiser_dagster.records.order import BrokerOrder, OrderRequest

sent: list[str] = []
submit = SimulatedBroker.submit


def submit_and_die(broker: SimulatedBroker, request: OrderRequest) -> BrokerOrder:
    accepted = submit(broker, request)
    sent.append(request.client_order_id)
    if len(sent) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    return accepted


if __name__ == "__main__":
    SimulatedBroker.submit = submit_and_die  # type: ignore[method-assign]
    Day(Path(sys.argv[1]), instance=dg.DagsterInstance.get()).run()
