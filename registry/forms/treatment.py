"""Treatment before and after the operation."""

from registry.forms.record import Group, RecordForm, names
from registry.labels import Label
from registry.models import PriorTreatment, SubsequentTherapy, TreatmentSummary

PRIOR_NONE = (Group(Label("Treatment before the operation", "术前治疗"), "prior_tx_none"),)
PRIOR = (
    Group(Label("Treatment", "治疗"), "tx_category", "tx_agent", "tx_other_text", "tx_intent"),
    Group(Label("Course", "经过"), "tx_start_date", "tx_ongoing", "tx_end_date", "tx_sessions"),
    Group(Label("Effect", "疗效"), "tx_best_response", "tx_symptom_response", "tx_stop_reason"),
)
SUBSEQUENT_NONE = (Group(Label("Treatment after the operation", "术后治疗"), "subs_none"),)
SUBSEQUENT = (
    Group(Label("Therapy", "治疗"), "line_no", "subs_category", "subs_agent", "subs_reason"),
    Group(
        Label("Course", "经过"),
        "subs_start_date",
        "subs_end_date",
        "subs_sessions",
        "subs_guided_by_grade",
        "subs_best_response",
        "subs_symptom_response",
    ),
)


class PriorNoneForm(RecordForm):
    groups = PRIOR_NONE

    class Meta:
        model = TreatmentSummary
        fields = names(PRIOR_NONE)


class PriorTreatmentForm(RecordForm):
    groups = PRIOR

    class Meta:
        model = PriorTreatment
        fields = names(PRIOR)


class SubsequentNoneForm(RecordForm):
    groups = SUBSEQUENT_NONE

    class Meta:
        model = TreatmentSummary
        fields = names(SUBSEQUENT_NONE)


class SubsequentTherapyForm(RecordForm):
    groups = SUBSEQUENT

    class Meta:
        model = SubsequentTherapy
        fields = names(SUBSEQUENT)
