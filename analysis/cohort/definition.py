"""Which cases a report is about, as data."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from registry.labels import Label, both, joined

_PERIOD = {
    (True, True): Label("operated {start} to {end}", "手术日期{start}至{end}"),
    (True, False): Label("operated since {start}", "手术日期自{start}起"),
    (False, True): Label("operated until {end}", "手术日期截至{end}"),
    (False, False): Label("operated at any time", "手术日期不限"),
}
_CENTRES = Label("centres {codes}", "中心{codes}")
_ALL_CENTRES = Label("all centres in reach", "全部可见中心")
_AS_OF = Label("as known on {as_of}", "数据截止于{as_of}")


@dataclass(frozen=True, slots=True)
class Definition:
    """A cohort: cases with an index operation from `start` to `end` (both included, None is open)
    in one of `centres` (codes of centres, none is every centre), as known on the day `as_of`
    (None: everything recorded; later records are not seen).

    Raises ValueError when the period ends before it starts.
    """

    start: date | None = None
    end: date | None = None
    centres: tuple[str, ...] = ()
    as_of: date | None = None

    def __post_init__(self) -> None:
        if self.start and self.end and self.end < self.start:
            raise ValueError(f"the period ends on {self.end}, before it starts on {self.start}")
        object.__setattr__(self, "centres", tuple(sorted(set(self.centres))))

    def as_data(self) -> dict[str, object]:
        """Plain values, for provenance and for the hash."""
        return {
            "start": self.start and self.start.isoformat(),
            "end": self.end and self.end.isoformat(),
            "centres": list(self.centres),
            "as_of": self.as_of and self.as_of.isoformat(),
        }

    @classmethod
    def from_data(cls, data: Mapping) -> Definition:
        """The definition that `as_data` described."""
        days = {name: data[name] and date.fromisoformat(data[name]) for name in ("start", "end", "as_of")}
        return cls(days["start"], days["end"], tuple(data["centres"]), days["as_of"])

    @property
    def hash(self) -> str:
        """The same for the same cohort, whatever the order in which its centres were named."""
        text = json.dumps(self.as_data(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def label(self) -> Label:
        """The definition in words."""
        parts = [
            _PERIOD[bool(self.start), bool(self.end)].fill(start=self.start, end=self.end),
            _CENTRES.fill(codes=joined([both(code) for code in self.centres]))
            if self.centres
            else _ALL_CENTRES,
        ]
        if self.as_of:
            parts.append(_AS_OF.fill(as_of=self.as_of))
        return joined(parts, en="; ", zh="；")
