"""The days after the operation, and the assertion about complications."""

from registry.forms.record import Group, RecordForm, names
from registry.labels import Label
from registry.models import Complication, PostopCourse

COURSE = (
    Group(
        Label("Stay", "住院"),
        "died_in_hospital",
        "discharge_date",
        "discharge_destination",
        "icu_admission",
        "icu_days",
    ),
    Group(
        Label("Liver function and drain", "肝功能与引流"),
        "bili_pod1_umol_l",
        "bili_pod3_umol_l",
        "bili_pod5_umol_l",
        "inr_pod5",
        "alt_peak_u_l",
        "drain_fluid_bili_ratio",
        "drain_removed_date",
    ),
    Group(Label("Return", "再次处理"), "reoperation", "reoperation_date", "readmitted_90d"),
)
ASCERTAINMENT = (
    Group(
        Label("Were complications looked for?", "并发症核查"),
        "complication_ascertainment",
        "complications_checked_to",
    ),
)
COMPLICATION = (
    Group(
        Label("Complication", "并发症"),
        "comp_type",
        "comp_other_text",
        "onset_date",
        "cd_grade",
        "management",
        "isgls_grade",
        "isgps_grade",
    ),
    Group(
        Label("Details", "细节"),
        "hb_drop_g_l",
        "rbc_units_for_bleed",
        "related_to_surgery",
        "resolved_date",
        "cd_disability",
    ),
)


class PostopForm(RecordForm):
    groups = COURSE

    class Meta:
        model = PostopCourse
        fields = names(COURSE)


class AscertainmentForm(RecordForm):
    groups = ASCERTAINMENT

    class Meta:
        model = PostopCourse
        fields = names(ASCERTAINMENT)


class ComplicationForm(RecordForm):
    groups = COMPLICATION

    class Meta:
        model = Complication
        fields = names(COMPLICATION)
