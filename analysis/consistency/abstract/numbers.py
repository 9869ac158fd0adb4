"""Reading counts, shares, percentages, P values, dates, and what is said not to have happened."""

from __future__ import annotations

import re

from analysis.consistency.abstract import words
from analysis.consistency.abstract.facts import Count, NoneSeen, PValue, Share
from analysis.consistency.abstract.reader import Reader, is_whole
from analysis.consistency.abstract.words import COUNTED, FEMALE, MALE, PATIENTS, RANGE, UNIT, N

_PER = r" ?/ ?"
_COUNT, _TOTAL, _PERCENT = (rf"(?P<{name}>{N})" for name in ("count", "total", "percent"))
_OF = r" (?:out )?of (?:the |all |these |our |a total of )?"
_SHARES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_PERCENT} ?% ?[(,:] ?(?:n ?= ?)?{_COUNT}(?:{_PER}|{_OF}){_TOTAL}(?: ?例)?",
        rf"(?<!/){_COUNT}(?:{_PER}|{_OF}){_TOTAL}(?! ?-?{words.CALENDAR})"
        rf"(?: ?例| [a-z]{{1,15}}){{0,3}} ?[(,;:=] ?(?:占|约)?{_PERCENT} ?%",
        rf"{_TOTAL} ?例(?:患者)?中,? ?{_COUNT} ?例[^{N}。;,]{{0,12}}[(,] ?(?:占|约)?{_PERCENT} ?%",
        rf"{_PERCENT}%{_OF}{_TOTAL} {PATIENTS}(?![a-z])",
        rf"\bof (?:the |these |our )?{_TOTAL} (?:[a-z-]{{1,15}} ){{0,2}}{PATIENTS}, ?{_COUNT}"
        rf"(?: [a-z]{{1,15}}){{0,2}} ?\( ?{_PERCENT} ?%",
        rf"{_COUNT}(?: ?例(?:患者)?| (?:[a-z-]{{1,15}} ){{0,3}}{COUNTED}) ?(?:\(|, ?占?|占) ?(?:占|约)?"
        rf"{_PERCENT} ?%(?! ?[~-] ?{N}|者|以)",
        rf"{_COUNT} ?\( ?{_PERCENT} ?%",
        rf"{_PERCENT}% ?\( ?(?:n ?= ?)?{_COUNT}(?: ?例| patients?)? ?\)",
        rf"{_COUNT}{_OF}{_TOTAL}(?![{N}%])",
        rf"(?<!/){_COUNT}{_PER}{_TOTAL}(?! ?(?:mmhg|%|[/{N}]|-?{words.CALENDAR}))",
    )
)
_BRACKET = re.compile(rf" ?\((?:[^()]{{0,30}}{N}{_PER}{N}[^()]{{0,30}}| ?{N} ?%[^()]{{0,12}})\)")

_MALE, _FEMALE = r"男(?:性)?(?:患者)?[ :为]?", r"女(?:性)?(?:患者)?[ :为]?"
_MEN, _WOMEN = (rf"(?:[a-z]{{1,10}} ){{0,2}}{one}(?![a-z])" for one in (MALE, FEMALE))
_M, _F = rf"(?P<m>{N})", rf"(?P<f>{N})"
_SEXES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_MALE}{_M}(?: ?例)?[^{N}。;]{{0,8}}?{_FEMALE}{_F}",
        rf"{_FEMALE}{_F}(?: ?例)?[^{N}。;]{{0,8}}?{_MALE}{_M}",
        rf"{_M} ?[例名]?(?:为)?男(?:性)?[^{N}。;]{{0,8}}?{_F} ?[例名]?(?:为)?女",
        rf"{_M} {_MEN}[^{N}。;.]{{0,25}}?{_F} {_WOMEN}",
        rf"{_F} {_WOMEN}[^{N}。;.]{{0,25}}?{_M} {_MEN}",
        rf"(?<![a-z]){MALE}[ :=,(]{{1,3}}(?:n ?= ?)?{_M}[^{N}。;]{{0,12}}"
        rf"{FEMALE}[ :=,(]{{1,3}}(?:n ?= ?)?{_F}",
        rf"(?<![a-z])(?:male|m|男) ?(?:[:/]|to|-to-) ?(?:female|f|女)(?![a-z])(?P<ratio> ratio|比)?"
        rf"[^{N}。;a-z]{{0,6}}(?:of |was |is )?{_M} ?(?:例 ?)?(?:[:/]|to) ?{_F}",
    )
)
_GRADE = r"g(?P<grade>[123])(?![0-9/-])"
_GRADES = (  # "8 G1" before "G1: 8", which would read "8 G1, 10 G2" one place on
    re.compile(
        rf"(?P<n>{N}) ?(?:例)? ?\(?(?:patients? |cases? |were |was |with |had |为){{0,3}}(?:grade )?{_GRADE}"
    ),
    re.compile(rf"(?<![a-z]){_GRADE}(?:级)?(?: ?期)? ?[,:(为=]? ?(?P<n>{N})(?: ?例)?(?! ?[%/.])"),
)
_COUNTS = re.compile(
    rf"(?P<zh>{N}) ?例(?!次)|(?<![a-z])n ?= ?(?P<equal>{N})"
    rf"|(?P<en>{N}) (?:(?!of|out|to|and)[a-z-]{{1,20}} ){{0,4}}?(?:{PATIENTS})(?![a-z])"
    rf"|(?P<other>{N}) (?:(?!of|out|to|and)[a-z-]{{1,20}} ){{0,2}}?{COUNTED}"
)
_TOTAL_BEFORE = re.compile(
    r"(?:共|总计|合计|纳入|入组|收集|收治|回顾性分析|资料|total of|included|enrolled|identified|analy[sz]ed"
    r"|recruited|(?:data|records) (?:of|from|on)|overall,?|altogether,?) ?(?:了|的|患者|our )?[^#。;,]{0,12}$"
)
_TOTAL_AFTER = re.compile(
    r" (?:consecutive|eligible)| ?例(?:患者)?(?:纳入|入组)"
    r"|[^#。;,]{0,60}(?:were|was) (?:included|enrolled|analy|recruited)"
)
_MORTALITY_BEFORE = re.compile(r"(?:mortality|deaths?|died|死亡)[^#。;,]{0,20}$")
_MORTALITY_AFTER = re.compile(r" ?%? (?:[a-z-]{1,15} ){0,2}(?:deaths?|mortality)|例?(?:围手术期|术后)?死亡")
_P = re.compile(words.P)
_LEVEL = re.compile(rf"{N}% ?{words.CI}")
_ALPHA = re.compile(rf"(?:α|alpha|significance)[^#。;.]{{0,15}}{N}")
_QUANTITIES = (
    _LEVEL,
    _ALPHA,
    re.compile(rf"{RANGE}(?:%| ?-?{UNIT})"),
    re.compile(rf"{N}-?(?:{words.SEPARATOR}{N}-?){{0,9}} ?-? ?(?:{UNIT}|{COUNTED})"),
    re.compile(rf"(?:in|to|with) {N}(?= ?[;,)]|\.(?: |$)| and | at risk)|at risk ?[:=]? ?{N}"),
    re.compile(rf"(?:χ ?{N}?|χ²|(?<![a-z])[tfzurhwq]) ?= ?{N}"),
    re.compile(rf"(?<![a-z])p (?:value )?for [a-z ]{{1,20}} ?[=<>]? ?{N}|{N} ?: ?{N}"),
    re.compile(
        r"(?:grade|day|month|week|year|phase|stage|level|class|table|figure|type|score|pod|version|group|第|分级"
        rf"|评分) ?{N}(?:(?:{words.TO}| or ){N})?|[<>≤≥] ?{N}"
    ),
)


def dates(reader: Reader) -> None:
    """Years with their months and days."""
    for match in words.DATES.finditer(reader.masked):
        found = reader.text.numerals_in(*match.span())
        years = [
            one
            for one in found
            if one.text.isdigit() and len(one.text) == 4 and int(one.value) in words.YEARS
        ]
        others = [one for one in found if one not in years]
        if years and (found[0] in years or found[-1] in years) and all(0 < one.value <= 31 for one in others):
            reader.claim(*found)


def sexes(reader: Reader) -> None:
    """Men and women, with the percentages between them out of the way."""
    brackets = [match.span() for match in _BRACKET.finditer(reader.masked)]
    plain = reader.text.without(brackets)
    for pattern in _SEXES:
        for match in pattern.finditer(plain.masked):
            men, women = plain.numeral(match, "m"), plain.numeral(match, "f")
            if not reader.are_free(men, women):
                continue
            span = plain.span(*match.span())
            if not is_whole(men, women) or match.groupdict().get("ratio"):
                reader.claim(men, women)
                continue
            reader.add(Count(span, men, "male"), men)
            reader.add(Count(span, women, "female"), women)


def shares(reader: Reader) -> None:
    """Counts, totals and percentages that are printed together."""
    shown = {fact.percent.index for fact in reader.facts if isinstance(fact, Share) and fact.percent}
    for pattern in _SHARES:
        for match in pattern.finditer(reader.masked):
            groups = match.groupdict()
            count, total, percent = (
                reader.text.numeral(match, name) if name in groups else None
                for name in ("count", "total", "percent")
            )
            if not reader.are_free(count, total) or not is_whole(count, total):
                continue
            if percent is None or percent.index not in shown:
                reader.add(Share(reader.span(match), count, total, percent), count, total, percent)
                shown |= {percent.index} if percent else set()
    reader.brackets += [match.span() for match in _BRACKET.finditer(reader.masked)]


def p_values(reader: Reader) -> None:
    for match in _P.finditer(reader.masked):
        value = reader.text.numeral(match, "p")
        if reader.are_free(value):
            reader.add(PValue(reader.span(match), match.group("relation"), value), value)


def none_seen(reader: Reader) -> None:
    """ "No perioperative deaths", "无围手术期死亡", "mortality was 0%"; whether an upper limit follows."""
    for match in words.NONE_SEEN.finditer(reader.masked):
        reader.add(NoneSeen(reader.span(match), None, _is_bounded(reader, match.end())))
    for place, numeral in reader.text.at.items():
        if numeral.value or not reader.are_free(numeral):
            continue
        before = words.sentence_before(reader.masked, place, 40)
        if _MORTALITY_BEFORE.search(before) or _MORTALITY_AFTER.match(reader.masked, place + 1):
            reader.add(NoneSeen((numeral.start, numeral.end), None, _is_bounded(reader, place)), numeral)
    places = {one.index: place for place, one in reader.text.at.items()}
    for fact in list(reader.facts):
        if isinstance(fact, Share) and fact.count is not None and fact.count.value == 0:
            bounded = _is_bounded(reader, places[fact.count.index])
            reader.add(NoneSeen(fact.span, fact.total, bounded))


def _is_bounded(reader: Reader, place: int) -> bool:
    return bool(words.BOUND.search(words.sentence_after(reader.masked, place)))


def grades(reader: Reader) -> None:
    """WHO grades with their counts, where at least two of them are counted."""
    for pattern in _GRADES:
        found = {}
        for match in pattern.finditer(reader.masked):
            number = reader.text.numeral(match, "n")
            if reader.are_free(number) and is_whole(number):
                found.setdefault(match.group("grade"), (reader.span(match), number))
        if len(found) >= 2:
            for grade, (span, number) in found.items():
                reader.add(Count(span, number, f"g{grade}"), number)
            return


def counts(reader: Reader) -> None:
    """Counted patients; the first is a total, and so is one that the words around it call so."""
    first = True
    for match in _COUNTS.finditer(reader.masked):
        group = match.lastgroup
        number = reader.text.numeral(match, group)
        if not reader.are_free(number) or not is_whole(number):
            continue
        what = "other" if group == "other" else "patients"
        stated = bool(
            _TOTAL_BEFORE.search(words.sentence_before(reader.masked, match.start(group), 60))
            or _TOTAL_AFTER.match(reader.masked, match.end(group))
        )
        stated = stated and what == "patients" and number.value > 0
        is_first = first and group in ("zh", "en") and number.value > 0
        first = first and group not in ("zh", "en")
        reader.add(Count(reader.span(match), number, what, stated or is_first, stated), number)


def percentages(reader: Reader) -> None:
    """Percentages that stand alone."""
    for match in re.finditer(rf"(?P<percent>{N}) ?%", reader.masked):
        percent = reader.text.numeral(match, "percent")
        if reader.are_free(percent) and not _LEVEL.match(reader.masked, match.start()):
            reader.add(Share(reader.span(match), percent=percent), percent)


def quantities(reader: Reader) -> None:
    """Numbers with a unit, a grade or a comparison: understood, though there is nothing to check."""
    for pattern in _QUANTITIES:
        for match in pattern.finditer(reader.masked):
            reader.claim(*reader.text.numerals_in(*match.span()))
