"""What a study moves, and over which values."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sim.model.groups import Group
from sim.model.parameter_table import parameters
from sim.model.paths import frozen, thawed

Distribution = Literal["uniform", "loguniform", "triangular", "normal"]


def _listed_values(value: Any) -> Any:
    """A bare list is the list of values."""
    if isinstance(value, list | tuple):
        return {"values": tuple(value)}
    if isinstance(value, Mapping) and isinstance(value.get("values"), list):
        return {**value, "values": tuple(value["values"])}
    return value


class Factor(Group):
    """What a key is moved over: `values`, named `levels`, a range from `low` to `high`, or the range of the parameter
    table (`from_spec`); in a range, by which `distribution` points are drawn and how many `steps` a grid takes.

    `normal` has `mean` and `sd` and is cut off at `low` and `high`; `triangular` has its top at `mode`.
    """

    values: Annotated[tuple[Any, ...], AfterValidator(frozen)] | None = Field(default=None, min_length=1)
    levels: Annotated[Mapping[str, Any], AfterValidator(frozen)] | None = Field(default=None, min_length=1)
    from_spec: bool = False
    low: float | None = None
    high: float | None = None
    steps: int = Field(default=3, ge=2, le=1000)
    distribution: Distribution = "uniform"
    mode: float | None = None
    mean: float | None = None
    sd: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = [self.values is not None, self.levels is not None, self.from_spec, self.low is not None]
        if sum(forms) != 1 or (self.low is None) != (self.high is None):
            raise PydanticCustomError(
                "which-form",
                "must be one of: a list of values, named levels, low and high, or from_spec: true",
            )
        self.check_ends()
        return self

    def check_ends(self) -> None:
        """Raise PydanticCustomError where a range and its distribution do not go together."""
        if self.low is None or self.high is None:
            return
        low, high = self.low, self.high
        if low >= high:
            raise PydanticCustomError("empty-range", "has low {low} and high {high}; low must be below high",
                                      {"low": low, "high": high})  # fmt: skip
        if self.distribution == "loguniform" and low <= 0:
            raise PydanticCustomError("not-positive", "is loguniform, and low must be above 0")
        if self.distribution == "triangular" and not low <= (low if self.mode is None else self.mode) <= high:
            raise PydanticCustomError("out-of-range", "has its mode outside low and high")
        if self.distribution == "normal" and (self.mean is None or self.sd is None):
            raise PydanticCustomError("missing-key", "is normal, and needs mean and sd")
        if self.distribution == "normal" and not self._reaches(low, high):
            raise PydanticCustomError("out-of-range", "is normal, and next to nothing of it lies between low and high")

    def _reaches(self, low: float, high: float) -> bool:
        """Whether a thousandth of the normal distribution lies between two ends."""
        if self.mean is None or self.sd is None:
            return True
        from statistics import NormalDist

        whole = NormalDist(self.mean, self.sd)
        return whole.cdf(high) - whole.cdf(low) >= 1e-3

    def over(self, key: str) -> Factor:
        """The same factor with the range of the parameter table written out; needs a row that has one."""
        row = parameters()[key]
        if not self.from_spec:
            return self
        value = row.value if isinstance(row.value, int | float) else None
        low, high = row.low, row.high
        if self.distribution == "loguniform" and low is not None and low <= 0:
            return Factor(low=low, high=high, steps=self.steps)
        mode = self.mode if self.mode is not None or self.distribution != "triangular" else value
        return self.model_copy(
            update={"from_spec": False, "low": low, "high": high, "mode": None if mode is None else float(mode)}
        )

    @property
    def is_range(self) -> bool:
        """Whether any number from low to high may be drawn."""
        return self.low is not None

    @property
    def is_number(self) -> bool:
        """Whether every value is a number, so that effects have a direction."""
        some = self.values or ()
        return self.is_range or (
            bool(some) and all(isinstance(one, int | float) and not isinstance(one, bool) for one in some)
        )

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest number of a range."""
        assert self.low is not None
        assert self.high is not None
        return self.low, self.high

    def listed(self, whole: bool = False) -> list[Any]:
        """The values for a grid: the list, the levels, or `steps` numbers from low to high."""
        if self.levels is not None:
            return list(self.levels.values())
        if self.values is not None:
            return list(self.values)
        low, high = self.ends
        some = [low + (high - low) * i / (self.steps - 1) for i in range(self.steps)]
        return list(dict.fromkeys(round(one) for one in some)) if whole else some

    def at(self, share: float, whole: bool = False) -> Any:
        """The value below which `share` (from 0 to 1, 1 left out) of the distribution lies; of a list, its turn."""
        if not self.is_range:
            some = self.listed()
            return some[min(int(share * len(some)), len(some) - 1)]
        low, high = self.ends
        if whole:
            return min(math.floor(low + share * (high - low + 1)), math.floor(high))
        return _quantile(self, share, low, high)

    def shown(self, value: Any) -> float | str:
        """A value as it stands in a table: a number, a word, the name of a level."""
        if self.levels is not None:
            return next((name for name, one in self.levels.items() if one == value), _text(value))
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        return value if isinstance(value, str) else _text(value)


def _text(value: Any) -> str:
    return json.dumps(thawed(value), default=str, sort_keys=True)


def _quantile(factor: Factor, share: float, low: float, high: float) -> float:
    if factor.distribution == "loguniform":
        return float(math.exp(math.log(low) + share * math.log(high / low)))
    if factor.distribution == "triangular":
        mode = low if factor.mode is None else factor.mode
        turn = (mode - low) / (high - low)
        if share < turn:
            return float(low + math.sqrt(share * (high - low) * (mode - low)))
        return float(high - math.sqrt((1 - share) * (high - low) * (high - mode)))
    if factor.distribution == "normal" and factor.mean is not None and factor.sd is not None:
        from scipy.special import ndtr, ndtri

        ends = [ndtr((end - factor.mean) / factor.sd) for end in (low, high)]
        found = factor.mean + factor.sd * ndtri(ends[0] + share * (ends[1] - ends[0]))
        return min(max(float(found), low), high)
    return low + share * (high - low)


class Replications(Group):
    """How many futures a design gets: `at_least`, and more until the 95 % interval of the paired difference with the
    baseline in `outcome` has this `half_width` (in its unit) for every policy, up to `at_most`.
    """

    at_least: int = Field(default=50, ge=1, le=1_000_000)
    at_most: int = Field(default=1000, ge=1, le=1_000_000)
    half_width: float | None = Field(default=None, gt=0)
    outcome: str = "cash_cost_eur"

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.at_most < self.at_least:
            message = "at_most {most} lies below at_least {least}"
            raise PydanticCustomError("out-of-range", "has " + message, {"most": self.at_most, "least": self.at_least})
        if self.half_width is None and self.at_most != self.at_least:
            raise PydanticCustomError("missing-key", "needs half_width, the precision at which to stop")
        return self


def _fixed(value: Any) -> Any:
    """A bare number of futures is neither more nor less."""
    if isinstance(value, int) and not isinstance(value, bool):
        return {"at_least": value, "at_most": value}
    return value


def is_whole(key: str) -> bool:
    """Whether only whole numbers make sense for a key."""
    row = parameters().get(key)
    return row is not None and row.whole
