"""Every clinical vocabulary of the registry: the answers that are permitted.

A field names its list directly (`codes.SITE`); `LISTS` holds all lists that are asked,
by name. `DERIVED_LISTS` holds the categories that are computed and never typed.

Labels stand as in section 5 of the clinical data dictionary; what a source states about
a code beside its wording is in `facts`. The tags in `source` are the dictionary's:
S01 to S48 were read for it (its section 1 names them), PAPER is Zhou 2026,
DOI 10.3877/cma.j.issn.2095-3232.2026.01.014, REVIEW is DOI 10.1586/egh.11.60, GK is
general knowledge that was not looked up, PD is a decision of this project.
"""

from registry.codes.base import Code, CodeList
from registry.codes.derived import GRADE_CHANGE, NETLM_TIMING, PRIMARY_GROUP, PROGRESSION_SITE, WORST_CD
from registry.codes.general import (
    ASA,
    CENTRE,
    CMP,
    CONSENT,
    ECOG,
    ENROL,
    MISSING,
    POSNEG,
    SCOPE,
    SEX,
    SMOKING,
    SOURCE,
    UNIT_BILI,
    WITHDRAW,
    YN,
    YNNA,
)
from registry.codes.imaging import BGLIVER, BURDENMETHOD, EHSITE, FRILLING, IMG, LOBES, MAHURON, SEG, VESSEL
from registry.codes.operation import (
    APPROACH,
    AUGMENT,
    BLMETHOD,
    COMPLETED,
    CONPROC,
    CONVREASON,
    CRISIS,
    DEBULKBASIS,
    EXPER,
    EXTENT,
    INCIDENT,
    INDIC,
    INTENT,
    OCTPRO,
    PRESSOR,
    RESIDSITE,
    STAGE,
    TARGET,
    URGENCY,
    VASCTRL,
    R,
)
from registry.codes.outcome import (
    ABC,
    ABC_PANC,
    ASCERT,
    CD,
    COMP,
    DEATH,
    DEATHSRC,
    DISCHARGE,
    DZ,
    ICU,
    LATE,
    MGMT,
    PROGBASIS,
    RELATED,
    VISIT,
    VITAL,
)
from registry.codes.pathology import GRADE, HIST, MARGIN, MITBASIS, NECROSIS, P53, SPEC, SSTR2, WHOED
from registry.codes.treatment import AGENT, RECIST, SYMREL, TXCAT, TXINTENT, TXREASON, TXSTOP
from registry.codes.tumour import FUNC, HEREDITARY, PRIMSTAT, SITE, SITEBASIS, SYNDROME, TNMED

# fmt: off
_BY_TOPIC = (
    YN, YNNA, SEX, SMOKING, ECOG, ASA, POSNEG, CENTRE, UNIT_BILI, ENROL, CONSENT, SCOPE, WITHDRAW, CMP,
    MISSING, SOURCE,
    SITE, SITEBASIS, FUNC, SYNDROME, HEREDITARY, PRIMSTAT, TNMED,
    TXCAT, AGENT, TXINTENT, TXSTOP, TXREASON, RECIST, SYMREL,
    IMG, LOBES, SEG, BURDENMETHOD, FRILLING, MAHURON, VESSEL, EHSITE, BGLIVER,
    INDIC, INTENT, TARGET, AUGMENT, STAGE, URGENCY, APPROACH, CONVREASON, COMPLETED, BLMETHOD, VASCTRL,
    CONPROC, EXTENT, DEBULKBASIS, R, RESIDSITE, OCTPRO, CRISIS, PRESSOR, INCIDENT, EXPER,
    SPEC, HIST, WHOED, GRADE, MITBASIS, NECROSIS, SSTR2, P53, MARGIN,
    ICU, DISCHARGE, ASCERT, COMP, CD, ABC, ABC_PANC, MGMT, RELATED, VISIT, VITAL, DZ, PROGBASIS, LATE,
    DEATH, DEATHSRC,
)
# fmt: on

_COMPUTED = (PRIMARY_GROUP, NETLM_TIMING, GRADE_CHANGE, WORST_CD, PROGRESSION_SITE)

LISTS: dict[str, CodeList] = {one.name: one for one in _BY_TOPIC}
DERIVED_LISTS: dict[str, CodeList] = {one.name: one for one in _COMPUTED}

__all__ = ["DERIVED_LISTS", "LISTS", "Code", "CodeList", *LISTS, *DERIVED_LISTS]
