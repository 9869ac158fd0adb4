"""Which summary a numeric variable gets: mean (SD), median (quartiles), or median (range)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from analysis.describe.groups import numeric
from analysis.describe.means import moments
from analysis.describe.normality import SHAPIRO_LARGEST, lilliefors, shapiro_wilk, skewness
from analysis.estimate import Test
from registry.labels import Label

Setting = Literal["auto", "mean", "median"]
Kind = Literal["mean", "median", "median-range"]

# The rule is fixed before the data are seen; it does not follow a report's alpha.
NORMAL_FROM_P = 0.05
SKEWED_FROM = 1.0
POSITIVE_MEAN_FROM_SD = 2.0
QUARTILES_FROM = 8

SET = Label("The kind of summary was set for this variable.", "该变量的描述方式为人工指定。")
NO_VALUES = Label("There are no values.", "无可用数值。")
WHOLE_DAYS = Label("Durations in whole days are described by the median.", "以整日计的时长采用中位数描述。")
FEW = Label(
    "A group has fewer than {least} values: the median stands with minimum and maximum.",
    "有一组例数少于{least}例，采用中位数（最小值，最大值）描述。",
)
CONSTANT = Label(
    "A group holds one value throughout, so normality cannot be judged.",
    "有一组取值全部相同，无法判断正态性。",
)
NOT_NORMAL = Label(
    "A test of normality (Shapiro-Wilk; Lilliefors above {most} values) has P < {p} in a group.",
    "有一组正态性检验（Shapiro-Wilk检验；例数超过{most}时用Lilliefors检验）P<{p}。",
)
SKEWED = Label("The absolute skewness reaches {limit} in a group.", "有一组偏度系数的绝对值不小于{limit}。")
WIDE = Label(
    "The mean of this positive variable is below {factor} SD in a group.",
    "该变量取值恒为正，但有一组均值小于标准差的{factor}倍。",
)
NORMAL = Label(
    "Every group passes the test of normality (P ≥ {p}), has an absolute skewness below {limit} and, "
    "for a positive variable, a mean of at least {factor} SD.",
    "各组均通过正态性检验（P≥{p}），偏度系数的绝对值小于{limit}，取值恒为正者均值不小于标准差的{factor}倍。",
)


@dataclass(frozen=True, slots=True)
class Choice:
    """The summary that was chosen, why, and the tests of normality of the groups in the order given.

    "median-range" is the median with minimum and maximum, for groups too small for quartiles.
    """

    kind: Kind
    why: tuple[Label, ...]
    normality: tuple[Test, ...]


def choose_summary(
    groups: Sequence[ArrayLike],
    *,
    setting: Setting = "auto",
    positive: bool = True,
    whole_days: bool = False,
) -> Choice:
    """The summary for a variable whose values in each compared group are `groups` (NaN missing).

    "auto" takes the mean only if every group has at least 8 values, passes the test of normality, is not
    skewed, and, for a variable that cannot be negative (`positive`), has a mean of two SD or more. Whole
    days default to the median. A setting of "mean" or "median" is followed; the median of fewer
    than 8 values stands with the range. Groups without a value do not count.
    Raises ValueError for an unknown setting.
    """
    if setting not in ("auto", "mean", "median"):
        raise ValueError(f"{setting!r} is not one of 'auto', 'mean', 'median'")
    columns = [numeric(group) for group in groups]
    samples = [sample for sample in (column[~np.isnan(column)] for column in columns) if sample.size]
    normality = tuple(_normality(column) for column in columns)
    if not samples:
        return Choice("median", (NO_VALUES,), normality)
    if setting == "mean":
        return Choice("mean", (SET,), normality)
    given = (SET,) if setting == "median" else ()
    if min(sample.size for sample in samples) < QUARTILES_FROM:
        return Choice("median-range", (*given, FEW.fill(least=QUARTILES_FROM)), normality)
    against = given or (WHOLE_DAYS,) * whole_days + _objections(samples, normality, positive)
    if against:
        return Choice("median", against, normality)
    return Choice("mean", (_filled(NORMAL),), normality)


def _normality(column: np.ndarray) -> Test:
    """Shapiro-Wilk, or Lilliefors where there are more values than Shapiro-Wilk is defined for."""
    too_many = np.count_nonzero(~np.isnan(column)) > SHAPIRO_LARGEST
    return lilliefors(column) if too_many else shapiro_wilk(column)


def _objections(
    samples: Sequence[np.ndarray], normality: Sequence[Test], positive: bool
) -> tuple[Label, ...]:
    """What speaks against the mean."""
    tested = [test for test in normality if test.n]
    skew = [skewness(sample) for sample in samples]
    found = [moments(sample) for sample in samples]
    # A negative value shows that the variable is not a positive one, whatever was declared.
    bounded = positive and min(float(sample.min()) for sample in samples) >= 0
    wide = bounded and any(one.mean < POSITIVE_MEAN_FROM_SD * one.variance**0.5 for one in found)
    objections = (
        (any(test.p is None for test in tested), CONSTANT),
        (any(test.p is not None and test.p < NORMAL_FROM_P for test in tested), NOT_NORMAL),
        (any(value is not None and abs(value) >= SKEWED_FROM for value in skew), SKEWED),
        (wide, WIDE),
    )
    return tuple(_filled(label) for applies, label in objections if applies)


def _filled(label: Label) -> Label:
    return label.fill(
        p=NORMAL_FROM_P,
        most=SHAPIRO_LARGEST,
        limit=f"{SKEWED_FROM:g}",
        factor=f"{POSITIVE_MEAN_FROM_SD:g}",
    )
