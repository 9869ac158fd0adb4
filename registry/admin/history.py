"""The history of changes and the remarks on answers: read here, written elsewhere."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db import models
from django.db.models import OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils.functional import lazystr
from django.utils.safestring import SafeString, mark_safe

from registry import access
from registry.admin.changes import in_brief, lines_of, operation_name, table_name, time_of, watched_models
from registry.admin.columns import (
    STUDY_NUMBER,
    CentreFilter,
    ChosenFilter,
    study_number,
)
from registry.admin.scope import CaseScoped, Recorded, history_address, scope
from registry.fields import answers
from registry.labels import Label, both, joined
from registry.models import Change, Membership, Patient, Remark
from registry.presenting import OPERATIONS, way_of
from registry.reasons import in_words

AT = Label("When", "时间")
WHO = Label("Who", "修改人")
TABLE = Label("Section", "内容")
OPERATION = Label("What was done", "操作")
ANSWERS = Label("Answers", "修改内容")
WAY, WHY = Label("By which way", "修改途径"), Label("Why", "原因")
QUESTION, OLD, NEW = Label("Question", "问题"), Label("Old", "修改前"), Label("New", "修改后")
HEADS = (QUESTION, OLD, NEW)
SEARCH = Label("Study number, registry number or user name", "研究编号、登记号或用户名")
DATABASE_USER = Label("Database role", "数据库角色")
TRANSACTION = Label("Transaction", "事务编号")
NOBODY = Label("no person known (import, shell, SQL)", "无操作者(导入、命令行、SQL)")
KIND = Label("Kind", "类型")
ABOUT = Label("About", "对应问题")
CONTENT = Label("Remark", "备注内容")


class TableFilter(ChosenFilter):
    """By section."""

    title, parameter_name = lazystr(TABLE), "table"

    def lookups(self, request: HttpRequest, model_admin) -> list[tuple[str, str]]:
        return [(table, str(model._meta.verbose_name)) for table, model in watched_models().items()]

    def narrowed(self, queryset: QuerySet, chosen: str) -> QuerySet:
        return queryset.filter(table_name=chosen)


class OperationFilter(ChosenFilter):
    """Entered, changed or removed."""

    title, parameter_name = lazystr(OPERATION), "did"

    def lookups(self, request: HttpRequest, model_admin) -> list[tuple[str, Label]]:
        return [(code, str(label)) for code, label in OPERATIONS.items()]

    def narrowed(self, queryset: QuerySet, chosen: str) -> QuerySet:
        return queryset.filter(operation=chosen)


class ActorFilter(ChosenFilter):
    """By person: those who work at the user's centres now. Others are found by searching."""

    title, parameter_name = lazystr(WHO), "who"
    NOBODY = "-"

    def lookups(self, request: HttpRequest, model_admin) -> list[tuple[str, str]]:
        members = Membership.objects.filter(centre__in=scope(request).visible)
        names = members.order_by("user__username").values_list("user__username", flat=True).distinct()
        return [*((name, name) for name in names), (self.NOBODY, str(NOBODY))]

    def narrowed(self, queryset: QuerySet, chosen: str) -> QuerySet:
        return queryset.filter(actor=None if chosen == self.NOBODY else chosen)


class ReadOnly:
    """Mixed into what nobody changes here."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


class Period(admin.DateFieldListFilter):
    """By the time of the change."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = lazystr(AT)


@admin.register(Change)
class ChangeAdmin(ReadOnly, Recorded):
    """Every change to the cases of the user's centres, answer by answer.

    Changes to centres, users and roles belong to no case; administrators and auditors see them.
    """

    list_display = ("when", "who_did", "patient", "section", "what", "way", "why", "briefly")
    list_filter = (TableFilter, OperationFilter, ActorFilter, ("at", Period))
    date_hierarchy = "at"
    ordering = ("-id",)
    search_fields = ("actor",)
    search_help_text = lazystr(SEARCH)
    show_full_result_count = False
    fields = ("when", "who_did", "patient", "section", "what", "way", "why", "in_full", "role", "transaction")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Change]:
        seen = Q(patient_id__in=_patients(request).values("pk"))
        if scope(request).reach("security_log").everywhere:
            seen |= Q(patient_id=None)
        number = access.shown_number(request.user)
        named = Patient.objects.filter(pk=OuterRef("patient_id")).values(number=number)[:1]
        return super().get_queryset(request).filter(seen).annotate(study_number=named)

    def found(self, request: HttpRequest, queryset: QuerySet, wanted: str) -> tuple[QuerySet, bool]:
        """By study or registry number of the case, or by the person who made the change."""
        if not wanted:
            return queryset, False
        number = Q(patient_uid__iexact=wanted)
        if not scope(request).masked:
            number |= Q(local_study_id__icontains=wanted)
        of_case = Q(patient_id__in=_patients(request).filter(number).values("pk"))
        return queryset.filter(of_case | Q(actor__iexact=wanted)), False

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return True  # get_queryset has decided

    def history_view(self, request: HttpRequest, object_id: str, extra_context=None) -> HttpResponse:
        """The history of the row that was changed."""
        change = self.get_object(request, unquote(object_id))
        if change is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return redirect(history_address(table=change.table_name, row_id__exact=change.row_id))

    def render_change_form(self, request: HttpRequest, context, *args, **kwargs) -> HttpResponse:
        change = context["original"]
        context["subtitle"] = f"{table_name(change)} {operation_name(change)}"
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=lazystr(AT), ordering="id")
    def when(self, change: Change) -> str:
        return time_of(change)

    @admin.display(description=lazystr(WHO), ordering="actor")
    def who_did(self, change: Change) -> str:
        return change.who

    @admin.display(description=lazystr(STUDY_NUMBER))
    def patient(self, change: Change) -> str | None:
        return change.study_number

    @admin.display(description=lazystr(TABLE), ordering="table_name")
    def section(self, change: Change) -> Label:
        return table_name(change)

    @admin.display(description=lazystr(OPERATION), ordering="operation")
    def what(self, change: Change) -> Label:
        return operation_name(change)

    @admin.display(description=lazystr(WAY), ordering="channel")
    def way(self, change: Change) -> Label:
        return way_of(change)

    @admin.display(description=lazystr(WHY), ordering="reason")
    def why(self, change: Change) -> Label | None:
        return in_words(change.reason)

    @admin.display(description=lazystr(ANSWERS))
    def briefly(self, change: Change) -> Label:
        """The first answers that changed, and how many more."""
        return joined(in_brief(change), en="; ", zh="；")

    @admin.display(description=lazystr(ANSWERS))
    def in_full(self, change: Change) -> SafeString:
        """Every answer that changed, as a table."""
        lines = lines_of(change, look_up=True)
        return mark_safe(render_to_string("admin/registry/change.html", {"lines": lines, "heads": HEADS}))

    @admin.display(description=lazystr(DATABASE_USER))
    def role(self, change: Change) -> str:
        return change.database_user

    @admin.display(description=lazystr(TRANSACTION))
    def transaction(self, change: Change) -> str:
        return str(change.transaction_id)


def _patients(request: HttpRequest) -> QuerySet[Patient]:
    return Patient.objects.filter(centre__in=scope(request).visible)


class KindFilter(ChosenFilter):
    """By kind of remark."""

    title, parameter_name = lazystr(KIND), "of_kind"

    def lookups(self, request: HttpRequest, model_admin) -> list[tuple[str, str]]:
        return [(kind, str(label)) for kind, label in Remark.KINDS.items()]

    def narrowed(self, queryset: QuerySet, chosen: str) -> QuerySet:
        return queryset.filter(kind=chosen)


@admin.register(Remark)
class RemarkAdmin(ReadOnly, CaseScoped):
    """What deviates from a plain answer. Made and taken away where the answer is typed."""

    list_display = (study_number, "centre_code", "section", "about", "kind_of_remark", "text")
    list_filter = (CentreFilter, KindFilter)
    list_select_related = ("patient__centre",)
    search_fields = ("patient__local_study_id", "patient__patient_uid", "content")
    ordering = ("-pk",)
    fields = (study_number, "centre_code", "section", "about", "kind_of_remark", "text")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Remark]:
        return super().get_queryset(request).select_related("patient__centre")

    @admin.display(description=lazystr(TABLE), ordering="table")
    def section(self, remark: Remark) -> str:
        model = _models_by_name().get(remark.table)
        return str(model._meta.verbose_name) if model else remark.table

    @admin.display(description=lazystr(ABOUT), ordering="field")
    def about(self, remark: Remark) -> Label:
        model = _models_by_name().get(remark.table)
        answer = next((one for one in answers(model) if one.name == remark.field), None) if model else None
        return answer.label if answer else both(remark.field)

    @admin.display(description=lazystr(KIND), ordering="kind")
    def kind_of_remark(self, remark: Remark) -> Label:
        return Remark.KINDS.get(remark.kind, both(remark.kind))

    @admin.display(description=lazystr(CONTENT))
    def text(self, remark: Remark) -> Label:
        return remark.shown


def _models_by_name() -> dict[str, type[models.Model]]:
    return {model._meta.model_name: model for model in watched_models().values()}
