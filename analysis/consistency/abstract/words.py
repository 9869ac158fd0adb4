"""The words of abstracts, English and Chinese, as patterns over masked text (see text.py)."""

from __future__ import annotations

import re

N = "#"
NOT_LETTER = r"(?![a-z])"
CALENDAR = (
    rf"(?:个月|months?{NOT_LETTER}|mos?{NOT_LETTER}|月|years?{NOT_LETTER}|yrs?{NOT_LETTER}|年"
    rf"|weeks?{NOT_LETTER}|wks?{NOT_LETTER}|周|days?{NOT_LETTER}|d{NOT_LETTER}|天|日)"
)
OTHER_UNITS = (
    r"岁|小时|分钟|分|例|个|枚|处|次|家|名|人|级|倍|单位"
    r"|(?:years? old|mins?|minutes?|hours?|hrs?|h|mm3?|cm3?|ml|l|mg|kg|g|gy|mci|gbq"
    r"|u|iu|mmol|μmol|µmol|umol|ng|μg"
    r"|°c|℃|mmhg|points?|fold|times|hpf|units?|%)(?![a-z])"
)
UNIT = rf"(?:{CALENDAR}|{OTHER_UNITS})"
SEPARATOR = r"(?: ?(?:,|、|/|;)? ?(?:and|&|和|及|与|或)(?![a-z]) ?| ?[,、/;] ?)"
TO = r" ?(?:~|-{1,2}|to|至|到|,|、|;|and) ?"
RANGE = rf"{N}(?:%| ?{UNIT})?{TO}{N}"

CI = (
    r"(?:c\.?i\.?(?![a-z])|(?:confidence|credible) (?:intervals?|limits?)(?: ?\(c\.?i\.?\))?"
    r"|可信区间|置信区间|可信限)"
)
P = rf"(?<![a-z])p ?(?:-? ?values?|值)? ?(?:均|都|was|is)? ?(?P<relation>[=<>≤≥]|为|of){{1,2}} ?(?P<p>{N})"
RATIO = (
    r"(?<![a-z])(?:a?s?hr|a?or|rr|irr)(?![a-z])|(?:hazards?|odds|risk|rate) ratio|relative risk"
    r"|风险比|比值比|优势比|危险比|相对危险度"
)

MEDIAN = r"(?:median|中位(?:数)?|m\(q1|(?<![a-z])m(?=(?:pfs|os)(?![a-z])))"
FOLLOW_UP = r"(?:follow(?:ed)?(?:-| )?up|随访)"
SURVIVAL = (
    r"(?:(?<![a-z])(?:[lm]?pfs|m?os|dfs|rfs|efs|css|dss|lrfs|ttp)(?![a-z])|surviv|生存|progression.free|无进展"
    r"|time to (?:tumou?r )?progression|alive|存活)"
)
NOT_SURVIVAL = (
    r"(?:mortality|死亡|complication|并发症|morbidity|readmission|再入院|recurrence rate|复发率"
    r"|response|缓解率|follow|随访)"
)
END_POINTS: dict[str, re.Pattern] = {
    "pfs": re.compile(r"(?<![a-z])[lm]?pfs(?![a-z])|progression.free|无进展"),
    "dfs": re.compile(r"(?<![a-z])dfs(?![a-z])|disease.free|无病生存|无瘤生存"),
    "rfs": re.compile(r"(?<![a-z])l?rfs(?![a-z])|(?:recurrence|relapse).free|无复发"),
    "efs": re.compile(r"(?<![a-z])efs(?![a-z])|event.free|无事件"),
    "css": re.compile(r"(?<![a-z])(?:css|dss)(?![a-z])|(?:cancer|disease|tumou?r).specific|特异性?生存"),
    "ttp": re.compile(r"(?<![a-z])ttp(?![a-z])|time to (?:tumou?r )?progression"),
    "os": re.compile(r"(?<![a-z])m?os(?![a-z])|overall survival|总生存|总体生存|总的生存"),
}

# Words of a comparison: numbers may then belong to different groups of patients.
GROUPS = re.compile(
    r"(?<![a-z])(?:vs|versus|groups|arms|placebo|controls?)(?![a-z])|(?:group|arm|cohort) [ab12](?![a-z0-9])"
    r"|两组|各组|对照组|非[^,。;#]{1,8}组|组分别|组间"
)

NONE_SEEN = re.compile(
    r"\b(?:no|zero|nil|without(?: any)?) (?!significant|difference|increase|effect|association|impact"
    r"|evidence|change|relat|improve|statistical)(?:[a-z0-9#,/-]{1,20} ){0,5}?"
    r"(?:deaths?|mortality|mortalities|complications?|toxicity|recurrences?)\b"
    r"|\bnone of (?:the |all )?(?:#? ?patients? )?died\b"
    r"|\b(?:no|none of the) (?:patients? |one )(?:[a-z]{1,12} ){0,2}?died\b|\bnone died\b"
    r"|\b(?:mortality|deaths?)(?: rate)?(?: was| were|:| of)? (?:nil|zero|none)\b"
    r"|(?:无|未见|未发生|未出现|没有)(?!统计|明显差异|差异|显著)[^,。;#:、]{0,10}?(?:死亡|并发症)"
    r"|死亡(?:率|病例)?[^,。;#:]{0,2}(?:为|:)? ?无"
)
BOUND = re.compile(rf"{CI}|upper (?:limit|bound)|上限")

MALE = r"(?:male|men|man|males|boys)"
FEMALE = r"(?:female|women|woman|females|girls)"
PATIENTS = r"(?:patients?|cases?|subjects?|participants?|individuals?)"
COUNTED = (
    rf"(?:{PATIENTS}|{MALE}|{FEMALE}|deaths?|events?|procedures?|operations?|resections?|centers?|centres?"
    r"|hospitals?|tumou?rs?|lesions?|metastas[ei]s|studies|articles|specimens?|nodules?)(?![a-z])"
)
STANDARD_DEVIATION = re.compile(r"(?<![a-z])s\.?d\.?(?![a-z])|standard deviations?|标准差|x±s|x̄±s|均数±s")
STANDARD_ERROR = re.compile(r"(?<![a-z])s\.?e\.?(?:m\.?)?(?![a-z])|standard errors?|标准误")
RANGE_WORDS = re.compile(r"range|范围|min|max|最[小大]|extremes")
QUARTILE_WORDS = re.compile(
    r"iqr|inter-?quartile|quartile|四分位|q1|p25|25th|m\(q|\(qr\)|q ?r\b|percentile|百分位"
)

MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
DATES = re.compile(
    rf"{N} ?年(?: ?{N} ?月)?(?: ?{N} ?日)?"
    rf"|(?:{MONTHS}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\.? (?:{N}(?:st|nd|rd|th)?,? )?{N}"
    rf"|{N}(?:st|nd|rd|th)? (?:{MONTHS}) {N}"
    rf"|{N}[-/.]{N}(?:[-/.]{N})?"
    rf"|(?:in|since|from|between|until|during|year) {N}(?: ?(?:-|~|to|and) ?{N})?|{N} ?[-~] ?{N}"
)
YEARS = range(1900, 2101)
DAYS_PER_MONTH = 30.4375
IN_MONTHS = (
    (re.compile(r"个月|月|mo"), 1.0),
    (re.compile(r"年|y"), 12.0),
    (re.compile(r"周|w"), 7 / DAYS_PER_MONTH),
    (re.compile(r"天|日|d"), 1 / DAYS_PER_MONTH),
)


def months_in(unit: str) -> float | None:
    """How many months one of a calendar unit has."""
    return next((months for pattern, months in IN_MONTHS if pattern.match(unit.strip(" -"))), None)


def sentence_before(masked: str, place: int, most: int = 200) -> str:
    """The text of the same sentence before a place."""
    window = masked[max(0, place - most) : place]
    ends = [window.rfind(stop) for stop in ("。", ". ", ";")]
    return window[max(ends) + 1 :]


def sentence_after(masked: str, place: int, most: int = 120) -> str:
    """The text of the same sentence behind a place."""
    window = masked[place : place + most]
    ends = [found for stop in ("。", ". ", ";") if (found := window.find(stop)) >= 0]
    return window[: min(ends)] if ends else window


def end_point_at(masked: str, start: int, end: int) -> str:
    """The end point that a number belongs to: the one named last before its end, else right after it."""
    before = sentence_before(masked, end)
    last = [(match.end(), name) for name, one in END_POINTS.items() for match in one.finditer(before)]
    if last:
        return max(last)[1]
    after = sentence_after(masked, end)
    first = [(match.start(), name) for name, one in END_POINTS.items() if (match := one.search(after))]
    return min(first)[1] if first else "survival"
