"""The regressions and the competing risks of an answer as tables."""

from __future__ import annotations

from collections.abc import Iterator

from analysis import typeset
from analysis.answers import printed
from analysis.answers.printed import GROUP, Data, level_label
from analysis.conventions import Conventions
from analysis.document import Block, Cell, Row, Table, words
from analysis.estimate import REASONS
from analysis.regression import events_gate
from registry.labels import Label, both

_COX_MODELS = {
    "efron": Label("Cox, Efron", "Cox模型（Efron法）"),
    "breslow": Label("Cox, Breslow", "Cox模型（Breslow法）"),
    "firth": Label("Cox, Firth", "Cox模型（Firth法）"),
}
_COX = Label(
    "Hazard ratio with its confidence interval: Wald's under Efron's and Breslow's treatment of ties, that "
    "of the profile penalised likelihood under Firth's correction.",
    "表中为风险比及其置信区间：Efron法与Breslow法采用Wald区间，Firth法采用轮廓惩罚似然区间。",
)
_TERM = Label("Term", "变量")
_LIKELIHOOD_RATIO = Label("Likelihood ratio test, P", "似然比检验，P")
_CONCORDANCE = Label("Concordance (C index)", "一致性指数（C指数）")
_COUNTED = Label(
    "Cases: {n}, events: {events}; without one of the covariates: {missing}.",
    "纳入{n}例，事件{events}例；{missing}例缺少协变量。",
)

Fitted = tuple[Label, str, Data | None]  # heading, name of the ratio, model


def cox(answer: Data, conventions: Conventions) -> Iterator[Table]:
    """The terms in rows, the three models side by side; no table where none could be fitted."""
    models = [(_COX_MODELS[name], "hazard_ratio", model) for name, model in answer["cox"].items()]
    yield from _table("cox", Label("Hazard ratios", "风险比"), models, [_COX], conventions)


def _table(
    id: str, title: Label, models: list[Fitted], notes: list[Label], conventions: Conventions
) -> Iterator[Table]:
    present = [(heading, ratio, model) for heading, ratio, model in models if model]
    if not present:
        return
    first = present[0][2]
    rows = [
        Row(
            f"{id}-term-{place}",
            both(term["term"]),
            tuple(
                printed.ratio_cell(model["terms"][place], ratio, model, conventions)
                for _, ratio, model in present
            ),
        )
        for place, term in enumerate(first["terms"])
    ]
    tests = (printed.p_cell(model["likelihood_ratio"]["p"], conventions) for *_, model in present)
    concordances = (_concordance(model, conventions) for *_, model in present)
    rows.append(Row(f"{id}-likelihood-ratio", _LIKELIHOOD_RATIO, tuple(tests)))
    rows.append(Row(f"{id}-concordance", _CONCORDANCE, tuple(concordances)))
    counts = {name: typeset.number(first[name], 0, conventions) for name in ("n", "events", "missing")}
    reasons = [term["reason"] for *_, model in present for term in model["terms"] if term["reason"]]
    gate = events_gate(first["events"], len(first["terms"]))
    caution = [] if gate.advice == "ok" else [gate.sentence]
    sentences = [_COUNTED.fill(**counts), *caution, *notes, *(REASONS[reason].sentence for reason in reasons)]
    headings = tuple(heading for heading, *_ in present)
    yield Table(id, title, headings, tuple(rows), _TERM, printed.as_notes(sentences))


def _concordance(model: Data, conventions: Conventions) -> Cell:
    found = model["concordance"]
    return words(printed.NOTHING) if found is None else printed.interval_cell(found, 3, conventions)


_TRANSFORMS = {
    "km": Label("Kaplan-Meier", "Kaplan-Meier变换"),
    "rank": Label("rank", "秩变换"),
    "identity": Label("time itself", "原始时间"),
    "log": Label("logarithm", "对数变换"),
}
_GLOBAL = Label("All terms together", "整体检验")
_SCALE = Label("Score test; scale of time: {scale}.", "得分检验；时间尺度：{scale}。")


def hazards(answer: Data, conventions: Conventions) -> Iterator[Table]:
    """The tests of proportional hazards on the scale of the conventions."""
    tests = answer["proportional_hazards"][conventions.ph_transform]
    if tests is None:
        return
    named = [(_GLOBAL if test["term"] == "GLOBAL" else both(test["term"]), test) for test in tests]
    title = Label("Test of proportional hazards", "比例风险假定检验")
    scale = _SCALE.fill(scale=_TRANSFORMS[conventions.ph_transform])
    yield printed.test_table("hazards", title, named, conventions, [scale])


_CAUSES = {"cause": Label("Event", "目标事件"), "competing": Label("Competing event", "竞争事件")}
_FINE_GRAY = Label("Fine-Gray", "Fine-Gray模型")
_SPECIFIC = Label("Cause-specific: {cause}", "原因别Cox模型：{cause}")


def competing(answer: Data, conventions: Conventions) -> Iterator[Block]:
    found = answer["competing"]
    groups = [({"level": None} | found), *found["groups"]]
    rows = [
        Row(
            f"incidence-{name}-{place}",
            Label("{cause} by {time}", "{time}时{cause}累积发生率").fill(
                cause=label, time=f"{landmark['time']:g}"
            ),
            tuple(printed.rate_cell(group["landmarks"][place][name], conventions) for group in groups),
        )
        for place, landmark in enumerate(found["landmarks"])
        for name, label in _CAUSES.items()
    ]
    if rows:
        title = Label("Cumulative incidence (Aalen-Johansen)", "累积发生率（Aalen-Johansen法）")
        yield Table("incidence", title, tuple(map(level_label, groups)), tuple(rows), GROUP)
    gray = [
        (_CAUSES[name], found[key])
        for name, key in (("cause", "gray"), ("competing", "gray_competing"))
        if found[key]
    ]
    if gray:
        yield printed.test_table("gray", Label("Gray's test", "Gray检验"), gray, conventions, [])
    specific = found["cause_specific"] or dict.fromkeys(_CAUSES)
    models = [
        (_FINE_GRAY, "subdistribution_hazard_ratio", found["fine_gray"]),
        (_SPECIFIC.fill(cause=_CAUSES["cause"]), "hazard_ratio", specific["cause"]),
        (_SPECIFIC.fill(cause=_CAUSES["competing"]), "hazard_ratio", specific["competing"]),
    ]
    title = Label("Regression under competing risks", "竞争风险回归")
    yield from _table("competing", title, models, [], conventions)
