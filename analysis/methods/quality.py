"""Chapter of the methods page: surgical quality."""

from __future__ import annotations

from analysis.methods import Chapter, Method
from registry.labels import Label

CHAPTER = Chapter(
    slug="quality",
    title=Label("Surgical quality", "手术质量"),
    methods=(
        Method(
            slug="funnel",
            name=Label("Funnel plot", "漏斗图"),
            definition=Label(
                "Shares of units against exact binomial limits (95 % and 99.8 %) around a target, "
                "interpolated so that they run smoothly. The target is given, or the share of all units "
                "together.",
                "将各单位的比例与目标值周围的精确二项分布控制限（95%和99.8%）比较，控制限经插值而平滑。目"
                "标值可预先给定，否则取全部单位的合计比例。",
            ),
            formula="(r − a)/n, r = min{r: F(r) ≥ q}, a = (F(r) − q)/(F(r) − F(r − 1))",
            source="Spiegelhalter DJ. Stat Med 2005;24:1185-1202",
            compared=("quality:limits/*", "quality:funnel/*/target", "quality:funnel/*er"),
        ),
        Method(
            slug="overdispersion",
            name=Label("Overdispersion between units", "单位间过度离散"),
            definition=Label(
                "With more than 10 units: the mean of squared z scores, the outer tenth at either end "
                "drawn in to the 10th and 90th percentile. Where it exceeds 1 the limits lie farther "
                "from the target, and z is smaller, by its root.",
                "单位数多于10个时：将z值两端各10%缩尾至第10和第90百分位数，取其平方的均值φ。φ大于1时，控"
                "制限与目标值的距离乘以φ的平方根，z值除以φ的平方根。",
            ),
            formula="φ = mean(z_w²), z = (r/n − θ)/√(θ(1 − θ)/n)",
            source="Spiegelhalter DJ. Qual Saf Health Care 2005;14:347-351",
            compared=("quality:funnel/*/phi", "quality:funnel/*/z"),
        ),
        Method(
            slug="cusum",
            name=Label("Risk-adjusted CUSUM", "风险调整CUSUM"),
            definition=Label(
                "Log-likelihood ratios of changed against expected odds, summed case by case and never "
                "below 0. OR 2 watches for deterioration, OR 1/2 for improvement. The chart signals "
                "beyond h and starts again from 0.",
                "逐例累加“优势改变”相对于“优势如预期”的对数似然比，累加值不低于0。OR=2监测恶化，OR=1/2监"
                "测改善。超过控制限h时报警，随后从0重新开始。",
            ),
            formula="W = y ln OR − ln(1 − p + OR·p), S_t = max(0, S_{t−1} + W_t)",
            source="Steiner SH, et al. Biostatistics 2000;1:441-452",
            compared=("quality:cusum/*",),
        ),
        Method(
            slug="control-limit",
            name=Label("Control limit of the CUSUM", "CUSUM控制限"),
            definition=Label(
                "The smallest h with which a unit that performs as expected signals on average no more "
                "often than once in a declared number of cases, from a simulation with a stored seed "
                "that draws the unit's own risks.",
                "在表现符合预期时，平均每经过预先规定的例数误报不超过一次的最小h；由模拟求得，从该单位自"
                "身的风险值中抽样，并保存随机种子。",
            ),
            formula="ARL_0(h) = cases / signals over cycles of the chart",
            source="Steiner SH, et al. Biostatistics 2000;1:441-452; Siegmund D. Sequential Analysis. 1985",
            compared=("quality:run-length/*",),
        ),
        Method(
            slug="vlad",
            name=Label("VLAD", "VLAD图"),
            definition=Label(
                "Variable life-adjusted display: adverse outcomes fewer than expected, summed case by "
                "case, with pointwise prediction limits.",
                "可变生命调整图：逐例累加预期与实际不良结局之差，并给出逐点预测限。",
            ),
            formula="Σ(p − y), 0 ± z √(Σ p(1 − p))",
            source="Lovegrove J, et al. Lancet 1997;350:1128-1130",
            compared=("quality:vlad/*",),
        ),
        Method(
            slug="learning-curve",
            name=Label("Learning curve", "学习曲线"),
            definition=Label(
                "The running sum of operating time or blood loss less its target (the mean, if none is "
                "set); its peak is where cases begin to stay below the target. A tabular CUSUM in "
                "standard deviations (k = 0.5, h = 5) shows lasting shifts. Results of units with fewer "
                "than the least number of cases are withheld.",
                "逐例累加手术时间或出血量与目标值（未设定时取均值）之差，其峰值为病例开始低于目标值之处。"
                "以标准差为单位的表格CUSUM（k=0.5，h=5）显示持续性变化。病例数低于最小例数的单位不显示结"
                "果。",
            ),
            formula="Σ(x − T); U_t = max(0, U_{t−1} + z_t − k), L_t = max(0, L_{t−1} − z_t − k)",
            source="Page ES. Biometrika 1954;41:100-115; Bokhari MB, et al. Surg Endosc 2011;25:855-860",
            compared=("quality:learning/*",),
        ),
    ),
)
