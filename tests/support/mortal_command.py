"""The command in a process that is killed at its n-th order: `mortal_command.py before:4 run …`."""

from __future__ import annotations

import os
import signal
import sys

from alchemiser_dagster.broker.simulated.broker import SimulatedBroker
from alchemiser_dagster.cli.main import main
from alchemiser_dagster.records.order import BrokerOrder, OrderRequest

WHEN, _, NUMBER = sys.argv.pop(1).partition(":")
submit = SimulatedBroker.submit
sent: list[str] = []


def submit_and_die(broker: SimulatedBroker, request: OrderRequest) -> BrokerOrder:
    """Send the order, unless this is where the process dies."""
    sent.append(request.client_order_id)
    is_last = len(sent) == int(NUMBER)
    if is_last and WHEN == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    accepted = submit(broker, request)
    if is_last:
        os.kill(os.getpid(), signal.SIGKILL)
    return accepted


if __name__ == "__main__":
    SimulatedBroker.submit = submit_and_die  # type: ignore[method-assign]
    main()
