"""The text format in which Prometheus reads numbers, version 0.0.4.

Source: https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import inf, isinf, isnan
from typing import Literal

Number = int | float | Decimal
Kind = Literal["counter", "gauge", "summary"]


@dataclass(frozen=True)
class Sample:
    """One number; `suffix` stands behind the family's name, as in `_count`."""

    value: Number
    labels: Mapping[str, str] = field(default_factory=dict)
    suffix: str = ""


@dataclass(frozen=True)
class Family:
    """Numbers of one name and meaning; one without samples is left out."""

    name: str
    kind: Kind
    help: str
    samples: Sequence[Sample]


def exposition(families: Iterable[Family]) -> str:
    """Return the families as text: each with its help and its type, then a line a number."""
    return "".join(line + "\n" for family in families if family.samples for line in _lines(family))


def _lines(family: Family) -> Iterable[str]:
    yield f"# HELP {family.name} {_escaped(family.help)}"
    yield f"# TYPE {family.name} {family.kind}"
    for sample in family.samples:
        yield f"{family.name}{sample.suffix}{_labels(sample.labels)} {_number(sample.value)}"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    pairs = (f'{name}="{_escaped(value, quote=True)}"' for name, value in labels.items())
    return "{" + ",".join(pairs) + "}"


def _escaped(text: str, *, quote: bool = False) -> str:
    escaped = text.replace("\\", "\\\\").replace("\n", "\\n")
    return escaped.replace('"', '\\"') if quote else escaped


def _number(value: Number) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isnan(value):
        return "NaN"
    if isinf(value):
        return "+Inf" if value == inf else "-Inf"
    return repr(value)
