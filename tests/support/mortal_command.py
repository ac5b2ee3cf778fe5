"""The command in a process that is killed at its n-th order: `mortal_command.py before:4 run …`."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from typing import Any

from alchemiser_dagster.broker.alpaca.broker import AlpacaBroker
from alchemiser_dagster.broker.protocol import Broker
from alchemiser_dagster.broker.simulated.broker import SimulatedBroker
from alchemiser_dagster.cli.main import main
from alchemiser_dagster.records.order import BrokerOrder, OrderRequest

Submit = Callable[[Any, OrderRequest], BrokerOrder]
WHEN, _, NUMBER = sys.argv.pop(1).partition(":")
BROKERS = (SimulatedBroker, AlpacaBroker)
sent: list[str] = []


def made_mortal(submit: Submit) -> Submit:
    """Return the submission of a broker whose process dies at the n-th order."""

    def submit_and_die(broker: Broker, request: OrderRequest) -> BrokerOrder:
        sent.append(request.client_order_id)
        is_last = len(sent) == int(NUMBER)
        if is_last and WHEN == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        accepted = submit(broker, request)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)
        return accepted

    return submit_and_die


if __name__ == "__main__":
    for kind in BROKERS:
        kind.submit = made_mortal(kind.submit)  # type: ignore[assignment,method-assign]
    main()
