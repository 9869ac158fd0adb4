"""What a person typed becomes a value, or is refused with a sentence that says why.

Every reader takes the text and the label of the field, and either returns a `Reading` or
raises `Unreadable`, whose message names in both languages the field, the offending text and
what is allowed. Nothing is guessed: what needs a second look carries a question (`ask`).
No message repeats what may identify a person. Plain Python; rules in the clinical dictionary,
sections 2.1 (types) and 11 (bad inputs).
"""

from registry.reading.dates import read_date, read_partial_date, read_year_month
from registry.reading.identifiers import scan_for_identifiers
from registry.reading.numbers import read_number
from registry.reading.outcome import COMPARATOR_SIGNS, Reading, Unreadable, canonical
from registry.reading.text import clean_text, read_code, read_study_id
from registry.reading.units import (
    Suspicion,
    bilirubin_mg_per_dl_hint,
    blood_millilitres_hint,
    centimetres_hint,
    creatinine_mg_per_dl_hint,
    fraction_hint,
    grams_per_dl_hint,
    hours_hint,
    litres_hint,
    metres_hint,
    milligrams_hint,
    millimetres_hint,
    prothrombin_seconds_hint,
)

__all__ = [
    "COMPARATOR_SIGNS",
    "Reading",
    "Suspicion",
    "Unreadable",
    "bilirubin_mg_per_dl_hint",
    "blood_millilitres_hint",
    "canonical",
    "centimetres_hint",
    "clean_text",
    "creatinine_mg_per_dl_hint",
    "fraction_hint",
    "grams_per_dl_hint",
    "hours_hint",
    "litres_hint",
    "metres_hint",
    "milligrams_hint",
    "millimetres_hint",
    "prothrombin_seconds_hint",
    "read_code",
    "read_date",
    "read_number",
    "read_partial_date",
    "read_study_id",
    "read_year_month",
    "scan_for_identifiers",
]
