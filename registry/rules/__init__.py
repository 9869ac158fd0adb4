"""Contradictions between the answers of a case: one list of rules, asked in one way.

Forms, imports and the page of a case all call `findings`. Importing a module of rules adds its
rules to RULES. Up to X133 the ids are those of the dictionary, section 6; the limits between
fields that it names in section 4 only have ids of ours:

X200  age at surgery 18 to 90
X201  withdrawal not before the first consent
X202  diagnosis at most 30 years before the operation
X203  primary recorded as removed before the operation is removed by then
X204  treatment before surgery starts after the diagnosis
X205  treatment before surgery ends by the operation
X206  assessment within 56 days before the operation
X207  MDT discussion within 120 days before the operation
X208  operation after the centre began, unless retrospective
X209  discharge within 90 days (beyond 180: X021)
X210  complications checked to a day after the operation
X211  complications checked to day 90, or to the death
X212  drain removed after the operation
X213  drain removed within 60 days
X214  reoperation within 90 days
X215  complication begins within 365 days
X216  complication begins within 90 days
X217  complication resolved after it began
X218  therapy after surgery ends after it starts
X219  imaging at most 30 days after its visit
X220  imaging of a visit after the operation
X221  imaging at most 60 days before its visit
X222  progression dated by an imaging
X223  post-operative baseline scan on day 28 to 112
X224  death within 90 days known to the day
X225  nobody is reported dead before the date of death
X230  ICD-O-3 topography belongs to the primary site
X231  treatment before surgery denied, but listed
X232  treatment before surgery affirmed, but none listed
X233  agent belongs to its category (before surgery)
X234  tumour volume within liver volume
X240  anaesthesia not shorter than the operation
X241  transfused around the operation if transfused during it
X242  debulking on imaging within 20 points of that recorded at surgery
X243  no conversion is planned
X250  Ki-67 range the right way round
X260  ISGPS grade belongs to the complication
X261  therapy after surgery denied, but listed
X262  therapy after surgery affirmed, but none listed
X263  lines of therapy numbered without gap
X264  agent belongs to its category (after surgery)
X265  one post-operative baseline scan
"""

from registry.rules import (  # noqa: F401
    complications,
    dates,
    dates_after,
    dates_before,
    followup,
    operation,
    outcome,
    pathology,
    residual,
    treatment,
    tumour,
)
from registry.rules.base import QUERY, REJECT, RULES, WARN, Breach, Finding, Place, Rule, findings
from registry.rules.duplicates import possible_duplicates

__all__ = [
    "QUERY",
    "REJECT",
    "RULES",
    "WARN",
    "Breach",
    "Finding",
    "Place",
    "Rule",
    "findings",
    "possible_duplicates",
]
