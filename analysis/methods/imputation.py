"""Chapter of the methods page: missing values and multiple imputation."""

from __future__ import annotations

from analysis.methods import Chapter, Method
from registry.labels import Label

CHAPTER = Chapter(
    slug="imputation",
    title=Label("Missing values", "缺失值"),
    methods=(
        Method(
            slug="missing-values",
            name=Label("Description of missing values", "缺失情况描述"),
            definition=Label(
                "Count and share of missing values for every variable, overall and by group; the patterns in "
                "which variables are missing together; the number of complete cases.",
                "列出各变量总体及各组的缺失例数与比例、变量同时缺失的模式，以及完整病例数。",
            ),
            formula="share = missing / all",
            source="STROBE, items 12c and 14b",
            not_compared=Label("Counts, tested directly.", "均为计数，直接检验。"),
        ),
        Method(
            slug="chained-equations",
            name=Label("Multiple imputation by chained equations", "链式方程多重填补"),
            definition=Label(
                "Each incomplete variable is drawn in turn from a regression on all others, on the event "
                "indicator and on the Nelson-Aalen estimate at the end of follow-up: numbers by predictive "
                "mean matching with 5 donors, categories by a (multinomial) logistic model with coefficients "
                "drawn from their posterior. Ten cycles; as many tables as percent of the cases are "
                "incomplete, at least 20; the seed is stored. The outcome is never imputed.",
                "依次对每个有缺失的变量，以其余全部变量、事件指示变量及随访终点的Nelson-Aalen累积风险估计值为自变量建立"
                "回归并抽取填补值：数值变量采用预测均值匹配（5个供体），分类变量采用（多项）Logistic模型，"
                "系数自后验分布抽取。循环10次；填补数据集个数不少于不完整病例的百分数，且至少20个；保存随机种子。"
                "结局变量从不填补。",
            ),
            formula="y* = y of a donor with x'b̂ near x'b*, b* ~ N(b̂, σ*² (X'X)⁻¹)",
            source=(
                "White IR, Royston P. Stat Med 2009;28:1982-1998; White IR, Royston P, Wood AM. Stat Med "
                "2011;30:377-399; van Buuren S, Groothuis-Oudshoorn K. J Stat Softw 2011;45(3)"
            ),
            compared=("imputation:nelson-aalen/*",),
        ),
        Method(
            slug="rubins-rules",
            name=Label("Rubin's rules", "Rubin合并规则"),
            definition=Label(
                "The pooled estimate is the mean over the tables; its variance adds that between tables to "
                "that within. Intervals have Barnard and Rubin's degrees of freedom. The fraction of missing "
                "information and the relative efficiency are given. Ratios are pooled as logarithms.",
                "合并估计值为各填补数据集估计值的均数，其方差为数据集内方差与数据集间方差之和。置信区间采用Barnard-Rubin"
                "自由度，并给出缺失信息比例与相对效率。比值类指标取对数后合并。",
            ),
            formula="T = W + (1 + 1/m) B; ν = 1 / (1/ν_m + 1/ν_obs); FMI = (r + 2/(ν + 3)) / (1 + r)",
            source="Rubin DB. 1987; Barnard J, Rubin DB. Biometrika 1999;86:948-955",
            compared=(
                "imputation:mean/*",
                "imputation:large sample mean/*",
                "imputation:logistic/*",
                "imputation:cox/*",
            ),
        ),
        Method(
            slug="pooled-survival",
            name=Label("Pooled survival", "合并生存率"),
            definition=Label(
                "Survival rates are pooled on the scale log(−log S) and brought back, so that limits stay "
                "between 0 and 1.",
                "生存率在log(−log S)尺度上合并后再变换回原尺度，使置信限保持在0～1之间。",
            ),
            formula="θ = log(−log S), SE(θ) = SE(S) / |S log S|",
            source="Marshall A et al. BMC Med Res Methodol 2009;9:57",
            compared=("imputation:survival/*",),
        ),
        Method(
            slug="pooled-chi-squared",
            name=Label("Pooled likelihood ratio", "合并似然比检验"),
            definition=Label(
                "The likelihood ratios of the tables are combined into the statistic D2 with its F "
                "distribution.",
                "将各填补数据集的似然比统计量合并为D2统计量，按F分布求P值。",
            ),
            formula="D2 = (d̄/k − (m + 1)/(m − 1) r) / (1 + r), r = (1 + 1/m) s²(√d)",
            source="Li KH, Meng XL, Raghunathan TE, Rubin DB. Stat Sin 1991;1:65-92",
            compared=("imputation:*/likelihood ratio/*",),
        ),
    ),
)
