"""Why a strategy wants what it wants on one session: the path that its decision took, step by step.

The path is a flat list in the order of the text, so that a deep symphony needs no deep record. A step stands
below the nearest step before it whose `depth` is smaller by one; only what splits the weight, and what
follows behind a part of a split, lies deeper: a chain of decisions one behind the other stays at one depth.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from alchemiser_dagster.records.envelope import Frozen
from alchemiser_dagster.records.values import SignalNumber, Symbol

FRAGILE_BASIS_POINTS = 10.0
"""A decision that a price move of less than this would have changed is fragile."""

Unit = Literal["percent", "price", "points"]
Count = Annotated[int, Field(ge=0)]


class Margin(Frozen):
    """How far a decision stood from turning out otherwise.

    Parameters
    ----------
    difference
        The distance of the two values compared, in their unit; None where several comparisons are joined.
    symbol
        Whose close of the session would have to move, all other closes fixed; None where no move of one
        symbol by up to half its price changes the decision.
    basis_points
        The smallest such move, in hundredths of a percent of the close; negative for a fall.
    """

    difference: SignalNumber | None
    symbol: Symbol | None = None
    basis_points: SignalNumber | None = None

    @property
    def size(self) -> float:
        """The move without its sign; infinite where there is none."""
        return float("inf") if self.basis_points is None else abs(self.basis_points)

    @property
    def is_fragile(self) -> bool:
        """Whether a move of less than 10 basis points changes the decision."""
        return self.size < FRAGILE_BASIS_POINTS


class Measured(Frozen):
    """An indicator of a symbol and its value on the session.

    Parameters
    ----------
    text, words
        As the language writes it, and as a person says it.
    value
        None where it is undefined.
    """

    text: str
    words: str
    symbol: Symbol
    unit: Unit
    value: SignalNumber | None


class ComparisonFinding(Frozen):
    """One comparison: both values, and whether it holds; `holds` is None where it is undefined.

    It compares with another indicator (`right`) or with a number (`threshold`): one of the two is None.
    `depth` counts the compounds around it.
    """

    kind: Literal["comparison"] = "comparison"
    depth: Count
    line: int | None
    operator: Literal[">", "<", ">=", "<=", "="]
    left: Measured
    right: Measured | None
    threshold: SignalNumber | None
    holds: bool | None
    margin: Margin | None


class CompoundFinding(Frozen):
    """Several conditions that must all hold, or of which one must; they follow, one `depth` deeper."""

    kind: Literal["compound"] = "compound"
    depth: Count
    line: int | None
    connective: Literal["and", "or"]
    conditions: Count
    holds: bool | None
    margin: Margin | None


Finding: TypeAlias = Annotated[ComparisonFinding | CompoundFinding, Field(discriminator="kind")]


class Candidate(Frozen):
    """A block that is chosen or weighed by its score.

    Parameters
    ----------
    symbol, label
        The symbol where it is an asset, and its label; else None, and its own price path is scored.
    score, rank
        None where the score is undefined; ranks count from 1, the best first. Deviations have no rank.
    share
        Its part of the block's weight; 0 where it was not picked.
    """

    name: str
    symbol: Symbol | None
    label: str | None
    line: int | None
    score: SignalNumber | None
    rank: int | None
    share: SignalNumber = Field(ge=0)

    @property
    def is_picked(self) -> bool:
        """Whether it gets a share."""
        return self.share > 0


class Step(Frozen):
    """A block on the path.

    Parameters
    ----------
    depth
        How deep it lies among the splits of the weight.
    weight
        Its fraction of the whole portfolio at this place.
    share
        Its fraction of the step above where that one is split; None where it follows alone.
    line
        Where it stands in the strategy's file.
    """

    depth: Count
    weight: SignalNumber = Field(ge=0)
    share: SignalNumber | None
    line: int | None


class AssetStep(Step):
    """A symbol that is held."""

    kind: Literal["asset"] = "asset"
    symbol: Symbol
    label: str | None


class CashStep(Step):
    """An empty branch, or what specified weights leave free."""

    kind: Literal["cash"] = "cash"


class GroupStep(Step):
    """A labelled group; its blocks share equally."""

    kind: Literal["group"] = "group"
    label: str
    parts: Count


class SplitStep(Step):
    """A weight that is split over several blocks, equally or as specified."""

    kind: Literal["split"] = "split"
    method: Literal["equal", "specified"]
    parts: Count


class ChoiceStep(Step):
    """An `if`: its condition with all parts in the order of the text, and the branch taken.

    `branch` is None where the condition is undefined. `omitted` counts the parts that are left out.
    """

    kind: Literal["if"] = "if"
    condition: tuple[Finding, ...] = Field(min_length=1)
    omitted: Count
    branch: Literal["then", "else"] | None
    parts: Count


class FilterStep(Step):
    """A filter: who was scored, and the `count` best or worst that were picked.

    Candidates stand in the order of their ranks, behind them those without a score. `margin` is None where
    nothing was left out, so that there is no cut-off.
    """

    kind: Literal["filter"] = "filter"
    text: str
    words: str
    unit: Unit
    side: Literal["top", "bottom"]
    count: int = Field(ge=1)
    candidates: tuple[Candidate, ...]
    margin: Margin | None


class InverseVolatilityStep(Step):
    """Blocks that share by the inverse of their deviations, which are the candidates' scores."""

    kind: Literal["inverse-volatility"] = "inverse-volatility"
    text: str
    words: str
    candidates: tuple[Candidate, ...]


class RepeatStep(Step):
    """A block that was explained further up: the step with this number, counted from 0."""

    kind: Literal["repeat"] = "repeat"
    name: str
    step: Count


AnyStep: TypeAlias = Annotated[
    AssetStep
    | CashStep
    | GroupStep
    | SplitStep
    | ChoiceStep
    | FilterStep
    | InverseVolatilityStep
    | RepeatStep,
    Field(discriminator="kind"),
]


class ClosestCall(Frozen):
    """The decision on the path that stood closest to turning out otherwise.

    `words` says what was decided, such as "10-day RSI of QQQ above 79".
    """

    words: str
    line: int | None
    margin: Margin


class Holding(Frozen):
    """A symbol's fraction of the portfolio."""

    symbol: Symbol
    weight: SignalNumber = Field(ge=0)


class Explanation(Frozen):
    """The path of one decision, and how firm the decision is.

    Parameters
    ----------
    name
        The symphony's.
    is_defined
        Whether there is a signal; if not, `missing` says which history lacked.
    holdings
        The target weights, the largest first.
    cash
        What is left to 1.
    steps
        The path; `omitted` counts the steps of a very long one that are left out.
    closest
        None where nothing on the path can be flipped by a move of one symbol, or there is no signal.
    """

    name: str
    session: date
    is_defined: bool
    holdings: tuple[Holding, ...]
    cash: SignalNumber = Field(ge=0)
    steps: tuple[AnyStep, ...]
    omitted: Count
    decisions: Count
    closest: ClosestCall | None
    missing: tuple[str, ...]

    @property
    def margin_basis_points(self) -> float | None:
        """The smallest price move that would have changed a decision on the path."""
        return None if self.closest is None else self.closest.margin.size

    @property
    def is_fragile(self) -> bool:
        """Whether a price move of less than 10 basis points would have changed a decision on the path."""
        return self.closest is not None and self.closest.margin.is_fragile
