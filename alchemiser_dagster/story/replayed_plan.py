"""The way from signals to trades, gone again on the records of a bundle: pure functions on exact decimals."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from pydantic import JsonValue

from alchemiser_dagster.errors import AlchemiserError
from alchemiser_dagster.portfolio.compare import compare_allocation
from alchemiser_dagster.portfolio.merge import merge_signals
from alchemiser_dagster.portfolio.plan import plan_nothing, plan_rebalance
from alchemiser_dagster.portfolio.rules import PortfolioRules
from alchemiser_dagster.records.allocation import AllocationComparison
from alchemiser_dagster.records.envelope import Record
from alchemiser_dagster.records.plan import PlanRules, RebalancePlan
from alchemiser_dagster.records.signal import SignalSet
from alchemiser_dagster.story.lineage import Lineage
from alchemiser_dagster.story.manifest import BundledSettings

SETTINGS_DIFFER = "settings differ"
NOT_KEPT = "the rules of that day were not kept"


def target_difference(lineage: Lineage, settings: BundledSettings) -> str:
    """Return how the merged target differs; nothing where it is equal."""
    target = lineage.target
    if target is None:
        return ""
    kept = {share.strategy: share.share for share in target.strategies}
    shares = {chosen.name: chosen.share for chosen in settings.strategies if chosen.share is not None}
    for name, share in kept.items():
        if shares.get(name) != share:
            return f"{SETTINGS_DIFFER}: the share of {name} was {share}, and is {shares.get(name)}"
    signals = SignalSet(session=target.session, signals=lineage.signals)
    try:
        return first_difference(target, merge_signals(signals, shares, target.envelope))
    except AlchemiserError as error:
        return str(error)


def way_difference(lineage: Lineage, settings: BundledSettings) -> str:
    """Return how the comparison of account and target differs; nothing where it is equal."""
    comparison, snapshot, target = lineage.comparison, lineage.snapshot, lineage.target
    if comparison is None or snapshot is None or target is None:
        return ""
    changed = _rules_difference(lineage, settings)
    if changed or settings.rules is None:
        return changed
    try:
        again = compare_allocation(snapshot, target, PortfolioRules.of(settings.rules), comparison.envelope)
    except AlchemiserError as error:
        return str(error)
    return first_difference(comparison, again)


def plan_difference(lineage: Lineage, settings: BundledSettings, *, is_masked: bool) -> str:
    """Return how the plan differs; ids are left out where the account that they follow from is masked."""
    plan, comparison = lineage.plan, lineage.comparison
    if plan is None or comparison is None:
        return ""
    if settings.rules is None and plan.traded_by is None:
        return NOT_KEPT
    again = _planned(plan, comparison, settings.rules)
    return (
        first_difference(_without_ids(plan), _without_ids(again))
        if is_masked
        else first_difference(plan, again)
    )


def _planned(plan: RebalancePlan, comparison: AllocationComparison, rules: PlanRules | None) -> RebalancePlan:
    if rules is None or plan.traded_by is not None:
        return plan_nothing(comparison, plan.traded_by or "", plan.envelope)
    return plan_rebalance(comparison, PortfolioRules.of(rules), plan.envelope)


def _without_ids(plan: RebalancePlan) -> RebalancePlan:
    lines = tuple(line.model_copy(update={"line_id": ""}) for line in plan.lines)
    return plan.model_copy(update={"plan_id": "", "lines": lines})


def _rules_difference(lineage: Lineage, settings: BundledSettings) -> str:
    made_by = lineage.plan.rules if lineage.plan else None
    if made_by is None or settings.rules is None or made_by == settings.rules:
        return ""
    was, now = made_by.model_dump(mode="json"), settings.rules.model_dump(mode="json")
    name = next(name for name in was if was[name] != now[name])
    return f"{SETTINGS_DIFFER}: {name} was {was[name]}, and is {now[name]}"


def first_difference(before: Record, after: Record) -> str:
    """Return the first field that differs, with both values; nothing where the records are equal."""
    if before == after:
        return ""
    was, now = before.model_dump(mode="json"), after.model_dump(mode="json")
    return next(_differences(was, now, ""), "the records differ")


def _differences(was: JsonValue, now: JsonValue, place: str) -> Iterator[str]:
    if isinstance(was, dict) and isinstance(now, dict):
        for name in dict.fromkeys((*was, *now)):
            yield from _differences(was.get(name), now.get(name), f"{place}.{name}" if place else name)
    elif isinstance(was, list) and isinstance(now, list) and len(was) == len(now):
        for number, (one, other) in enumerate(zip(was, now, strict=True)):
            yield from _differences(one, other, f"{place}[{number}]")
    elif was != now and not _is_same_number(was, now):
        yield f"{place} was {_short(was)}, and is {_short(now)}"


def _is_same_number(was: JsonValue, now: JsonValue) -> bool:
    """Whether two decimals differ in nothing but zeros at their end."""
    texts = isinstance(was, str) and isinstance(now, str)
    if not texts or not all(str(text).replace(".", "", 1).lstrip("-").isdigit() for text in (was, now)):
        return False
    return Decimal(str(was)) == Decimal(str(now))


def _short(value: JsonValue) -> str:
    return f"{len(value)} of them" if isinstance(value, list) else str(value)
