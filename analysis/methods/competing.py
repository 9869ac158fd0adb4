"""Chapter of the methods page: competing risks."""

from __future__ import annotations

from analysis.methods import Chapter, Method
from registry.labels import Label

CHAPTER = Chapter(
    slug="competing-risks",
    title=Label("Competing risks", "竞争风险"),
    methods=(
        Method(
            slug="cumulative-incidence",
            name=Label("Cumulative incidence", "累积发生率"),
            definition=Label(
                "The share of all cases that have had the event of interest by time t, where another "
                "event can come first (Aalen-Johansen). Tied times stay tied; events precede censorings; "
                "with delayed entry a case is at risk on (entry, time]. 1 − Kaplan-Meier, which counts "
                "other events as censorings, overstates this share and is not reported.",
                "在其他事件可能先发生的情况下，截至时间t已发生所关注事件的病例占全部病例的比例（"
                "Aalen-Johansen法）。相同的时间保持并列；同一时间事件先于删失；延迟进入者自进入之后方计入"
                "风险集。1−Kaplan-Meier将其他事件视为删失，会高估该比例，故不予报告。",
            ),
            formula="F_k(t) = Σ_{t_j ≤ t} S(t_j−) d_kj / n_j",
            source="Aalen OO, Johansen S. Scand J Stat 1978;5:141-150",
            compared=(
                "competing:*/incidence/*/value",
                "competing:*/incidence/sum/*",
                "competing:aids/*/value",
                "competing:*/at_risk",
            ),
        ),
        Method(
            slug="cumulative-incidence-interval",
            name=Label(
                "Standard error and interval of a cumulative incidence", "累积发生率的标准误与置信区间"
            ),
            definition=Label(
                "The variance is of Greenwood's type and equals the infinitesimal jackknife of R's "
                "survfit when nobody enters late. The interval is symmetric on the scale log(−log F); "
                "where F is 0 it is Clopper-Pearson's on those at risk. Beyond the longest follow-up "
                "nothing is given.",
                "方差为Greenwood型；无延迟进入时与R survfit的无穷小刀切法结果一致。置信区间在log(−log F)"
                "尺度上对称；F为0时按风险集例数取Clopper-Pearson区间。超出最长随访时间不予估计。",
            ),
            formula=(
                "var F_k(t) = Σ u_j² d_j/(n_j(n_j − d_j)) − 2 Σ u_j S(t_j−) d_kj/n_j² + Σ S(t_j−)² "
                "d_kj(n_j − d_kj)/n_j³, u_j = F_k(t) − F_k(t_j); limits F^exp(±z SE/(F ln F))"
            ),
            source=(
                "Dinse GE, Larson MG. Biometrika 1986;73:379-386; Marubini E, Valsecchi MG. Analysing "
                "Survival Data from Clinical Trials and Observational Studies. 1995; Choudhury JB. Stat "
                "Med 2002;21:1129-1144"
            ),
            compared=(
                "competing:*/incidence/*/se",
                "competing:*/incidence/sum-of-se/*",
                "competing:*/incidence/*/lower",
                "competing:*/incidence/*/upper",
                "competing:aids/*/se",
            ),
        ),
        Method(
            slug="gray",
            name=Label("Gray's test", "Gray检验"),
            definition=Label(
                "Compares cumulative incidences of one cause between groups, where the log-rank test "
                "would compare hazards. Cases with another event stay in the comparison with the weight "
                "that those still followed up have lost by censoring. Stratified on request; the power ρ "
                "stresses early times. Variances are corrected for ties as in cmprsk.",
                "比较各组某一原因的累积发生率；log-rank检验比较的则是风险率。已发生其他事件者仍参与比较，"
                "并按仍在随访者因删失而减少的比例加权。可按需分层；幂ρ使早期时间权重增大。方差的并列校正"
                "与cmprsk相同。",
            ),
            formula="z_k = Σ L (d_k − d R_k/ΣR), R_k = Y_k (1 − F_k)/S_k, L = (1 − F_0)^ρ; z′V⁻¹z ~ χ²_{K−1}",
            source="Gray RJ. Ann Stat 1988;16:1141-1154",
            compared=("competing:*/gray/*",),
        ),
        Method(
            slug="fine-gray",
            name=Label("Fine-Gray model", "Fine-Gray模型"),
            definition=Label(
                "Proportional hazards of the subdistribution: how covariates act on the cumulative "
                "incidence, for prediction. Cases with another event stay at risk with "
                "inverse-probability-of-censoring weights from the Kaplan-Meier estimate of censoring "
                "just before each time. Breslow ties; the variance is robust and allows for the "
                "estimated weights. Without a maximum of the likelihood (separation) nothing is given.",
                "部分分布比例风险模型，描述协变量对累积发生率的影响，用于预测。已发生其他事件者留在风险集"
                "中，权重为各时间点之前删失分布Kaplan-Meier估计的逆概率删失权重。并列时间按Breslow法处"
                "理；采用稳健方差，并计入权重估计的不确定性。似然无最大值（完全分离）时不予估计。",
            ),
            formula="λ_k*(t; x) = λ_0(t) exp(x′β), w_i(t) = Ĝ(t−)/Ĝ(T_i−) for t > T_i",
            source="Fine JP, Gray RJ. J Am Stat Assoc 1999;94:496-509",
            compared=("competing:*/fine-gray/*",),
        ),
        Method(
            slug="cause-specific-cox",
            name=Label("Cause-specific Cox model", "原因别Cox模型"),
            definition=Label(
                "Cox's model of one cause in which other events censor: how covariates act on those "
                "still free of any event, for aetiology.",
                "针对单一原因的Cox模型，其他事件按删失处理；描述协变量对尚未发生任何事件者的影响，用于病"
                "因学分析。",
            ),
            formula="λ_k(t; x) = λ_0(t) exp(x′β)",
            source="Prentice RL, et al. Biometrics 1978;34:541-554",
            compared=("competing:*/cause-specific/*",),
        ),
    ),
)
