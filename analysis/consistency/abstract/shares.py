"""Checks of counts and percentages in an abstract: against each other, against the number of patients."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction

from analysis.consistency import arithmetic
from analysis.consistency.abstract.facts import Abstract, Count, NoneSeen, Share
from analysis.consistency.abstract.finding import PassageFinding, passage, said
from registry.labels import Label, both, joined

PERCENT_FITS = Label(
    "{n} of {total} is {exact}%, printed correctly as {percent}%.",
    "{n}/{total}为{exact}%，印作{percent}%，修约正确。",
)
PERCENT_WRONG = Label(
    "{n} of {total} is {exact}% and cannot be printed as {percent}%.",
    "{n}/{total}为{exact}%，不能修约为{percent}%。",
)
ANOTHER_TOTAL = Label(
    "{n} of all {total} patients is {exact}%, not {percent}%; the percentage fits a total of {fitting}, so "
    "another denominator is meant and should be printed.",
    "{n}例占全部{total}例的{exact}%，而非{percent}%；该百分比对应的分母为{fitting}，应写明所用分母。",
)
PERCENT_IMPOSSIBLE = Label(
    "{n} of all {total} patients is {exact}%, not {percent}%, and no smaller group of whole patients gives "
    "{percent}% either.",
    "{n}例占全部{total}例的{exact}%，而非{percent}%；任何更小的整数分母也得不到{percent}%。",
)
COUNT_IMPOSSIBLE = Label(
    "{percent}% of {total} patients is not a whole number of patients: {below} of {total} is {low}% and "
    "{above} of {total} is {high}%.",
    "{total}例患者的{percent}%不对应整数例数：{below}/{total}为{low}%，{above}/{total}为{high}%。",
)
MORE_THAN_TOTAL = Label("{n} of {total}: more than the total.", "{n}/{total}：计数大于总数。")
LARGER_TOTAL = Label(
    "The denominator {total} is larger than the {patients} patients of the abstract: another unit is counted "
    "(say which), or it is an error.",
    "分母{total}大于摘要所述的{patients}例患者：或以其他单位计数（应写明），或有误。",
)
LARGER_COUNT = Label(
    "{n} patients are more than the {patients} that the abstract is about: another group (say which), or an "
    "error.",
    "{n}例多于摘要所述的{patients}例患者：或为另一组病例（应写明），或有误。",
)
COUNTS_FIT = Label(
    "No count of patients exceeds the total of {patients} ({n} counts compared).",
    "各患者计数均不超过总数{patients}例（共比较{n}项）。",
)
TWO_WAYS = Label(
    "The same fraction {n}/{total} is printed in different ways: {ways}. One text should follow one rounding "
    "rule.",
    "同一比例{n}/{total}有不同写法：{ways}。同一篇文章应采用同一修约规则。",
)
MIXED_DECIMALS = Label(
    "Percentages of the same total {total} are printed with different numbers of decimals: {ways}.",
    "同一总数{total}的百分比小数位数不一致：{ways}。",
)
SUM_FITS = Label("The categories {parts} add up to {total}.", "各类别{parts}合计{total}，与总数一致。")
SUM_WRONG = Label(
    "The categories {parts} add up to {sum}, not to the {total} patients.",
    "各类别{parts}合计{sum}，与{total}例患者不符。",
)
SUM_INCOMPLETE = Label(
    "The categories {parts} add up to {sum} of {total} patients; say how many are not known or fall "
    "elsewhere.",
    "各类别{parts}合计{sum}，少于{total}例患者；应写明不详或属其他类别的例数。",
)
NO_BOUND = Label(
    "None of {total} is printed without an upper limit. Not seen is not impossible: the upper limit is "
    "{exact}% (exact, 97.5% one-sided) or {wilson}% (Wilson).",
    "{total}例中0例，未给出置信上限。未观察到不等于不会发生：上限为{exact}%（精确法，单侧97.5%）或{wilson}%"
    "（Wilson法）。",
)
NO_BOUND_NO_TOTAL = Label(
    "That none had the event is printed without an upper limit, and the number of patients could not be "
    "read.",
    "事件数为0，未给出置信上限，且未能读出患者总数。",
)
OUTSIDE_HUNDRED = Label("{percent}% is more than 100%.", "{percent}%大于100%。")

_SEXES = ("male", "female")
_GRADES = ("g1", "g2", "g3")


def checks(abstract: Abstract) -> Iterator[PassageFinding]:
    """Every check of counts and percentages."""
    patients, is_sure = abstract.patients, abstract.is_sure_of_patients
    for share in abstract.of(Share):
        yield from _share(share, patients, is_sure)
    yield from _two_ways(abstract, patients)
    yield from _counts(abstract, patients)
    if patients:
        yield from _sum(abstract, patients, _SEXES, complete=True)
        yield from _sum(abstract, patients, _GRADES, complete=False)
    yield from _none_seen(abstract, patients)


def _share(share: Share, patients: int | None, is_sure: bool) -> Iterator[PassageFinding]:
    n, total, percent = share.count, share.total, share.percent
    if n is not None and total is not None:
        if n.value > total.value or not total.value:
            sentence = MORE_THAN_TOTAL.fill(n=n.text, total=total.text)
            yield passage("more_than_total", "contradiction", sentence, share.span)
            return
        if patients and total.value > patients:
            sentence = LARGER_TOTAL.fill(total=total.text, patients=patients)
            yield passage("denominator_above_patients", "warning", sentence, share.span)
    if percent is None:
        return
    if n is not None and total is not None:
        yield _fits(share, int(n.value), int(total.value))
    elif n is not None and patients:
        yield from _of_patients(share, int(n.value), patients, is_sure)
    elif n is None and total is not None and total.value > 0:
        yield from _of_total(share, int(total.value))


def _fits(share: Share, n: int, total: int) -> PassageFinding:
    exact, percent = Fraction(100 * n, total), share.percent
    fits = arithmetic.can_be_printed_as(exact, percent.value, percent.decimals)
    words = {
        "n": n,
        "total": total,
        "exact": said(float(exact), percent.decimals + 2),
        "percent": percent.text,
    }
    if fits:
        return passage("percent_of_total", "agreement", PERCENT_FITS.fill(**words), share.span)
    return passage("percent_of_total", "contradiction", PERCENT_WRONG.fill(**words), share.span)


def _of_patients(share: Share, n: int, patients: int, is_sure: bool) -> Iterator[PassageFinding]:
    """A count and a percentage without a denominator: of all patients, or of how many?"""
    percent = share.percent
    possible = arithmetic.denominators(n, percent.value, percent.decimals, patients)
    if patients in possible:
        yield _fits(share, n, patients)
        return
    if n > patients:
        return  # not patients, or another group; the count itself is remarked upon
    words = {
        "n": n,
        "total": patients,
        "exact": said(100 * n / patients, percent.decimals + 1),
        "percent": percent.text,
    }
    if possible:
        fitting = f"{possible[0]}–{possible[-1]}" if len(possible) > 1 else str(possible[0])
        sentence = ANOTHER_TOTAL.fill(fitting=fitting, **words)
        yield passage("percent_of_another_total", "warning", sentence, share.span)
    else:
        severity = "contradiction" if is_sure else "warning"
        yield passage("percent_of_total", severity, PERCENT_IMPOSSIBLE.fill(**words), share.span)


def _of_total(share: Share, total: int) -> Iterator[PassageFinding]:
    percent = share.percent
    if percent.value > 100:
        return
    below = int(percent.value * total // 100)
    around = [n for n in (below, below + 1) if n <= total]
    exact = [Fraction(100 * n, total) for n in around]
    if any(arithmetic.can_be_printed_as(one, percent.value, percent.decimals) for one in exact):
        return
    sentence = COUNT_IMPOSSIBLE.fill(
        percent=percent.text,
        total=total,
        below=around[0],
        above=around[-1],
        low=said(float(exact[0]), percent.decimals + 1),
        high=said(float(exact[-1]), percent.decimals + 1),
    )
    yield passage("percent_of_total", "contradiction", sentence, share.span)


def _two_ways(abstract: Abstract, patients: int | None) -> Iterator[PassageFinding]:
    by_fraction: dict[tuple[int, int], list[Share]] = defaultdict(list)
    for share in abstract.of(Share):
        total = int(share.total.value) if share.total is not None else patients
        if share.count is None or share.percent is None or not total or share.count.value > total:
            continue
        exact = Fraction(100 * int(share.count.value), total)
        if arithmetic.can_be_printed_as(exact, share.percent.value, share.percent.decimals):
            by_fraction[int(share.count.value), total].append(share)
    differing = False
    for (n, total), group in by_fraction.items():
        ways = dict.fromkeys(f"{share.percent.text}%" for share in group)
        if len(ways) > 1:
            differing = True
            sentence = TWO_WAYS.fill(n=n, total=total, ways=joined([both(way) for way in ways]))
            yield passage("fraction_printed_two_ways", "warning", sentence, *(share.span for share in group))
    if not differing:
        yield from _mixed_decimals(by_fraction)


def _mixed_decimals(by_fraction: dict[tuple[int, int], list[Share]]) -> Iterator[PassageFinding]:
    by_total: dict[int, list[Share]] = defaultdict(list)
    for (_, total), group in by_fraction.items():
        by_total[total] += [share for share in group if share.percent.value not in (0, 100)]
    for total, group in by_total.items():
        if len({share.percent.decimals for share in group}) > 1:
            ways = joined([both(f"{share.percent.text}%") for share in group])
            sentence = MIXED_DECIMALS.fill(total=total, ways=ways)
            yield passage("percent_decimals_differ", "note", sentence, *(share.span for share in group))


def _counts(abstract: Abstract, patients: int | None) -> Iterator[PassageFinding]:
    counts = [fact for fact in abstract.of(Count) if fact.what == "patients" and not fact.is_total]
    if not patients or not counts:
        return
    for count in counts:
        if count.number.value > patients:
            sentence = LARGER_COUNT.fill(n=count.number.text, patients=patients)
            yield passage("count_above_patients", "warning", sentence, count.span)
    if all(count.number.value <= patients for count in counts):
        sentence = COUNTS_FIT.fill(patients=patients, n=len(counts))
        yield passage("counts_within_patients", "agreement", sentence, *(count.span for count in counts))


def _sum(
    abstract: Abstract, patients: int, kinds: tuple[str, ...], *, complete: bool
) -> Iterator[PassageFinding]:
    """Categories that exclude each other; `complete` where they leave out nobody."""
    found = [fact for fact in abstract.of(Count) if fact.what in kinds]
    if len(found) < 2 or len({fact.what for fact in found}) != len(found):
        return  # none, or counted in several groups
    added = sum(int(fact.number.value) for fact in found)
    totals = {int(fact.number.value) for fact in abstract.of(Count) if fact.is_total} | {patients}
    words = {"parts": " + ".join(fact.number.text for fact in found), "sum": added, "total": patients}
    spans = [fact.span for fact in found]
    if added in totals:
        yield passage(
            "categories_against_total", "agreement", SUM_FITS.fill(**words | {"total": added}), *spans
        )
    elif complete or added > patients:
        severity = "warning" if abstract.has_groups else "contradiction"
        yield passage("categories_against_total", severity, SUM_WRONG.fill(**words), *spans)
    elif len(found) == len(kinds):
        yield passage("categories_against_total", "warning", SUM_INCOMPLETE.fill(**words), *spans)


def _none_seen(abstract: Abstract, patients: int | None) -> Iterator[PassageFinding]:
    seen = [fact for fact in abstract.of(NoneSeen) if not fact.bounded]
    by_total: dict[int, list[NoneSeen]] = defaultdict(list)
    for fact in seen:
        by_total[int(fact.total.value) if fact.total is not None else patients or 0].append(fact)
    for total, group in by_total.items():
        sentence = NO_BOUND_NO_TOTAL
        if total:
            exact, wilson = arithmetic.upper_limit_of_none(total)
            sentence = NO_BOUND.fill(total=total, exact=said(exact), wilson=said(wilson))
        yield passage("zero_without_bound", "warning", sentence, *(fact.span for fact in group))
