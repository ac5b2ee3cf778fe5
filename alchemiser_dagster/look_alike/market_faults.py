"""Faults of the account and the market, as changes of the embedded broker's rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Protocol

from alchemiser_dagster.broker.simulated.behaviour import SymbolBehaviour
from alchemiser_dagster.broker.simulated.rules import SimulationRules
from alchemiser_dagster.look_alike.fault_plan import (
    AccountBlocked,
    AnyMarketFault,
    BuyingPowerShrinks,
    SlowBroker,
    SymbolMisbehaves,
)
from alchemiser_dagster.records.values import Symbol


class Ruled(Protocol):
    """A world whose rules can be changed while it runs."""

    @property
    def rules(self) -> SimulationRules:
        """The rules in force."""
        ...

    def change_rules(self, **fields: object) -> object:
        """Put the fields in the place of those in force."""
        ...


def apply(fault: AnyMarketFault, world: Ruled) -> None:
    """Let the fault begin."""
    world.change_rules(**changes_of(fault, world.rules))


def changes_of(fault: AnyMarketFault, rules: SimulationRules) -> dict[str, object]:
    """Return the fields of the rules that the fault changes, with their new values."""
    match fault:
        case AccountBlocked():
            return {fault.flag: True}
        case BuyingPowerShrinks():
            return {"withheld": fault.withheld}
        case SymbolMisbehaves():
            return {"behaviours": _behaviours(fault, rules)}
        case SlowBroker():
            return {
                "acknowledge_after": _duration(fault.acknowledge_seconds),
                "cancel_after": _duration(fault.cancel_seconds),
                "replace_after": _duration(fault.replace_seconds),
            }


def _behaviours(fault: SymbolMisbehaves, rules: SimulationRules) -> Mapping[Symbol, SymbolBehaviour]:
    """Return all behaviours; what the fault doesn't say of a symbol stays as it is."""
    said = {name: getattr(fault.behaviour, name) for name in fault.behaviour.model_fields_set}
    changed = {symbol: rules.behaviour_of(symbol).model_copy(update=said) for symbol in fault.symbols}
    return {**rules.behaviours, **changed}


def _duration(seconds: Decimal) -> timedelta:
    return timedelta(seconds=float(seconds))
