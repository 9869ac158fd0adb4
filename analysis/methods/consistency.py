"""How a report and a pasted abstract are checked against themselves."""

from __future__ import annotations

from analysis.methods import Chapter, Method
from registry.labels import Label

_OWN = Label(
    "R has no such check; the rules are held by tests that spoil a report for each of them.",
    "R中没有此类核对；每条规则均由专门改错的报告进行测试。",
)

CHAPTER = Chapter(
    "consistency",
    Label("Consistency of printed numbers", "数值一致性核对"),
    (
        Method(
            "rounding",
            Label("What printed digits allow", "修约允许的范围"),
            Label(
                "A printed number stands for every value that rounds to it. A contradiction is only "
                "reported where no such values fit together; an exact half may have been rounded either "
                "way.",
                "所印数值代表修约后等于它的全部取值；仅当这些取值均不能同时成立时才报告矛盾，恰为一半时进位"
                "或舍去均可。",
            ),
            "|x − printed| ≤ ½·10⁻ᵈ for d printed decimals",
            "Lang TA, Altman DG. Basic statistical reporting for articles published in biomedical journals "
            "(SAMPL guidelines), 2013.",
            not_compared=_OWN,
        ),
        Method(
            "median-and-rates",
            Label("Survival rates against the median", "生存率与中位数"),
            Label(
                "A survival curve is right-continuous: from its median on it is at 50% or below, before it "
                "at 50% or above. Rates do not rise with time, and none is given beyond the last "
                "follow-up. An event that falls exactly on a landmark is told with the height of the curve "
                "just before it.",
                "生存曲线右连续：自中位数起不高于50%，此前不低于50%；生存率不随时间上升，超出最后一次随访不"
                "列生存率。事件恰落在某时间点时，同时给出此前一刻的曲线高度。",
            ),
            "S(t) ≤ ½ for t ≥ m;  S(t) ≥ ½ for t < m",
            "Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457–481.",
            not_compared=_OWN,
        ),
        Method(
            "end-points",
            Label("Overall against progression-free survival", "总体生存与无进展生存"),
            Label(
                "Every death is an event of progression-free survival, so deaths cannot outnumber its "
                "events. More deaths, a lower overall survival, or events that come later than censorings "
                "suggest that events and censorings are coded the wrong way round.",
                "每例死亡均为无进展生存的事件，故死亡数不可能多于其事件数。死亡数更多、总体生存更低，或事件"
                "普遍晚于删失，均提示事件与删失编码可能颠倒。",
            ),
            "events(OS) ≤ events(PFS)",
            "Definition of the end points.",
            not_compared=_OWN,
        ),
        Method(
            "symmetric-interval",
            Label("Symmetric interval of a median", "对称的中位数置信区间"),
            Label(
                "An interval that is exactly symmetric about a median survival is a normal approximation; "
                "its standard error follows from its width.",
                "关于中位生存时间完全对称的区间为正态近似，由其宽度可推出标准误。",
            ),
            "SE = (upper − lower) / (2·1.96)",
            "Collett D. Modelling Survival Data in Medical Research.",
            not_compared=_OWN,
        ),
        Method(
            "spread",
            Label("Standard deviation against range and mean", "标准差与全距、均数"),
            Label(
                "n values whose smallest and largest are known can only have a standard deviation between "
                "two limits. A spread of less than a tenth of the mean in a quantity that varies between "
                "patients is probably a standard error; the standard deviation is then √n times as large.",
                "已知最小值与最大值时，n个数值的标准差只能介于两个界限之间。患者间差异较大的指标，若离散程"
                "度不足均数的十分之一，则可能是标准误，对应的标准差为其√n倍。",
            ),
            "range/√(2(n−1)) ≤ SD ≤ range·√(⌊n/2⌋⌈n/2⌉/(n(n−1)));  SD = SEM·√n",
            "Popoviciu T. Mathematica (Cluj) 1935;9:129–145; SAMPL guidelines.",
            not_compared=_OWN,
        ),
        Method(
            "zero-events",
            Label("None seen", "零事件"),
            Label(
                "None among n is given with its upper limit: exact (each tail 2.5%) and Wilson's.",
                "n例中0例时给出置信上限：精确法（单侧2.5%）及Wilson法。",
            ),
            "exact: 1 − 0.025^(1/n);  Wilson: z²/(n + z²)",
            "Clopper CJ, Pearson ES. Biometrika 1934;26:404–413. Wilson EB. J Am Stat Assoc 1927;22:209–212.",
            not_compared=Label(
                "The intervals themselves are compared with R under proportions.",
                "区间本身已在“率”部分与R比较。",
            ),
        ),
        Method(
            "p-from-interval",
            Label("P recomputed from an interval", "由置信区间反算P值"),
            Label(
                "The P of a ratio is recomputed from its interval on the log scale, for all values that "
                "the printed digits allow, and held against the P that is printed. A P of another test may "
                "differ somewhat; only a clear difference across 0.05 is a contradiction.",
                "在对数尺度上由比值的置信区间反算P值，考虑所印数字允许的全部取值，并与所印P值比较。"
                "其他检验的P值可略有不同；仅当明显分处0.05两侧时才视为矛盾。",
            ),
            "SE = (ln upper − ln lower)/(2z);  P = 2·(1 − Φ(|ln ratio|/SE))",
            "Altman DG, Bland JM. How to obtain the P value from a confidence interval. BMJ 2011;343:d2304.",
            not_compared=_OWN,
        ),
    ),
)
