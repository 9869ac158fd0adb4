"""Regression models with every convention stated: Cox and logistic, Firth's penalty, weighting, imputation.

Loads neither lifelines nor statsmodels nor pandas.
"""

from analysis.regression.concordance import concordance
from analysis.regression.cox import cox
from analysis.regression.e_value import EValue, e_value
from analysis.regression.firth_cox import firth_cox
from analysis.regression.firth_logistic import firth_logistic
from analysis.regression.gate import Gate, events_gate
from analysis.regression.imputation import Imputations, impute, nelson_aalen
from analysis.regression.logistic import LogisticModel, logistic
from analysis.regression.missing import Missing, missing_patterns
from analysis.regression.model import Model, Term
from analysis.regression.pooling import Pooled, PooledTerm, pool, pool_chi_squared, pool_models, pool_survival
from analysis.regression.proportional_hazards import Hazards, proportional_hazards
from analysis.regression.roc import area_under_curve
from analysis.regression.weighted_comparison import weighted_difference, weighted_hazard_ratio
from analysis.regression.weighting import Balance, Weighting, propensity_weights

__all__ = [
    "Balance",
    "EValue",
    "Gate",
    "Hazards",
    "Imputations",
    "LogisticModel",
    "Missing",
    "Model",
    "Pooled",
    "PooledTerm",
    "Term",
    "Weighting",
    "area_under_curve",
    "concordance",
    "cox",
    "e_value",
    "events_gate",
    "firth_cox",
    "firth_logistic",
    "impute",
    "logistic",
    "missing_patterns",
    "nelson_aalen",
    "pool",
    "pool_chi_squared",
    "pool_models",
    "pool_survival",
    "propensity_weights",
    "proportional_hazards",
    "weighted_difference",
    "weighted_hazard_ratio",
]
