"""From forms to a whole symphony: (defsymphony "name" {options} block …) (spec sections 6 and 8)."""

from __future__ import annotations

from alchemiser_dagster.symphony.blocks import Block, WeightEqual
from alchemiser_dagster.symphony.calls import Call, call, entries, number, text, unknown
from alchemiser_dagster.symphony.forms import Bracket, Form, Keyword, describe
from alchemiser_dagster.symphony.reader import read
from alchemiser_dagster.symphony.rebalance import FREQUENCIES, Rebalance
from alchemiser_dagster.symphony.source import MeaningError, Source
from alchemiser_dagster.symphony.text_blocks import block

USAGE = '(defsymphony "name" {:rebalance-frequency :daily} block …)'
OPTIONS = ("rebalance-frequency", "rebalance-threshold", "asset-class")


def text_symphony(source: Source) -> tuple[str, Block, Rebalance]:
    """Return a symphony's name, root block and rebalance rule; raise `MeaningError` where it is none."""
    forms = read(source)
    if not forms:
        raise MeaningError("there is no symphony here", remedy=f"Write {USAGE}")
    if len(forms) > 1:
        raise MeaningError("only one (defsymphony …) may stand in a file", forms[1].place)
    definition = call(forms[0], "(defsymphony …)")
    if definition.name.value != "defsymphony":
        raise MeaningError(f"expected defsymphony, not {describe(definition.name)}", definition.name.place)
    return _symphony(definition)


def _symphony(definition: Call) -> tuple[str, Block, Rebalance]:
    if len(definition.arguments) < 2:  # noqa: PLR2004
        raise MeaningError("a symphony needs a name and a block", definition.place, remedy=f"Write {USAGE}")
    name = text(definition.arguments[0], "the symphony's name")
    rest = definition.arguments[1:]
    rebalance = Rebalance()
    if isinstance(rest[0], Bracket) and rest[0].opening == "{":
        rebalance = _rebalance(rest[0])
        rest = rest[1:]
    if not rest:
        raise MeaningError("a symphony needs a block", definition.place, remedy=f"Write {USAGE}")
    blocks = tuple(block(form) for form in rest)
    return name, blocks[0] if len(blocks) == 1 else WeightEqual(blocks, definition.place), rebalance


def _rebalance(options: Form) -> Rebalance:
    given = entries(options, "options")
    for option, (keyword, _) in given.items():
        if option not in OPTIONS:
            raise unknown("option", f":{option}", keyword.place, [f":{known}" for known in OPTIONS])
    if "asset-class" in given and text(given["asset-class"][1], "an asset class") != "EQUITIES":
        raise MeaningError("only the asset class EQUITIES can be traded", given["asset-class"][1].place)
    if "rebalance-threshold" not in given:
        return (
            Rebalance()
            if "rebalance-frequency" not in given
            else _by_frequency(given["rebalance-frequency"][1])
        )
    keyword, form = given["rebalance-threshold"]
    if "rebalance-frequency" in given and not _is_none(given["rebalance-frequency"][1]):
        raise MeaningError("a symphony trades by a frequency or by a threshold, not by both", keyword.place)
    return _by_threshold(form)


def _by_frequency(form: Form) -> Rebalance:
    for frequency in FREQUENCIES:
        if isinstance(form, Keyword) and form.value == frequency:
            return Rebalance(frequency)
    known = ", ".join(f":{frequency}" for frequency in FREQUENCIES)
    raise MeaningError(
        f"{describe(form)} is no rebalance frequency", form.place, remedy=f"Known are: {known}"
    )


def _by_threshold(form: Form) -> Rebalance:
    threshold = number(form, "a threshold such as 0.05")
    if not 0 < threshold < 1:
        raise MeaningError(f"the rebalance threshold {threshold:g} is not between 0 and 1", form.place)
    return Rebalance(None, threshold)


def _is_none(form: Form) -> bool:
    return isinstance(form, Keyword) and form.value == "none"
