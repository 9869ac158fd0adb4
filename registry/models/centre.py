"""The centre: who contributes cases, under which approval, with which local units."""

from django.conf import settings
from django.db import models
from django.utils.functional import lazystr

from registry import codes, policy
from registry.fields import Chosen, Coded, Day, Whole, Words, YesNo
from registry.labels import Label, both
from registry.models.naming import named
from registry.scoping import ScopedCentres, ScopedMemberships

CODE_HINT = Label(
    "two letters, a hyphen, then 3 to 8 letters or digits", "两个大写字母、连字符，再加3~8位大写字母或数字"
)
COUNTRY_HINT = Label("two capital letters (ISO 3166-1)", "两个大写字母(ISO 3166-1)")


@named(Label("centre", "中心"), Label("centres", "中心"))
class Centre(models.Model):
    """A hospital that enters cases. Everything clinical belongs to exactly one."""

    centre_id = Words(
        Label("Centre code", "中心代码"),
        max_length=12,
        pattern="[A-Z]{2}-[A-Z0-9]{3,8}",
        pattern_hint=CODE_HINT,
        unique=True,
        null=False,
        blank=False,
        need="1R*",
    )
    centre_name_en = Words(Label("Centre name (English)", "中心名称(英文)"), max_length=120, need="1R")
    centre_name_zh = Words(Label("Centre name (Chinese)", "中心名称(中文)"), max_length=120, need="2O")
    country = Words(
        Label("Country", "国家或地区"), max_length=2, pattern="[A-Z]{2}", pattern_hint=COUNTRY_HINT, need="1R"
    )
    time_zone = Words(Label("Time zone", "时区"), max_length=40, need="1R")
    centre_type = Coded(Label("Type of centre", "中心类型"), codes.CENTRE, need="2R")
    net_expert_centre = YesNo(Label("Recognised NET centre", "神经内分泌肿瘤专病中心"), need="2O")
    hepatectomy_volume_year = Whole(
        Label("Liver resections per year", "年肝切除例数"), hard=(0, 5000), soft=(10, 2000), need="2O"
    )
    netlm_volume_year = Whole(
        Label("NETLM cytoreductions per year", "年NETLM减瘤例数"), hard=(0, 500), soft=(0, 100), need="2R"
    )
    rbc_unit_basis_ml = Whole(
        Label("Whole-blood volume behind one red-cell unit", "1单位红细胞对应全血量"),
        unit=both("mL"),
        hard=(100, 550),
        need="1R",
    )
    plasma_unit_basis_ml = Whole(
        Label("Volume of one plasma unit", "1单位血浆容量"), unit=both("mL"), hard=(50, 400), need="2O"
    )
    default_bilirubin_unit = Coded(
        Label("Default bilirubin unit", "胆红素默认单位"), codes.UNIT_BILI, need="1R"
    )
    ethics_approval_no = Words(Label("Ethics approval number", "伦理审批号"), max_length=60, need="1R")
    ethics_approval_date = Day(Label("Ethics approval date", "伦理审批日期"), need="1R")
    data_agreement_date = Day(Label("Data-sharing agreement date", "数据共享协议日期"), need="2O")
    active_from = Day(Label("Contributing from", "开始入组日期"), need="1R")
    active_to = Day(Label("Contributing until", "停止入组日期"), need="2O")
    consecutive_declared = YesNo(Label("All eligible patients are entered", "是否连续入组"), need="1R")

    objects = ScopedCentres()

    class Meta:
        ordering = ["centre_id"]

    def __str__(self) -> str:
        return f"{self.centre_id} {self.name}"

    @property
    def name(self) -> Label:
        """The centre's name; the English one where no Chinese one is given."""
        english = self.centre_name_en or self.centre_id
        return Label(english, self.centre_name_zh or english)


@named(
    Label("membership of a centre", "中心成员"),
    Label("memberships of centres", "中心成员"),
    user=Label("User", "用户"),
    centre=Label("Centre", "中心"),
    role=Label("Role", "角色"),
    valid_until=Label("Valid until", "有效期至"),
    reviewed_on=Label("Last reviewed", "最近核查"),
    reviewed_by=Label("Reviewed by", "核查人"),
)
class Membership(models.Model):
    """A person holds a role, at one centre or, without a centre, in the whole registry.

    No membership, no cases. After `valid_until` (a day, itself included) it is none.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    centre = models.ForeignKey(
        Centre, on_delete=models.CASCADE, related_name="memberships", null=True, blank=True
    )
    role = Chosen(
        max_length=20,
        choices=[(role, lazystr(label)) for role, label in policy.ROLES.items()],
        default=policy.ENTRY,
        db_default=policy.ENTRY,
    )
    valid_until = models.DateField(null=True, blank=True)
    reviewed_on = models.DateField(null=True, blank=True, editable=False)
    reviewed_by = models.CharField(max_length=150, default="", db_default="", editable=False)

    objects = ScopedMemberships()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "centre", "role"], nulls_distinct=False, name="a_role_is_held_once"
            ),
            models.CheckConstraint(
                condition=models.Q(centre__isnull=False) | models.Q(role__in=policy.REGISTRY_WIDE),
                name="only_some_roles_without_a_centre",
                violation_error_message=lazystr(Label("This role needs a centre.", "该角色必须指定中心。")),
            ),
        ]

    def __str__(self) -> str:
        where = self.centre.centre_id if self.centre else "*"
        return f"{self.user} · {where} · {policy.ROLES.get(self.role, self.role)}"
