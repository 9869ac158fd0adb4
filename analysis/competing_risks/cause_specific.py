"""Cause-specific hazards: Cox's model in which other events censor. The model for aetiology.

Sources: Prentice et al. 1978; Latouche et al. 2013; Austin, Lee & Fine 2016.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from analysis.competing_risks.rows import check_cause
from analysis.regression.model import Model


def cause_specific_cox(
    time: ArrayLike,
    cause: ArrayLike,
    covariates: ArrayLike,
    names: Sequence[str],
    *,
    cause_of_interest: int = 1,
    entry: ArrayLike | None = None,
    strata: Iterable | None = None,
    level: float = 0.95,
    **options: Any,
) -> Model:
    """Cox's model of `cause_of_interest`: a case with another event leaves the risk set at that time.

    `cause` is 0 for censored; NaN is missing. Other `options` are those of `analysis.regression.cox`, as
    are the errors. The ratio is that of cause-specific hazards: it says how the covariate acts on
    those still free of any event, not what becomes of the incidence.
    """
    from analysis.regression import cox

    check_cause(cause_of_interest)
    causes = np.asarray(cause, dtype=float).reshape(-1)
    event = np.where(np.isnan(causes), np.nan, causes == cause_of_interest)
    model = cox(time, event, covariates, names, entry=entry, strata=strata, level=level, **options)
    return replace(model, method=f"cause-specific {model.method}")
