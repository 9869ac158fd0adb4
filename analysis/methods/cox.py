"""How the numbers of Cox's model are made."""

from analysis.methods import Chapter, Method
from registry.labels import Label

_MODEL = Method(
    slug="cox",
    name=Label("Cox's proportional hazards model", "Cox比例风险模型"),
    definition=Label(
        "Hazard ratios by the partial likelihood, with Efron's treatment of tied events (as R) or "
        "Breslow's (as "
        "SAS). Strata, delayed entry, covariates that change with time and case weights are allowed. Wald "
        "intervals use the normal quantile; the likelihood ratio, Wald and score tests are of all terms. A "
        "covariate that is a combination of those before it, or equal in every risk set, has no estimate.",
        "采用偏似然法估计风险比，同时发生的事件按Efron法（同R）或Breslow法（同SAS）处理。"
        "可分层，可处理延迟入组、时依协变量和病例权重。置信区间为Wald法，取正态分位数；"
        "似然比、Wald和记分检验针对全部协变量。协变量若可由其前的协变量线性表示，"
        "或在各风险集内取值均相同，则不给出估计值。",
    ),
    formula="Efron: l(b) = Σ_t [ Σ_{events i} x_i'b − Σ_{j<d} ln( Σ_{at risk} exp(x'b) − (j/d) "
    "Σ_{events} exp(x'b) ) ];  Breslow: without (j/d)",
    source="Cox DR. J R Stat Soc B 1972;34:187-220. Efron B. J Am Stat Assoc 1977;72:557-565. Breslow "
    "N. Biometrics 1974;30:89-99.",
    compared=(
        "cox:*/efron/*/coef",
        "cox:*/efron/*/se",
        "cox:*/efron/*/ratio",
        "cox:*/efron/*/lower",
        "cox:*/efron/*/upper",
        "cox:*/breslow/*/coef",
        "cox:*/breslow/*/se",
        "cox:*/breslow/*/ratio",
        "cox:*/efron/likelihood-ratio",
        "cox:*/efron/wald",
        "cox:*/efron/score",
        "cox:*/efron/log-likelihood/*",
        "cox:*/efron/*/p",
        "cox:*/breslow/*/p",
        "cox:*/breslow/*/lower",
        "cox:*/breslow/*/upper",
        "cox:*/breslow/likelihood-ratio",
        "cox:*/breslow/wald",
        "cox:*/breslow/score",
        "cox:*/breslow/log-likelihood/*",
    ),
)

_SEPARATION = Method(
    slug="cox-separation",
    name=Label("Monotone likelihood", "单调似然"),
    definition=Label(
        "Where a covariate, or a combination of some, orders the events completely, its estimate is "
        "infinite. Such "
        "terms are found by the information that goes to 0 along the direction in which the likelihood "
        "only rises; they are printed as not estimable, with a reference to Firth's estimate. The others "
        "are those of the limit, and the likelihood ratio test remains valid.",
        "若某一协变量或若干协变量的组合将事件完全排序，其估计值趋于无穷。程序依据似然单调上升方向上"
        "信息量趋于0这一特征识别此类协变量，标记为无法估计，并提示参见Firth估计。"
        "其余协变量取极限处的估计值，似然比检验仍然有效。",
    ),
    formula="there is d ≠ 0 with d'x_i ≥ d'x_k for every event i and every k at risk with it",
    source="Bryson MC, Johnson ME. Technometrics 1981;23:381-383. Heinze G, Schemper M. Biometrics "
    "2001;57:114-119.",
    not_compared=Label(
        "R prints a large number and a warning here; the tests compare with a linear program instead.",
        "R在此情形下输出很大的数值并给出警告；本程序的测试改与线性规划的结果比较。",
    ),
)

_ROBUST = Method(
    slug="cox-robust",
    name=Label("Robust standard error", "稳健标准误"),
    definition=Label(
        "The sandwich variance from each row's influence on the coefficients, added up within patients "
        "who have several rows. Used for weighted models.",
        "由每条记录对回归系数的影响计算夹心方差；同一患者有多条记录时先在患者内求和。用于加权模型。",
    ),
    formula="V = D'D,  D = (score residuals × weight) I(b)⁻¹",
    source="Lin DY, Wei LJ. J Am Stat Assoc 1989;84:1074-1078.",
    compared=("cox:*/robust/*", "cox:heart/by-patient/*"),
)

_HAZARDS = Method(
    slug="proportional-hazards",
    name=Label("Test of proportional hazards", "比例风险假定检验"),
    definition=Label(
        "The score test of a coefficient that changes with a transform g of time, for each term and for "
        "all (GLOBAL). g is 1 − S just before t by Kaplan-Meier (default), the rank, the time or its "
        "logarithm. "
        "This is cox.zph of R's survival package from version 3.0 on; the older approximation can differ "
        "materially. Plots show the scaled Schoenfeld residuals, whose trend is that of the coefficient.",
        "对回归系数随时间变换g(t)而变化的假设作记分检验，逐项及整体（GLOBAL）给出结果。"
        "g(t)可取1−S(t−)（Kaplan-Meier法，默认）、秩次、时间或其对数。本法与R的survival包"
        "3.0版以后的cox.zph一致，旧的近似法结果可能明显不同。图中为标度化Schoenfeld残差，"
        "其趋势即回归系数的变化趋势。",
    ),
    formula="T = u' (I22 − I21 I11⁻¹ I12)⁻¹ u,  u = Σ (x_i − x̄(t_i)) g(t_i),  I12 = Σ g V,  I22 = Σ g² V",
    source="Grambsch PM, Therneau TM. Biometrika 1994;81:515-526. Therneau TM, Grambsch PM. Modeling "
    "Survival Data. Springer, 2000.",
    compared=("cox:*/hazards/*",),
)

_FIRTH = Method(
    slug="cox-firth",
    name=Label("Firth's penalised Cox model", "Firth惩罚似然Cox模型"),
    definition=Label(
        "For few events or a monotone likelihood: the penalised estimate is finite. Intervals and p "
        "values are of "
        "the profile of the penalised likelihood, not Wald's. Breslow ties by default, Efron's on request.",
        "用于事件数少或单调似然的情形，惩罚似然估计值有限。置信区间与P值由惩罚似然的剖面得出，"
        "不采用Wald法。默认按Breslow法处理结点，亦可选Efron法。",
    ),
    formula="maximise l(b) + ½ ln det I(b);  limits: 2 (l*(b̂) − max l*(b | b_j)) = χ²(1; 0.95)",
    source="Firth D. Biometrika 1993;80:27-38. Heinze G, Schemper M. Biometrics 2001;57:114-119.",
    compared=("cox:*/firth/*",),
)

_CONCORDANCE = Method(
    slug="concordance",
    name=Label("Harrell's C", "Harrell C指数"),
    definition=Label(
        "Of all pairs in which one case has the event while the other is still at risk and goes on, the "
        "share in "
        "which the first has the higher risk; equal risks count one half. Pairs are of one stratum. The "
        "standard error is by the infinitesimal jackknife.",
        "在一例发生事件而另一例仍处于风险集并继续随访的所有病例对中，前者预测风险较高者所占比例，"
        "风险相等计0.5。仅在同一层内配对。标准误采用无穷小刀切法。",
    ),
    formula="C = (concordant + tied / 2) / (concordant + discordant + tied)",
    source="Harrell FE, Lee KL, Mark DB. Stat Med 1996;15:361-387.",
    compared=("cox:concordance/*", "cox:*/concordance", "cox:*/concordance/se"),
)

_GATE = Method(
    slug="events-per-variable",
    name=Label("Events per variable", "每变量事件数"),
    definition=Label(
        "The number of events for each coefficient. Below 10 a model carries a warning; below 5 Firth's "
        "estimate is advised.",
        "每个回归系数对应的事件数。不足10例时给出警示，不足5例时建议采用Firth估计。",
    ),
    formula="events / coefficients",
    source="Peduzzi P, Concato J, Feinstein AR, Holford TR. J Clin Epidemiol 1995;48:1503-1510.",
    not_compared=Label("A rule, not a statistic.", "此为判断规则，并非统计量。"),
)

CHAPTER = Chapter(
    slug="cox",
    title=Label("Cox regression", "Cox回归"),
    methods=(_MODEL, _SEPARATION, _ROBUST, _HAZARDS, _FIRTH, _CONCORDANCE, _GATE),
)
