"""The door: a cohort definition to one table of cases, one row per case.

This package is the only part of analysis that reads the record. A constant number of flat
queries, read side by side as streams, and one pass that asks every column for its value of
every case; nothing that identifies a person passes. The kind of a column, never its values,
decides its type, so that an empty registry gives the same columns and types as a full one.
"""

from analysis.cohort.definition import Definition
from analysis.cohort.loading import LatestChange, latest_change, load, study_numbers
from analysis.cohort.vouched import Vouched, vouched

__all__ = ["Definition", "LatestChange", "Vouched", "latest_change", "load", "study_numbers", "vouched"]
