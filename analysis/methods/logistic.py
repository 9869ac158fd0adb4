"""Chapter of the methods page: logistic regression."""

from __future__ import annotations

from analysis.methods import Chapter, Method
from registry.labels import Label

CHAPTER = Chapter(
    slug="logistic",
    title=Label("Logistic regression", "Logistic回归"),
    methods=(
        Method(
            slug="logistic-regression",
            name=Label("Logistic regression", "Logistic回归"),
            definition=Label(
                "Odds ratios by maximum likelihood with Wald intervals and p values; likelihood ratio, Wald "
                "and score test against the model without covariates. A covariate that is constant or a "
                "combination of earlier ones is left out and named.",
                "采用最大似然法估计比值比，给出Wald置信区间与P值，并与不含协变量的模型作似然比检验、Wald检验和"
                "计分检验。恒定的协变量及可由前面协变量线性表示者不纳入，并予注明。",
            ),
            formula="log(p / (1 − p)) = b₀ + x'b; OR = exp(b); limits exp(b ± z SE)",
            source="McCullagh P, Nelder JA. Generalized Linear Models. 2nd ed. 1989, ch. 4",
            compared=(
                "logistic:ordinary/*/coef",
                "logistic:ordinary/*/se",
                "logistic:ordinary/*/odds ratio",
                "logistic:ordinary/*/lower",
                "logistic:ordinary/*/upper",
                "logistic:ordinary/*/p",
                "logistic:ordinary/*/statistic",
                "logistic:ordinary/*/df",
                "logistic:ordinary/*/n",
                "logistic:ordinary/*/log likelihood",
            ),
        ),
        Method(
            slug="logistic-separation",
            name=Label("Separation", "完全分离与准完全分离"),
            definition=Label(
                "Where a combination of covariates tells events from non-events, completely or but for ties, "
                "no maximum likelihood estimate exists. This is decided by a linear program, not by the size "
                "of the numbers; instead of estimates the reason is given, and Firth's method serves.",
                "若协变量的某种组合能将有事件者与无事件者完全（或除并列外完全）分开，则最大似然估计不存在。"
                "是否分离由线性规划判定，而非依据数值大小；此时不给出估计值而注明原因，并改用Firth法。",
            ),
            formula="b with (2y − 1) x'b ≥ 0 in every row and > 0 in one",
            source="Albert A, Anderson JA. Biometrika 1984;71:1-10; Konis K. Thesis, Oxford 2007",
            not_compared=Label(
                "R's glm does not detect separation; the published examples of separated data are tested.",
                "R的glm不能识别分离；以已发表的分离数据实例进行检验。",
            ),
        ),
        Method(
            slug="firth-logistic",
            name=Label("Firth logistic regression", "Firth Logistic回归"),
            definition=Label(
                "Maximises the likelihood penalised by Jeffreys' prior, so that odds ratios stay finite in "
                "small samples and under separation. Intervals are profile penalised-likelihood intervals, p "
                "values penalised likelihood ratios. Compared with a direct numerical maximisation in R; the "
                "published results of logistf are reproduced to six decimals.",
                "最大化以Jeffreys先验惩罚的似然函数，使小样本和分离情形下的比值比仍为有限值。置信区间为轮廓惩罚"
                "似然区间，P值来自惩罚似然比检验。与R中直接数值最大化的结果比较；logistf已发表的结果重现至6位小数。",
            ),
            formula="l*(b) = l(b) + ½ log det I(b); limits where 2 (l*max − l*profile) = χ²₁",
            source="Firth D. Biometrika 1993;80:27-38; Heinze G, Schemper M. Stat Med 2002;21:2409-2419",
            compared=("logistic:firth/*",),
        ),
        Method(
            slug="area-under-curve",
            name=Label("Area under the ROC curve", "ROC曲线下面积"),
            definition=Label(
                "The share of pairs of a case with and a case without the outcome in which the former has "
                "the higher fitted probability, ties counted half. Standard error of DeLong; normal interval "
                "within 0 and 1.",
                "在有结局与无结局病例组成的全部配对中，前者拟合概率较高者所占比例，相等者计1/2。标准误采用DeLong法，"
                "置信区间按正态近似，限于0～1。",
            ),
            formula="AUC = Σ ψ(xᵢ, yⱼ) / (mn); SE² = s²(V₁₀)/m + s²(V₀₁)/n",
            source="DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845",
            compared=("logistic:ordinary/*/area under curve/*",),
        ),
        Method(
            slug="e-value",
            name=Label("E-value", "E值"),
            definition=Label(
                "The least strength of association, on the risk ratio scale, that an unmeasured confounder "
                "would need with both treatment and outcome to explain the estimate away; likewise for the "
                "limit nearer to 1 (1 where the interval holds 1). With a common outcome (over 15 %) odds "
                "and hazard ratios are first brought to the risk ratio scale.",
                "未测量的混杂因素须与处理和结局同时具有的最小关联强度（以相对危险度RR表示），方能完全解释所得估计值；"
                "对靠近1的置信限同样计算（置信区间包含1时为1）。结局常见（超过15%）时，先将比值比OR和风险比HR换算为RR。",
            ),
            formula=(
                "E = RR + √(RR (RR − 1)), RR ≥ 1; common outcome: "
                "RR = (1 − 0.5^√HR) / (1 − 0.5^√(1/HR)), RR = √OR"
            ),
            source="VanderWeele TJ, Ding P. Ann Intern Med 2017;167:268-274",
            not_compared=Label(
                "A closed formula, tested with the published examples: 0.80 (0.71–0.91) gives 1.81 and 1.43.",
                "为显式公式，以已发表实例检验：0.80（0.71～0.91）得1.81和1.43。",
            ),
        ),
    ),
)
