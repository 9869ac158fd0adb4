"""Where a report comes from: enough to make it again, and to see when it is out of date."""

from __future__ import annotations

import platform
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from analysis.cohort import Definition, LatestChange, Vouched
from analysis.conventions import Conventions
from analysis.dataset import Dataset
from analysis.document import Provenance
from registry.labels import Label, both, joined

SOFTWARE = ("Django", "psycopg", "numpy", "scipy", "pandas")

_UNTOUCHED = Label("no change recorded", "无修改记录")
_CHANGE = Label("no. {id}, {at}", "第{id}条，{at}")
_FROZEN = Label(
    "{n} cases ({names}), of which unlocked since: {unlocked}", "{n}例（{names}），其中此后解锁{unlocked}例"
)
_SIGNED = Label(
    "{n} cases, of which by a person who entered their data: {own}", "{n}例，其中由录入者本人签名{own}例"
)
NOBODY = Vouched()
_CASES = Label("{n}, of which synthetic {synthetic}", "{n}例，其中合成病例{synthetic}例")


def of(
    data: Dataset,
    definition: Definition,
    conventions: Conventions,
    change: LatestChange,
    made: datetime,
    vouched: Vouched = NOBODY,
) -> Provenance:
    """The provenance of a report of `data`, made at `made` from the registry as of `change`;
    `vouched` says which of its cases were frozen or are signed."""
    synthetic = int(data.numbers("synthetic").sum())
    newest = _CHANGE.fill(id=change.id, at=_minute(_like(change.at, made))) if change.id else _UNTOUCHED
    versions = software()
    facts = (
        ("made", Label("Made", "生成时间"), both(_minute(made))),
        ("cohort", Label("Cohort", "队列"), definition.label),
        ("cohort_hash", Label("Hash of the cohort", "队列定义散列值"), both(definition.hash)),
        ("cases", Label("Cases", "病例数"), _CASES.fill(n=len(data), synthetic=synthetic)),
        ("latest_change", Label("Latest change in the registry", "登记库最近一次修改"), newest),
        *_vouched_facts(vouched),
        ("conventions", Label("Conventions", "统计约定"), conventions.label),
        ("software", Label("Software", "软件版本"), both(", ".join(f"{k} {v}" for k, v in versions.items()))),
    )
    values = {
        "made": made.isoformat(timespec="seconds"),
        "cohort": definition.as_data(),
        "cases": len(data),
        "synthetic_cases": synthetic,
        "latest_change": {"id": change.id, "at": change.at and change.at.isoformat()},
        "freezes": list(vouched.freezes),
        "frozen_cases": vouched.frozen,
        "unlocked_since_freeze": vouched.unlocked,
        "signed_cases": vouched.signed,
        "signed_by_who_entered": vouched.signed_by_who_entered,
        "conventions": conventions.as_data(),
        "software": versions,
    }
    return Provenance(synthetic > 0, facts, values)


def _vouched_facts(vouched: Vouched) -> list[tuple[str, Label, Label]]:
    """What a reader is told of freezes and signatures; nothing where there are none."""
    facts = []
    if vouched.frozen:
        names = joined([both(one) for one in vouched.freezes], en="; ", zh="；")
        text = _FROZEN.fill(n=vouched.frozen, names=names, unlocked=vouched.unlocked)
        facts.append(("frozen", Label("Frozen", "数据冻结"), text))
    if vouched.signed:
        text = _SIGNED.fill(n=vouched.signed, own=vouched.signed_by_who_entered)
        facts.append(("signed", Label("Signed", "签名"), text))
    return facts


@cache
def software() -> dict[str, str]:
    """What computed: Python and the packages that numbers pass through."""
    found = {"Python": platform.python_version()}
    for name in SOFTWARE:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _like(moment: datetime | None, other: datetime) -> datetime | None:
    """The same moment on the clock of `other`."""
    return moment and moment.astimezone(other.tzinfo)


def _minute(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M %Z}" if moment else ""
