"""Chapter of the methods page: propensity score weighting."""

from __future__ import annotations

from analysis.methods import Chapter, Method
from registry.labels import Label

CHAPTER = Chapter(
    slug="weighting",
    title=Label("Propensity score weighting", "倾向性评分加权"),
    methods=(
        Method(
            slug="propensity-weights",
            name=Label("Weights", "权重"),
            definition=Label(
                "The propensity e is the fitted probability of treatment from a logistic regression. Weights "
                "for the average effect in all (also stabilised), in the treated, or in the population of "
                "overlap, which balance the mean of every covariate exactly. The effective sample size and "
                "the largest weight are always given.",
                "倾向性评分e为Logistic回归拟合的接受处理的概率。权重分别对应全体平均处理效应（可稳定化）、"
                "处理组平均处理效应和重叠人群效应；重叠权重可使各协变量均数完全均衡。同时给出有效样本量和最大权重。",
            ),
            formula=(
                "ATE z/e + (1 − z)/(1 − e); ATT z + (1 − z) e/(1 − e); overlap z (1 − e) + (1 − z) e; "
                "ESS = (Σw)² / Σw²"
            ),
            source="Rosenbaum PR, Rubin DB. Biometrika 1983;70:41-55; Li F et al. JASA 2018;113:390-400",
            compared=("weighting:*/effective size/*", "weighting:*/largest weight"),
        ),
        Method(
            slug="balance",
            name=Label("Balance of covariates", "协变量均衡性"),
            definition=Label(
                "Difference of the means divided by the pooled standard deviation of the unweighted groups, "
                "before and after weighting alike; for a covariate of 0 and 1 the variance is p (1 − p).",
                "两组均数之差除以加权前两组的合并标准差，加权前后采用同一分母；0-1变量的方差为p(1−p)。",
            ),
            formula="SMD = (m₁ − m₀) / √((s₁² + s₀²) / 2)",
            source="Austin PC, Stuart EA. Stat Med 2015;34:3661-3679",
            compared=("weighting:*/standardised difference/*",),
        ),
        Method(
            slug="comparison-gate",
            name=Label("When groups are compared", "可比较的条件"),
            definition=Label(
                "Weighted groups are compared only with at least 20 events in each and where the propensity "
                "distributions share at least 0.3 of their area; otherwise the balance is shown and the "
                "reason given. The common area is 1 less the largest distance of the two distribution "
                "functions.",
                "仅当每组至少有20例事件且两组倾向性评分分布的重叠面积不低于0.3时，才作加权比较；否则仅展示均衡性并"
                "注明原因。重叠面积为1减去两组分布函数的最大差。",
            ),
            formula="overlap = 1 − max |F₁(e) − F₀(e)|",
            source="Convention of this registry / 本登记库约定",
            compared=("weighting:*/overlap",),
        ),
        Method(
            slug="weighted-difference",
            name=Label("Weighted difference of risks or means", "加权率差与加权均数差"),
            definition=Label(
                "Difference of the two weighted means. The sandwich standard error takes into account that "
                "the propensity was estimated; on request it takes the weights as known, as a weighted "
                "regression with robust errors does.",
                "两组加权均数之差。三明治标准误考虑了倾向性评分由数据估计这一事实；亦可按权重已知计算，"
                "即与采用稳健标准误的加权回归一致。",
            ),
            formula="μ_z = Σwy / Σw of each group; SE² = Σ (influence₁ − influence₀)²",
            source="Lunceford JK, Davidian M. Stat Med 2004;23:2937-2960",
            compared=("weighting:*/risk difference/*", "weighting:*/mean difference/*"),
        ),
        Method(
            slug="weighted-hazard-ratio",
            name=Label("Weighted hazard ratio", "加权风险比"),
            definition=Label(
                "Cox regression on treatment alone with the weights, and the robust standard error of Lin "
                "and Wei, which takes the weights as known.",
                "以处理为唯一协变量的加权Cox回归，标准误采用Lin-Wei稳健估计，将权重视为已知。",
            ),
            formula="Σ wᵢ δᵢ (xᵢ − x̄_w(tᵢ)) = 0; variance D'D, D the dfbeta residuals",
            source="Lin DY, Wei LJ. JASA 1989;84:1074-1078",
            compared=("weighting:*/hazard ratio/*",),
        ),
    ),
)
