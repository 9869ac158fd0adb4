"""Who the patient is, to the registry: a number, a sex, a year and month of birth."""

from crispy_forms.layout import Field
from django import forms
from django.utils.functional import lazystr

from registry.forms.inputs import FEW_CODES
from registry.forms.record import Group, RecordForm, names
from registry.labels import Label
from registry.models import Centre, Patient

CENTRE = Label("Centre", "中心")
NEEDED = Label("{label}: a new case needs one.", "{label}：新病例必须填写。")
TAKEN = Label(
    "{label}: “{value}” is already used in this centre; every case needs its own.",
    "{label}：“{value}”在本中心已被使用，每例须有唯一编号。",
)

GROUPS = (
    Group(Label("Patient", "患者"), "local_study_id", "sex", "birth_ym"),
    Group(
        Label("Enrolment", "入组"),
        "enrolment_type",
        "eligibility_confirmed",
        "hereditary_syndrome",
        "smoking_status",
    ),
)


class PatientForm(RecordForm):
    groups = GROUPS

    class Meta:
        model = Patient
        fields = names(GROUPS)

    def clean(self):
        cleaned = super().clean()
        number = self._lookup("local_study_id")
        if number is None and self.instance.pk and "local_study_id" not in self.errors:
            self.add_error("local_study_id", str(NEEDED.fill(label=self.answers["local_study_id"].label)))
        elif number and self._is_taken(number):
            self.add_error("local_study_id", self.taken())
        return cleaned

    def _is_taken(self, number: str) -> bool:
        others = Patient.objects.filter(centre=self.instance.centre_id, local_study_id=number)
        return others.exclude(pk=self.instance.pk).exists()

    def taken(self) -> str:
        """The sentence for a study number that another case of the centre has."""
        number = self.data.get(self.add_prefix("local_study_id"), "").strip()
        return str(TAKEN.fill(label=self.answers["local_study_id"].label, value=number))


class NewCaseForm(PatientForm):
    """The patient section of a new case, with the centre it belongs to.

    With `half_typed` it is only being shown again: what a case needs is not asked for yet.
    """

    def __init__(self, *args, centres: list[Centre], half_typed: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.half_typed = half_typed
        self.centres = {str(one.pk): one for one in centres}
        if len(centres) == 1:
            self.instance.centre = centres[0]
        else:
            self.fields["centre"] = _centre_input(self.centres, required=not half_typed)
            self.helper.layout.fields.insert(0, Field("centre", template="registry/_question.html"))

    def clean(self):
        chosen = self.centres.get(str(self.cleaned_data.get("centre")))
        if chosen:
            self.instance.centre = chosen
        cleaned = super().clean()
        needed = not self.half_typed and not cleaned.get("local_study_id")
        if needed and "local_study_id" not in self.errors:
            self.add_error("local_study_id", str(NEEDED.fill(label=self.answers["local_study_id"].label)))
        return cleaned


def _centre_input(centres: dict[str, Centre], required: bool) -> forms.ChoiceField:
    """The choice of a centre; none is chosen beforehand."""
    few = len(centres) <= FEW_CODES
    listed = [(key, str(one)) for key, one in centres.items()]
    field = forms.ChoiceField(
        required=required,
        label=lazystr(CENTRE),
        choices=listed if few else [("", "–"), *listed],
        widget=forms.RadioSelect() if few else forms.Select(),
    )
    field.kind = "chips" if few else "list"
    return field
