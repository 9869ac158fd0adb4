"""Consent: under which agreement a patient’s data are in the registry."""

from registry import codes
from registry.conditions import Is
from registry.fields import Coded, CodedSet, Day, Words
from registry.labels import Label
from registry.models.naming import named
from registry.models.patient import ClinicalRow


@named(Label("consent", "知情同意"), Label("consents", "知情同意"))
class Consent(ClinicalRow):
    """One consent decision; a renewed or withdrawn consent is a further row."""

    consent_status = Coded(Label("Consent status", "知情同意状态"), codes.CONSENT, need="1R*")
    consent_date = Day(
        Label("Date of consent", "签署日期"),
        need="1C",
        shown_when=Is("consent_status", "written", "electronic"),
    )
    consent_version = Words(
        Label("Version of form", "知情同意书版本"),
        max_length=20,
        need="1C",
        shown_when=Is("consent_status", "written", "electronic"),
    )
    consent_scope = CodedSet(
        Label("Agreed uses", "同意范围"),
        codes.SCOPE,
        need="1R",
        shown_when=Is("consent_status", "written", "electronic", "waiver"),
    )
    crossborder_consent = Coded(
        Label("Separate consent to transfer abroad", "数据出境单独同意"),
        codes.YNNA,
        need="2C",
        shown_when=Is("centre.country", "CN"),
    )
    waiver_reference = Words(
        Label("Waiver reference", "豁免批件号"),
        max_length=60,
        need="1C",
        shown_when=Is("consent_status", "waiver"),
    )
    withdrawal_date = Day(
        Label("Date of withdrawal", "退出日期"), need="1C", shown_when=Is("consent_status", "withdrawn")
    )
    withdrawal_type = Coded(
        Label("Type of withdrawal", "退出类型"),
        codes.WITHDRAW,
        need="1C",
        shown_when=Is("consent_status", "withdrawn"),
    )
    withdrawal_reason = Words(
        Label("Reason (optional)", "退出原因(选填)"),
        max_length=200,
        need="3O",
        shown_when=Is("consent_status", "withdrawn"),
    )

    class Meta:
        ordering = ["consent_date", "id"]
