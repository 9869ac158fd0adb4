"""How the numbers of descriptions and comparisons of groups are made."""

from analysis.methods import Chapter, Method
from registry.labels import Label

_SUMMARY = Method(
    slug="summary",
    name=Label("Mean, spread and quartiles", "均值、离散程度与四分位数"),
    definition=Label(
        "The SD has the divisor n − 1. Quartiles exist in several definitions; three are computed: type 6 "
        "(SPSS, the default), type 7 (R) and type 2 (SAS). Skewness is the adjusted coefficient G1.",
        "标准差以n − 1为除数。四分位数有多种定义，本系统提供三种：第6型（SPSS，"
        "默认）、第7型（R）和第2型（SAS）。"
        "偏度采用校正系数G1。",
    ),
    formula="rank of the p-quantile: (n + 1) p (type 6), 1 + (n − 1) p (type 7), n p averaged (type 2);  "
    "G1 = √(n (n − 1)) / (n − 2) · m3 / m2^1.5",
    source="Hyndman RJ, Fan Y. Am Stat 1996;50:361-365. Joanes DN, Gill CA. The Statistician "
    "1998;47:183-189.",
    compared=(
        "describe:*/n",
        "describe:*/mean",
        "describe:*/sd",
        "describe:*/sem",
        "describe:*/min",
        "describe:*/max",
        "describe:*/quantile type *",
        "describe:*/skewness",
    ),
)

_NORMALITY = Method(
    slug="normality",
    name=Label("Tests of normality", "正态性检验"),
    definition=Label(
        "Shapiro-Wilk for 3 to 5000 values. Lilliefors is Kolmogorov-Smirnov's distance to the normal "
        "distribution of the sample's own mean and SD; its P follows Dallal and Wilkinson up to 0.1 and "
        "Stephens' modified statistic above.",
        "3～5000例采用Shapiro-Wilk检验。Lilliefors检验为样本与以其自身均值和标准差为参数的正态分布之间的"
        "Kolmogorov-Smirnov距离，P值不超过0.1时按Dallal-Wilkinson公式计算，"
        "超过0.1时按Stephens修正统计量计算。",
    ),
    formula="W = (Σ a_i x_(i))² / Σ (x_i − x̄)²;  D = max_i max(i/n − Φ(z_i), Φ(z_i) − (i − 1)/n)",
    source="Royston P. Appl Stat 1995;44:547-551 (AS R94). Dallal GE, Wilkinson L. Am Stat 1986;40:294-296. "
    "Stephens MA. J Am Stat Assoc 1974;69:730-737.",
    compared=("describe:*/shapiro-wilk/*", "describe:*/lilliefors/*"),
)

_CHOICE = Method(
    slug="choice-of-summary",
    name=Label("Mean or median", "均值或中位数的选择"),
    definition=Label(
        "Mean (SD) only if every compared group has 8 values or more, P ≥ 0.05 in the test of normality, an "
        "absolute skewness below 1 and, for a positive variable, a mean of at least two SD; otherwise median "
        "(quartiles). With fewer than 8 values in a group the median stands with minimum and maximum. "
        "Durations in whole days default to the median. The setting can be overridden for each variable.",
        "仅当各比较组均不少于8例、正态性检验P≥0.05、偏度系数绝对值小于1，"
        "且取值恒为正的变量均值不小于标准差的2倍时，"
        "采用均值（标准差）；否则采用中位数（四分位数）。有一组少于8例时，采用中位数（最小值，最大值）。"
        "以整日计的时长默认采用中位数。各变量均可人工指定。",
    ),
    formula="mean (SD) ⇔ n ≥ 8, P ≥ 0.05, |G1| < 1, x̄ ≥ 2 SD in every group",
    source="Lang TA, Altman DG. SAMPL guidelines, 2013. Altman DG, Bland JM. BMJ 1996;313:1200.",
    not_compared=Label("This is a rule, not a number.", "此为规则而非数值。"),
)

_MEANS = Method(
    slug="means",
    name=Label("Comparison of means", "均值的比较"),
    definition=Label(
        "Levene's test on distances from the group's mean decides: with P ≥ 0.05 the pooled t test "
        "or analysis "
        "of variance, else their Welch forms. Differences are those of the first group from the second.",
        "以各值与组均值之差的绝对值作Levene检验：P≥0.05时采用合并方差的t检验或方差分析，"
        "否则采用相应的Welch检验。"
        "差值为第一组减第二组。",
    ),
    formula="t = (x̄1 − x̄2) / SE;  pooled SE = s √(1/n1 + 1/n2);  Welch SE = √(s1²/n1 + s2²/n2)",
    source="Welch BL. Biometrika 1947;34:28-35 and 1951;38:330-336. Levene H. 1960.",
    compared=(
        "describe:*/t/*",
        "describe:*/welch/*",
        "describe:*/levene/*",
        "describe:*/anova/*",
        "describe:*/welch-anova/*",
    ),
)

_RANKS = Method(
    slug="ranks",
    name=Label("Comparison by rank", "秩和检验"),
    definition=Label(
        "Mann-Whitney without continuity correction, as SPSS, and with it, as R; exact by counting "
        "all orders "
        "where both groups have fewer than 50 values and none occurs twice. Kruskal-Wallis for three groups "
        "or more. The difference in location is the median of all pairwise differences (Hodges-Lehmann); its "
        "limits invert the test and are pairwise differences themselves.",
        "Mann-Whitney U检验不作连续性校正（同SPSS），亦给出校正结果（同R）；两组例数均少于50且无相同数值时，"
        "按全部排列计数求确切概率。三组及以上采用Kruskal-Wallis H检验。"
        "位置差为全部两两差值的中位数（Hodges-Lehmann估计），其置信限由检验反推，亦为两两差值之一。",
    ),
    formula="U = #(x > y) + ½ #(x = y);  z = (U − mn/2) / √(mn/12 · (N + 1 − Σ(t³ − t)/(N(N − 1))))",
    source="Mann HB, Whitney DR. Ann Math Stat 1947;18:50-60. Hodges JL, Lehmann EL. Ann Math Stat "
    "1963;34:598-611. Kruskal WH, Wallis WA. J Am Stat Assoc 1952;47:583-621.",
    compared=("describe:*/mann-whitney*", "describe:*/kruskal-wallis/*", "describe:*/hodges-lehmann"),
)

_UNITS = Method(
    slug="effect-sizes",
    name=Label("Effect sizes", "效应量"),
    definition=Label(
        "Cohen's d and Hedges' g with limits by the noncentral t distribution, η² by the "
        "noncentral F, ε² and "
        "Cramér's V by the noncentral χ². The rank-biserial correlation has Newcombe's score-type interval, "
        "which has a width even where the groups do not overlap. Standardised differences use the unweighted "
        "mean of both variances; for several categories they are a Mahalanobis distance.",
        "Cohen d与Hedges g的置信限按非中心t分布计算，η²按非中心F分布，ε²与Cramér V按非中心χ²分布计算。"
        "秩二列相关系数采用Newcombe得分型区间，两组完全分离时区间仍有宽度。"
        "标准化差值以两组方差的简单平均为分母；多分类变量取Mahalanobis距离。",
    ),
    formula="g = J d, J = Γ(df/2) / (√(df/2) Γ((df − 1)/2));  r = 2U/(mn) − 1;  "
    "SMD = (x̄1 − x̄2) / √((s1² + s2²)/2)",
    source="Hedges LV. J Educ Stat 1981;6:107-128. Smithson M. Confidence Intervals. Sage, 2003. "
    "Newcombe RG. "
    "Stat Med 2006;25:559-573. Austin PC. Stat Med 2009;28:3083-3107. Yang D, Dalton JE. SAS Global Forum "
    "2012, paper 335.",
    compared=(
        "describe:*/cohen_d/*",
        "describe:*/hedges_g/*",
        "describe:*/eta_squared/*",
        "describe:*/epsilon_squared/*",
        "describe:*/rank_biserial/*",
        "describe:*/cramers_v/*",
        "describe:*/smd*",
    ),
)

_TABLES = Method(
    slug="tables",
    name=Label("Tests of a table", "列联表检验"),
    definition=Label(
        "2×2 with total N and smallest expected count T: Pearson where N ≥ 40 and T ≥ 5; Yates where N ≥ 40 "
        "and 1 ≤ T < 5; Fisher where N < 40 or T < 1, and beside the others where P lies within a fifth of α "
        "from α. Larger: Pearson where T ≥ 1 and at most 20% of the expected counts are below 5, else "
        "Fisher-Freeman-Halton, counted exactly; where that would take too long, from 100 000 random tables "
        "with a fixed seed, which the result says. Exact P is the probability of all tables no "
        "more likely than "
        "the observed one. Empty rows and columns are left out.",
        "四格表（总例数N，最小理论频数T）：N≥40且T≥5用Pearson χ²检验；N≥40且1≤T<5用连续性校正χ²检验；"
        "N<40或T<1用Fisher确切概率法；P值与α相差不超过α的1/5时，另给出Fisher确切概率法的结果。"
        "R×C表：T≥1且T<5的格子不超过20%用Pearson χ²检验，否则用Fisher-Freeman-Halton确切概率法；"
        "计算量过大时以固定种子随机抽取100 000个表求P值，并在结果中注明。"
        "确切P值为概率不大于现有表的所有表的概率之和。合计为0的行或列不计入。",
    ),
    formula="χ² = Σ (O − E)²/E;  Yates: Σ (|O − E| − ½)²/E;  P(table) ∝ Π 1/x!",
    source="Yates F. J R Stat Soc Suppl 1934;1:217-235. Freeman GH, Halton JH. Biometrika 1951;38:141-149. "
    "Mehta CR, Patel NR. J Am Stat Assoc 1983;78:427-434.",
    compared=(
        "describe:table*/pearson/*",
        "describe:table*/yates/*",
        "describe:table*/fisher/*",
        "describe:table*/fisher-freeman-halton/*",
    ),
)

_RISKS = Method(
    slug="risks",
    name=Label("Risk difference, risk ratio, odds ratio", "率差、相对危险度与比值比"),
    definition=Label(
        "Risk difference with Newcombe's interval (method 10, no correction), risk ratio and "
        "sample odds ratio "
        "with intervals on the log scale, and the conditional odds ratio with its exact interval, "
        "which is the "
        "one R's Fisher test prints. A ratio or limit that is infinite is not given. All are those of the "
        "first group against the second.",
        "率差采用Newcombe区间（方法10，不作校正）；相对危险度与样本比值比的区间在对数尺度上计算；"
        "条件最大似然比值比及其确切区间与R的Fisher检验一致。为无穷大的比值或置信限不予给出。"
        "均为第一组与第二组之比较。",
    ),
    formula="RD: d − √((p1 − l1)² + (u2 − p2)²), d + √((u1 − p1)² + (p2 − l2)²);  "
    "OR = ad/bc, SE(ln OR) = √(1/a + 1/b + 1/c + 1/d)",
    source="Newcombe RG. Stat Med 1998;17:873-890. Katz D, et al. Biometrics 1978;34:469-474. "
    "Woolf B. Ann Hum "
    "Genet 1955;19:251-253. Cornfield J. 1956.",
    compared=(
        "describe:table*/risk_difference/*",
        "describe:table*/risk_ratio/*",
        "describe:table*/odds_ratio*/*",
    ),
)

_PROPORTIONS = Method(
    slug="proportions",
    name=Label("Interval of a proportion", "率的置信区间"),
    definition=Label(
        "Wilson's score interval; Clopper-Pearson's exact one where none or all have the property.",
        "采用Wilson得分区间；阳性数为0或等于总数时采用Clopper-Pearson确切区间。",
    ),
    formula="Wilson: all p with |p̂ − p| ≤ z √(p (1 − p)/n)",
    source="Wilson EB. J Am Stat Assoc 1927;22:209-212. Clopper CJ, Pearson ES. Biometrika 1934;26:404-413.",
    compared=("describe:proportion*",),
)

_SEVERAL = Method(
    slug="several-tests",
    name=Label("Several p values", "多重比较的P值校正"),
    definition=Label(
        "Holm's step-down adjustment, or Benjamini and Hochberg's for the rate of false discoveries.",
        "采用Holm逐步校正法，或控制错误发现率的Benjamini-Hochberg法。",
    ),
    formula="Holm: max_{j ≤ i} min(1, (m − j + 1) p_(j));  BH: min_{j ≥ i} min(1, m p_(j)/j)",
    source="Holm S. Scand J Stat 1979;6:65-70. Benjamini Y, Hochberg Y. J R Stat Soc B 1995;57:289-300.",
    compared=("describe:adjusted/*",),
)

CHAPTER = Chapter(
    slug="describe",
    title=Label("Descriptions and comparisons of groups", "描述性统计与组间比较"),
    methods=(
        _SUMMARY,
        _NORMALITY,
        _CHOICE,
        _MEANS,
        _RANKS,
        _UNITS,
        _TABLES,
        _RISKS,
        _PROPORTIONS,
        _SEVERAL,
    ),
)
