"""What the assets behind which an account stands have in common: one session each, one check, one run."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import dagster as dg

from alchemiser_dagster.assets.names import BROKER_POOL, OWNERS
from alchemiser_dagster.assets.resources import DeskResource

Body = Callable[[dg.AssetExecutionContext, DeskResource], Iterator[dg.MaterializeResult[None]]]


@dataclass(frozen=True)
class Outline:
    """What an asset is, before it is made.

    Parameters
    ----------
    deps
        The names of the assets that it reads.
    check
        What is looked at when it was made.
    asks_broker
        Whether it asks the broker, and so waits until no other run does.
    """

    deps: Sequence[str]
    description: str
    group: str
    check: dg.AssetCheckSpec
    asks_broker: bool = False


def trading_asset(
    partitions: dg.PartitionsDefinition, outline: Outline
) -> Callable[[Body], dg.AssetsDefinition]:
    """Make an asset of a function that yields its result and then may raise; it has the function's name."""

    def made(body: Body) -> dg.AssetsDefinition:
        return dg.multi_asset(
            name=body.__name__,
            specs=[_spec(body.__name__, partitions, outline)],
            check_specs=[outline.check],
            backfill_policy=dg.BackfillPolicy.single_run(),
            pool=BROKER_POOL if outline.asks_broker else None,
        )(body)

    return made


def _spec(name: str, partitions: dg.PartitionsDefinition, outline: Outline) -> dg.AssetSpec:
    return dg.AssetSpec(
        name,
        deps=outline.deps,
        description=outline.description,
        group_name=outline.group,
        owners=OWNERS,
        kinds={"python"},
        partitions_def=partitions,
    )
