"""How the numbers of survival analysis are made."""

from analysis.methods import Chapter, Method
from registry.labels import Label

_CURVE = Method(
    slug="kaplan-meier",
    name=Label("Kaplan-Meier curve", "Kaplan-Meier生存曲线"),
    definition=Label(
        "The product-limit estimate of survival with Greenwood's standard error. Events precede censorings "
        "at the same time, and S(t) includes the events at t; where an event falls on a landmark the value "
        "just before it is given too. At risk at t are those followed for t or longer; with delayed entry "
        "a case is at risk after its entry. Times that differ by rounding only count as one time. Beyond "
        "the longest follow-up no rate is given unless S is 0.",
        "采用乘积限法估计生存率，标准误按Greenwood公式计算。同一时间点事件先于删失，"
        "S(t)包含t时刻发生的事件；事件恰落在界标时间点时，同时给出该时刻之前的数值。"
        "t时刻的风险人数为随访时间不短于t的例数；有延迟入组者，入组之后方计入风险集。"
        "仅因舍入而不同的时间视为同一时间。超出最长随访时间不再给出生存率，除非S已降至0。",
    ),
    formula="S(t) = Π_{t_j ≤ t} (1 − d_j / n_j);  Var S(t) = S(t)² G(t),  "
    "G(t) = Σ_{t_j ≤ t} d_j / (n_j (n_j − d_j))",
    source="Kaplan EL, Meier P. J Am Stat Assoc 1958;53:457-481. Greenwood M. 1926. Tsai WY, Jewell NP, "
    "Wang MC. Biometrika 1987;74:883-886 (delayed entry).",
    compared=(
        "survival:*/?/time",
        "survival:*/?/survival",
        "survival:*/?/se",
        "survival:*/?/at_risk",
        "survival:*/?/events",
        "survival:*/events",
        "survival:*/n",
    ),
)

_BANDS = Method(
    slug="survival-intervals",
    name=Label("Confidence interval of a survival rate", "生存率的置信区间"),
    definition=Label(
        "Pointwise limits on one of three scales: plain, log, or log-log, the default. Before the first "
        "event, where all three fail, the interval is Clopper-Pearson's on the number at risk; where S is "
        "0 there is none.",
        "逐点置信限可在三种尺度上计算：线性、对数或双对数（默认）。首个事件之前三者均不适用，"
        "改用基于风险人数的Clopper-Pearson区间；S为0处不给出区间。",
    ),
    formula="plain: S ∓ z SE;  log: S exp(∓ z SE / S);  log-log: S^exp(∓ z SE / (S ln S))",
    source="Kalbfleisch JD, Prentice RL. The Statistical Analysis of Failure Time Data. 2nd ed. Wiley, 2002.",
    compared=("survival:*/?/plain/*", "survival:*/?/log/*", "survival:*/?/log-log/*"),
)

_QUANTILES = Method(
    slug="survival-quantiles",
    name=Label("Median survival and quartiles", "中位生存时间及四分位数"),
    definition=Label(
        "The first time at which the curve is at or below the height, judged with a tolerance of 1e-9; "
        "where it runs exactly at that height, the middle of the step. The limits are the first times at "
        "which the pointwise band comes down to the same height; a limit that is not reached is left open.",
        "曲线首次降至或低于相应高度的时间（判断容差为1e-9）；曲线恰在该高度呈水平段时取该段中点。"
        "置信限为逐点置信带首次降至同一高度的时间；未达到者不给出该侧界限。",
    ),
    formula="t_p = min { t : S(t) ≤ 1 − p };  limits: min { t : L(t) ≤ 1 − p }, min { t : U(t) ≤ 1 − p }",
    source="Brookmeyer R, Crowley J. Biometrics 1982;38:29-41.",
    compared=("survival:*/q1/*", "survival:*/median/*", "survival:*/q3/*"),
)

_SPSS = Method(
    slug="spss-median",
    name=Label("Median survival as SPSS prints it", "SPSS输出的中位生存时间"),
    definition=Label(
        "The start of the step at one half, with the standard error of S divided by the slope of the curve "
        "between the last event time with S ≥ 0.55 and the first with S ≤ 0.45. The interval is symmetric, "
        "with the factor 1.96 itself, and not cut off at 0. Without an event time on either side there is "
        "no interval.",
        "取曲线降至0.5处的水平段起点；标准误为S的标准误除以曲线斜率，"
        "斜率由S≥0.55的最后一个事件时间与S≤0.45的首个事件时间之间求得。区间对称，系数即取1.96，"
        "不在0处截断；任一侧无事件时间时不给出区间。",
    ),
    formula="SE(m) = S(m) √G(m) / f,  f = (S(u) − S(l)) / (l − u);  95 %: m ∓ 1.96 SE(m)",
    source="Collett D. Modelling Survival Data in Medical Research. 3rd ed. Chapman & Hall/CRC, 2014.",
    not_compared=Label(
        "R has no such interval. It is held to twelve digits against the published output of IBM SPSS "
        "Statistics 31.",
        "R无此区间；与已公布的IBM SPSS Statistics 31输出结果逐位核对，12位数字一致。",
    ),
)

_MEANS = Method(
    slug="restricted-mean",
    name=Label("Restricted mean survival time", "限制性平均生存时间"),
    definition=Label(
        "The area under the curve up to a time tau that every group was followed to. The difference of two "
        "groups has the root of the summed squares of their standard errors and a z test. The mean that "
        "SPSS prints is the same area up to the longest follow-up of each group by itself, with the factor "
        "1.96.",
        "曲线下至τ的面积，τ不超过各组随访所及。两组之差的标准误为两组标准误平方和的平方根，并作z检验。"
        "SPSS输出的平均生存时间为同一面积，但积分至各组自身的最长随访时间，系数取1.96。",
    ),
    formula="μ(τ) = ∫_0^τ S(t) dt;  Var μ(τ) = Σ_{t_j < τ} A_j² d_j / (n_j (n_j − d_j)),  A_j = ∫_{t_j}^τ "
    "S(t) dt",
    source="Klein JP, Moeschberger ML. Survival Analysis. 2nd ed. Springer, 2003, section 4.5. Royston P, "
    "Parmar MKB. BMC Med Res Methodol 2013;13:152.",
    compared=("survival:*/mean/*", "survival:*/rmst/*", "survival:*/difference/*", "survival:*/tau=*/*"),
)

_FOLLOW_UP = Method(
    slug="follow-up",
    name=Label("Length and completeness of follow-up", "随访时间与随访完整性"),
    definition=Label(
        "Median follow-up and its quartiles are those of the curve with events and censorings exchanged. "
        "Clark's C is the person-time observed as a share of the person-time possible until the closing "
        "date or the event.",
        "中位随访时间及其四分位数由事件与删失互换后的曲线（反向Kaplan-Meier法）求得。"
        "Clark随访完整性指数C为实际观察人时占截至研究截止日或事件发生时可能观察人时的比例。",
    ),
    formula="S_follow-up: d_j and c_j exchanged;  C = Σ observed / Σ possible",
    source="Schemper M, Smith TL. Control Clin Trials 1996;17:343-346. Clark TG, Altman DG, De Stavola BL. "
    "Lancet 2002;359:1309-1310.",
    compared=("survival:*/follow-up/*",),
)

_TESTS = Method(
    slug="rank-tests",
    name=Label("Tests between survival curves", "生存曲线的组间比较"),
    definition=Label(
        "Observed minus expected events with the hypergeometric variance under ties, weighted by 1 "
        "(log-rank), the number at risk (Gehan-Breslow), its square root (Tarone-Ware) or the survival "
        "just before (Peto); summed over strata where there are any. Degrees of freedom count the groups "
        "that were at risk at an event, less one for each set of groups compared with one another. The "
        "trend test takes scores of ordered groups. Pairs are tested on their own cases and adjusted by "
        "Holm or Benjamini and Hochberg.",
        "以实际与期望事件数之差为基础，存在结时采用超几何方差；"
        "权重分别为1（log-rank）、风险人数（Gehan-Breslow）、风险人数的平方根（Tarone-Ware）或该时刻之前的生存率（Peto）；"
        "分层时按层求和。自由度为事件发生时处于风险中的组数，每一相互可比的组群减1。"
        "趋势检验采用有序分组的得分。两两比较仅用该两组的病例，P值按Holm法或Benjamini-Hochberg法校正。",
    ),
    formula="U_g = Σ w_j (d_gj − d_j n_gj / n_j);  Cov(U_g, U_h) = Σ w_j² d_j (n_j − d_j) / (n_j − 1) · "
    "(p_gj 1{g = h} − p_gj p_hj),  p_gj = n_gj / n_j;  χ² = Uᵀ V⁻ U;  trend: (sᵀU)² / sᵀVs",
    source="Mantel N. Cancer Chemother Rep 1966;50:163-170. Gehan EA. Biometrika 1965;52:203-223. Tarone "
    "RE, Ware J. Biometrika 1977;64:156-160. Peto R, Peto J. J R Stat Soc A 1972;135:185-207. Tarone RE. "
    "Biometrika 1975;62:679-682.",
    compared=(
        "survival:*/log-rank/*",
        "survival:*/gehan-breslow/*",
        "survival:*/tarone-ware/*",
        "survival:*/peto/*",
        "survival:*/pairs/*",
    ),
)

_LANDMARK = Method(
    slug="landmark-analysis",
    name=Label("Landmark analysis", "界标分析"),
    definition=Label(
        "The clock starts anew at the landmark among those free of the event there, so that groups known "
        "only later, such as responders, gain no immortal time. Events exactly at the landmark are left "
        "out.",
        "对界标时间点尚未发生事件者重新计时，使事后方能确定的分组（如缓解者）不因永生时间获益；"
        "恰在界标时间点发生的事件不计入。",
    ),
    formula="T′ = T − L for T > L",
    source="Anderson JR, Cain KC, Gelber RD. J Clin Oncol 1983;1:710-719.",
    compared=("survival:lung/from-180/*",),
)

CHAPTER = Chapter(
    slug="survival",
    title=Label("Survival", "生存分析"),
    methods=(_CURVE, _BANDS, _QUANTILES, _SPSS, _MEANS, _FOLLOW_UP, _TESTS, _LANDMARK),
)
