"""Consent: each decision is a row; a renewed or withdrawn consent is added, not written over."""

from registry.forms.record import Group, RecordForm, names
from registry.labels import Label
from registry.models import Consent

GROUPS = (
    Group(
        Label("Consent", "知情同意"),
        "consent_status",
        "consent_date",
        "consent_version",
        "consent_scope",
        "crossborder_consent",
        "waiver_reference",
    ),
    Group(Label("Withdrawal", "退出"), "withdrawal_date", "withdrawal_type", "withdrawal_reason"),
)


class ConsentForm(RecordForm):
    groups = GROUPS

    class Meta:
        model = Consent
        fields = names(GROUPS)
