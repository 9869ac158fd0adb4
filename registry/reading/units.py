"""Units: how they are spelled, and which one was probably meant when a value is impossible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from registry.labels import Label
from registry.reading import sentences as say
from registry.reading.outcome import canonical
from registry.reading.text import plain

# Spellings of exactly one unit each. Case, width, spaces and the two signs for micro make no
# difference. Units of equal size but another name (ng/mL, µg/L) stay apart: the laboratory
# report says one of them. "分" is a minute here because no field counts points with a unit.
SPELLINGS: dict[str, tuple[str, ...]] = {
    "mL": ("ml", "cc", "millilitre", "millilitres", "milliliter", "milliliters", "毫升"),
    "L": ("l", "litre", "litres", "liter", "liters", "升"),
    "dL": ("dl", "分升"),
    "cm": ("cm", "centimetre", "centimetres", "centimeter", "centimeters", "厘米", "公分"),
    "mm": ("mm", "millimetre", "millimetres", "millimeter", "millimeters", "毫米"),
    "m": ("m", "metre", "metres", "meter", "meters", "米"),
    "kg": ("kg", "kgs", "kilogram", "kilograms", "公斤", "千克"),
    "g": ("g", "gram", "grams", "克"),
    "mg": ("mg", "毫克"),
    "µg": ("µg", "ug", "mcg", "微克"),
    "jin": ("jin", "斤", "市斤"),
    "lb": ("lb", "lbs", "磅"),
    "min": ("min", "mins", "min.", "minute", "minutes", "分", "分钟"),
    "h": ("h", "hr", "hrs", "hour", "hours", "时", "小时", "个小时", "钟头"),
    "s": ("s", "sec", "second", "seconds", "秒"),
    "d": ("d", "day", "days", "天", "日"),
    "wk": ("wk", "week", "weeks", "周"),
    "mo": ("mo", "month", "months", "月", "个月"),
    "y": ("y", "yr", "year", "years", "年", "岁"),
    "%": ("%", "percent", "per cent"),
    "g/L": ("g/l", "克/升"),
    "g/dL": ("g/dl", "g/100ml", "克/分升"),
    "mg/dL": ("mg/dl", "毫克/分升"),
    "mmol/L": ("mmol/l", "毫摩尔/升"),
    "µmol/L": ("µmol/l", "umol/l", "微摩尔/升"),
    "nmol/L": ("nmol/l",),
    "pmol/L": ("pmol/l",),
    "µg/L": ("µg/l", "ug/l"),
    "ng/L": ("ng/l",),
    "ng/mL": ("ng/ml",),
    "pg/mL": ("pg/ml",),
    "µg/h": ("µg/h", "ug/h", "mcg/h", "µg/hr", "ug/hr", "微克/小时"),
    "mg/h": ("mg/h", "mg/hr", "毫克/小时"),
    "µmol/24 h": ("µmol/24h", "umol/24h", "µmol/d", "umol/d"),
    "mg/24 h": ("mg/24h", "mg/d"),
    "U/L": ("u/l", "iu/l", "单位/升"),
    "U": ("u", "unit", "units", "单位"),
    "10⁹/L": ("10^9/l", "×10^9/l", "x10^9/l", "*10^9/l", "10e9/l"),
    "mmHg": ("mmhg", "毫米汞柱"),
    "kPa": ("kpa",),
    "mm²": ("mm^2", "mm2", "平方毫米"),
    "kg/m²": ("kg/m^2", "kg/m2"),
}


def unit_key(text: str) -> str:
    """A unit as it is compared: half-width, without spaces and case."""
    return plain(text).replace(" ", "").casefold()


_UNIT_OF = {unit_key(spelling): unit for unit, all_ in SPELLINGS.items() for spelling in (unit, *all_)}


def known_unit(text: str) -> str | None:
    """The unit that `text` spells, or None."""
    return _UNIT_OF.get(unit_key(text))


def spellings_of(unit: str, aliases: Iterable[str] = ()) -> frozenset[str]:
    """All keys under which `unit` may follow a number, with the field's own `aliases`."""
    listed = SPELLINGS.get(known_unit(unit) or "", ())
    return frozenset(unit_key(one) for one in (unit, *listed, *aliases) if one)


def with_unit(number: str, unit: str) -> str:
    """A number as it is printed with its unit; the percent sign stands close."""
    return f"{number}%" if unit == "%" else f"{number} {unit}".rstrip()


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A unit in which a field is often answered by mistake.

    Called with a refused value it words the question, or answers None below zero;
    `read_number` asks it only where the converted value would be possible.
    """

    typed: str
    stored: str
    factor: Decimal
    places: int = 0

    def converted(self, value: Decimal) -> Decimal:
        """The value in the unit of the field, rounded to the field's decimals."""
        return (value * self.factor).quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_UP)

    def equation(self, value: Decimal) -> str:
        """ "0.8 L = 800 mL"."""
        return f"{canonical(value)} {self.typed} = {canonical(self.converted(value))} {self.stored}"

    def __call__(self, value: Decimal) -> Label | None:
        if value <= 0:
            return None
        return say.ASK_UNIT.fill(typed=self.typed, equation=self.equation(value))


# factors: dictionary, section 12.1
litres_hint = Suspicion("L", "mL", Decimal(1000))
millimetres_hint = Suspicion("mm", "cm", Decimal("0.1"), places=1)
centimetres_hint = Suspicion("cm", "mm", Decimal(10))
metres_hint = Suspicion("m", "cm", Decimal(100), places=1)
hours_hint = Suspicion("h", "min", Decimal(60))
milligrams_hint = Suspicion("mg", "µg", Decimal(1000))
grams_per_dl_hint = Suspicion("g/dL", "g/L", Decimal(10), places=1)
bilirubin_mg_per_dl_hint = Suspicion("mg/dL", "µmol/L", Decimal("17.1"), places=1)
creatinine_mg_per_dl_hint = Suspicion("mg/dL", "µmol/L", Decimal("88.4"))
blood_millilitres_hint = Suspicion("mL", "U (200 mL)", Decimal("0.005"), places=1)


def fraction_hint(value: Decimal) -> Label | None:
    """0.05 where percent are asked: 5%?"""
    if not 0 < value <= 1:
        return None
    return say.ASK_FRACTION.fill(value=canonical(value), percent=canonical(value * 100))


def prothrombin_seconds_hint(value: Decimal) -> Label | None:
    """12.5 where an INR is asked: seconds?"""
    return say.ASK_SECONDS if value > 5 else None
