"""Who may do what: every role, every action, and under which conditions, as data.

Views, the admin site, row-level security, commands and the page /policy/ all read this one module;
nothing else decides. A role is held at one centre or, where `REGISTRY_WIDE` allows it, in the whole
registry. Held at a centre it counts there only, whatever the table says of all centres.
"""

from __future__ import annotations

from dataclasses import dataclass

from registry.labels import Label, joined

ENTRY, LEAD, MANAGER, STATISTICIAN, AUDITOR, ADMINISTRATOR = (
    "entry", "lead", "manager", "statistician", "auditor", "administrator"
)  # fmt: skip
ROLES: dict[str, Label] = {
    ENTRY: Label("data entry", "数据录入"),
    LEAD: Label("centre lead", "中心负责人"),
    MANAGER: Label("data manager", "数据管理员"),
    STATISTICIAN: Label("statistician", "统计师"),
    AUDITOR: Label("auditor", "稽查员"),
    ADMINISTRATOR: Label("administrator", "系统管理员"),
}
# No role that anybody is given: what an access that is open now adds, for an hour (registry/glass.py).
GLASS, GLASS_MINUTES = "glass", 60
HELD: dict[str, Label] = ROLES | {GLASS: Label("break-glass access", "紧急访问")}
REGISTRY_WIDE = (MANAGER, STATISTICIAN, AUDITOR, ADMINISTRATOR)  # may be held without a centre
OWN, ALL = "own", "all"
REVIEW_DAYS = 90  # a membership that nobody has looked at for longer is flagged

# What a grant can demand or restrict, in the order in which it is told.
CONDITIONS: dict[str, Label] = {
    "view_only": Label("read only", "只读"),
    "pseudonymised": Label("pseudonymised", "假名化"),
    "masked": Label("free text masked", "自由文本已屏蔽"),
    "coded": Label("centres coded", "中心以代码显示"),
    "entries": Label("own entries", "仅本人记录"),
    "request_only": Label("request only", "仅可申请"),
    "reason": Label("with a reason", "须注明原因"),
    "purpose": Label("with a purpose", "须注明用途"),
    "fresh_factor": Label("second factor again", "须再次验证第二因素"),
    "second_person": Label("second person", "须第二人确认"),
}
SCOPES = {OWN: Label("own centre", "本中心"), ALL: Label("all centres", "全部中心")}


@dataclass(frozen=True)
class Grant:
    """A role may do an action: in the own centre or in all, under these conditions."""

    scope: str
    view_only: bool = False
    pseudonymised: bool = False
    masked: bool = False
    coded: bool = False
    entries: bool = False
    request_only: bool = False
    reason: bool = False
    purpose: bool = False
    fresh_factor: bool = False
    second_person: bool = False

    @property
    def conditions(self) -> list[Label]:
        """The conditions in words."""
        return [label for name, label in CONDITIONS.items() if getattr(self, name)]

    @property
    def in_words(self) -> Label:
        """Scope and conditions, as the page of the policy shows them."""
        return joined([SCOPES[self.scope], *self.conditions], en=", ", zh="，")


def _own(*conditions: str) -> Grant:
    return Grant(OWN, **dict.fromkeys(conditions, True))


def _all(*conditions: str) -> Grant:
    return Grant(ALL, **dict.fromkeys(conditions, True))


@dataclass(frozen=True)
class Action:
    """Something that can be done, and the roles that may; a role that is not named may not."""

    label: Label
    grants: dict[str, Grant]


ACTIONS: dict[str, Action] = {
    "see_identifiers": Action(
        Label("see the centre's study number and birth month", "查看本中心研究编号与出生年月"),
        {ENTRY: _own(), LEAD: _own(), AUDITOR: _all("view_only"), GLASS: _own("view_only")},
    ),
    "see_clinical": Action(
        Label("see clinical data", "查看临床数据"),
        {
            ENTRY: _own(),
            LEAD: _own(),
            MANAGER: _all("view_only", "pseudonymised"),
            AUDITOR: _all("view_only"),
            GLASS: _own("view_only"),
        },
    ),
    "free_text": Action(
        Label("see free text", "查看自由文本"),
        {
            ENTRY: _own(),
            LEAD: _own(),
            MANAGER: _all("masked"),
            AUDITOR: _all("view_only"),
            GLASS: _own("view_only"),
        },
    ),
    "edit": Action(Label("create and edit cases", "新建与编辑病例"), {ENTRY: _own(), LEAD: _own()}),
    "edit_complete": Action(
        Label("edit a complete section", "修改已完成的部分"), {ENTRY: _own("reason"), LEAD: _own("reason")}
    ),
    "withdraw": Action(
        Label("withdraw a case (kept in the trail)", "撤出病例(保留于稽查轨迹)"),
        {LEAD: _own("reason", "second_person"), MANAGER: _all("reason", "second_person")},
    ),
    "raise_query": Action(
        Label("raise a query", "提出质疑"), {LEAD: _own(), MANAGER: _all(), AUDITOR: _all()}
    ),
    "answer_query": Action(Label("answer a query", "答复质疑"), {ENTRY: _own(), LEAD: _own()}),
    "close_query": Action(Label("close a query", "关闭质疑"), {MANAGER: _all(), AUDITOR: _all("entries")}),
    "lock": Action(Label("lock a case", "锁定病例"), {LEAD: _own(), MANAGER: _all()}),
    "unlock": Action(
        Label("unlock a case", "解锁病例"),
        {LEAD: _own("request_only", "reason"), MANAGER: _all("reason", "fresh_factor", "second_person")},
    ),
    "sign": Action(Label("sign a case", "签署病例"), {LEAD: _own("fresh_factor")}),
    "import_file": Action(
        Label("import a file", "导入文件"), {ENTRY: _own(), LEAD: _own(), MANAGER: _all("second_person")}
    ),
    "export_identified": Action(
        Label("export with identifiers", "导出含标识数据"), {LEAD: _own("fresh_factor", "purpose")}
    ),
    "export_pseudonymised": Action(
        Label("export pseudonymised", "导出假名化数据"),
        {LEAD: _own("fresh_factor", "purpose"), MANAGER: _all("fresh_factor", "purpose")},
    ),
    "export_deidentified": Action(
        Label("export de-identified", "导出去标识数据"),
        {
            ENTRY: _own("purpose"),
            LEAD: _own("purpose"),
            MANAGER: _all("purpose"),
            STATISTICIAN: _all("fresh_factor", "purpose"),
        },
    ),
    "report": Action(
        Label("make reports", "生成报告"),
        {ENTRY: _own(), LEAD: _own(), MANAGER: _all(), AUDITOR: _all()},
    ),
    "benchmark": Action(
        Label("compare centres", "比较各中心"),
        {
            ENTRY: _own("coded"),
            LEAD: _own("coded"),
            MANAGER: _all(),
            STATISTICIAN: _all("coded"),
            AUDITOR: _all(),
        },
    ),
    "history": Action(
        Label("see the history of a record", "查看记录的修改历史"),
        {
            ENTRY: _own(),
            LEAD: _own(),
            MANAGER: _all("pseudonymised"),
            AUDITOR: _all(),
            GLASS: _own("view_only"),
        },
    ),
    "audit_trail": Action(
        Label("see the whole audit trail", "查看完整稽查轨迹"),
        {LEAD: _own(), MANAGER: _all("pseudonymised"), AUDITOR: _all()},
    ),
    "verify_audit": Action(
        Label("verify the audit trail", "核验稽查轨迹"),
        {AUDITOR: _all(), ADMINISTRATOR: _all()},
    ),
    "security_log": Action(
        Label("see the access and security log", "查看访问与安全日志"),
        {ENTRY: _own("entries"), LEAD: _own(), AUDITOR: _all(), ADMINISTRATOR: _all()},
    ),
    "break_glass": Action(
        Label("open break-glass access to a centre", "开启对某中心的紧急访问"),
        {MANAGER: _all("reason", "fresh_factor"), ADMINISTRATOR: _all("reason", "fresh_factor")},
    ),
    "watch_glass": Action(
        Label("see and acknowledge break-glass access", "查看并确认知悉紧急访问"),
        {
            LEAD: _own(),
            MANAGER: _all("view_only"),
            AUDITOR: _all(),
            ADMINISTRATOR: _all("view_only"),
        },
    ),
    "manage_users": Action(
        Label("invite, disable and give data entry", "邀请、停用用户及授予数据录入权"),
        {LEAD: _own(), MANAGER: _all(), ADMINISTRATOR: _all("second_person")},
    ),
    "grant_lead": Action(
        Label("give another role at a centre", "授予中心内其他角色"),
        {
            LEAD: _own("second_person"),
            MANAGER: _all("second_person"),
            ADMINISTRATOR: _all("second_person"),
        },
    ),
    "grant_wide_role": Action(
        Label("give a role in the whole registry", "授予全登记系统角色"),
        {ADMINISTRATOR: _all("fresh_factor", "second_person")},
    ),
    "confirm_wide_role": Action(
        Label("confirm a role in the whole registry", "确认全登记系统角色"),
        {MANAGER: _all("fresh_factor"), ADMINISTRATOR: _all("fresh_factor")},
    ),
    "review_access": Action(
        Label("review who holds which role", "定期核查人员与角色"),
        {MANAGER: _all(), AUDITOR: _all("view_only"), ADMINISTRATOR: _all()},
    ),
    "manage_centres": Action(Label("administer centres", "管理中心"), {ADMINISTRATOR: _all()}),
    "dictionary": Action(
        Label("versions of forms, classification", "表单版本与数据分级"),
        {MANAGER: _all("second_person"), STATISTICIAN: _all("request_only"), AUDITOR: _all("view_only")},
    ),
    "erase": Action(
        Label("erase a subject", "删除受试者数据"),
        {
            ENTRY: _own("request_only"),
            LEAD: _own("request_only", "fresh_factor"),
            MANAGER: _all("second_person"),
            ADMINISTRATOR: _all("second_person"),
        },
    ),
    "settings": Action(
        Label("settings, keys, backups, restore", "设置、密钥、备份与恢复"),
        {AUDITOR: _all("view_only"), ADMINISTRATOR: _all("fresh_factor", "second_person")},
    ),
    "promises": Action(
        Label("read what is proven", "查看已验证的承诺"),
        {MANAGER: _all(), AUDITOR: _all(), ADMINISTRATOR: _all()},
    ),
    "impersonate": Action(Label("act as somebody else", "以他人身份操作"), {}),
}


def allowed(role: str, action: str) -> Grant | None:
    """What the role may do of this action; None for nothing. An action that nobody has
    declared raises KeyError: a spelling mistake must not look like a refusal."""
    return ACTIONS[action].grants.get(role)


def roles_for(action: str) -> tuple[str, ...]:
    """The roles that may do this action, in the order of `HELD`."""
    return tuple(role for role in HELD if allowed(role, action))


# What row-level security is made of (registry/guard/isolation.py).
READERS = roles_for("see_clinical")  # rows of the centre, or of all without one
WRITERS = roles_for("edit")  # clinical rows of the centre
LEADERS = roles_for("manage_users")  # memberships of the centre
OVERSEERS = (MANAGER, AUDITOR, ADMINISTRATOR)  # read accounts, memberships, rows of no centre
GRANTERS = (MANAGER, ADMINISTRATOR)  # write memberships of every centre
OPENERS = roles_for("break_glass")  # open break-glass access for themselves (registry/guard/glass.py)
# Who is told of each access; one person of each role acknowledges it.
WATCHERS = tuple(role for role in roles_for("watch_glass") if not allowed(role, "watch_glass").view_only)
