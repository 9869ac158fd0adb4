"""What the registry promises on reliability and security, and what the tests have measured of it.

Each promise is a figure. The test runner writes down the outcome of the tests that prove it, the figures
that they measured, the day and the commit (tests/runner.py); `manage.py promises` and the page
/promises/ print both side by side. A promise that no test carries fails the build.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from registry.labels import Label

PROVEN, REDUCED, FAILED, NOT_MEASURED, BY_PROCESS = (
    "proven",
    "reduced",
    "failed",
    "not_measured",
    "by_process",
)
STATES: dict[str, Label] = {
    PROVEN: Label("proven", "已验证"),
    REDUCED: Label("proven in reduced form", "已验证(缩减规模)"),
    FAILED: Label("failed", "未通过"),
    NOT_MEASURED: Label("not measured", "未测量"),
    BY_PROCESS: Label("by process", "由流程保证"),
}


@dataclass(frozen=True)
class Promise:
    """A promise with its figure; `by_process` names what holds it where no test can."""

    id: str
    title: Label
    figure: Label
    by_process: Label | None = None


def _promise(number: int, en: str, zh: str, figure_en: str, figure_zh: str, process: Label | None = None):
    return Promise(f"P{number}", Label(en, zh), Label(figure_en, figure_zh), process)


PROMISES: tuple[Promise, ...] = (
    _promise(
        1, "Every change is recorded", "每一次修改都被记录",
        "15 ways of writing × every watched table: events seen = events expected, 100%; TRUNCATE refused",
        "15种写入途径×每张受监控的表：记录数=应有数，100%；TRUNCATE被拒绝",
    ),
    _promise(
        2, "Every event says who, when and why", "每条轨迹注明何人、何时、何因",
        "0 events without actor or database user and UTC time; 100% of changes to a complete section "
        "carry a reason",
        "无操作者或数据库用户、无UTC时间的轨迹0条；已完成部分的修改100%附有原因",
    ),
    _promise(
        3, "Tampering is refused or found", "篡改会被拒绝或发现",
        "at least 16 named attacks (application, owner, superuser, files): 100% refused or found; "
        "window without detection ≤ 60 s",
        "至少16种指名攻击(应用、属主、超级用户、文件)：100%被拒绝或发现；未检出窗口≤60秒",
    ),
    _promise(
        4, "Every event is sealed", "每条轨迹都被封印",
        "0 events unsealed after quiet time; 8 writers, random commit order, 20 runs",
        "静默后未封印轨迹0条；8个写入者、随机提交次序、20轮",
    ),
    _promise(
        5, "No update is lost", "不丢失任何更新",
        "0 lost in 10,000 concurrent edits by 16 writers over 40 records; nothing typed is discarded",
        "16个写入者对40份病例并发编辑10,000次，丢失0次；已输入内容不被丢弃",
    ),
    _promise(
        6, "A crash loses nothing that was acknowledged", "崩溃不丢失已确认的保存",
        "kill -9 of web process and database during 1,000 saves: 0 acknowledged saves missing, 0 half-saves",
        "1,000次保存期间强制终止网页进程与数据库：已确认保存缺失0次，半途保存0次",
    ),
    _promise(
        7, "Nobody sees another centre", "任何人看不到其他中心",
        "0 leaks over all addresses × 6 roles and anonymous × 5 methods × {own, other centre, none}",
        "全部地址×6种角色及匿名×5种方法×{本中心、他中心、无}：泄漏0处",
    ),
    _promise(
        8, "The database isolates by itself", "数据库自身即可隔离",
        "0 foreign rows with the application's filter removed on purpose",
        "故意移除应用过滤后，他中心记录0行",
    ),
    _promise(
        9, "No input breaks a page", "任何输入都不会使页面出错",
        "10,000 form posts, 2,000 imports, 2,000 query strings, 1,000 JSON bodies: 0 answers ≥ 500, 0 "
        "unreadable rows",
        "10,000次表单、2,000次导入、2,000个查询串、1,000个JSON：≥500的响应0个，不可读记录0行",
    ),
    _promise(
        10, "No export carries a formula", "导出文件不含公式",
        "all exports × 12 payloads: 0 formula cells; −5 stays a number; re-import without loss",
        "全部导出×12种载荷：公式单元格0个；−5仍为数字；再导入无损",
    ),
    _promise(
        11, "Hostile files are refused", "拒绝恶意文件",
        "20 hostile files: each refused in < 1 s with < 150 MB (with the import of files)",
        "20种恶意文件：各在1秒内、150 MB内被拒绝(随文件导入功能提供)",
        Label(
            "comes with the import of files; no file is taken today", "随文件导入功能提供；目前不接收任何文件"
        ),
    ),
    _promise(
        12, "A restore is proven", "恢复经过验证",
        "restore to a chosen second: all row hashes equal, trail verifies; RPO ≤ 60 s, RTO ≤ 15 min",
        "恢复到指定时刻：全部记录散列一致、轨迹核验通过；RPO≤60秒，RTO≤15分钟",
    ),
    _promise(
        13, "Sessions end", "会话会结束",
        "idle 15 min, absolute 12 h, on the server; background calls do not extend; a disabled person is "
        "out at the next request",
        "闲置15分钟、最长12小时，由服务器判定；后台请求不延长；停用者下一次请求即退出",
    ),
    _promise(
        14, "No way in by a password alone", "仅凭密码无法进入",
        "100% of routes that make a session demand a second factor; a code is usable once",
        "100%可建立会话的途径要求第二因素；验证码仅可使用一次",
    ),
    _promise(
        15, "Guessing is limited for all workers together", "所有进程共同限制猜测",
        "10 wrong passwords per account in 15 min over 4 processes, then refusal; exports ≤ 20/h",
        "4个进程合计每账号15分钟内10次错误密码后拒绝；导出≤20次/小时",
    ),
    _promise(
        16, "Pages come with strict headers", "页面带有严格的响应头",
        "check --deploy 0 warnings; CSP without unsafe-inline, HSTS ≥ 1 y, no-store; 0 CSP reports in "
        "the browser suite",
        "check --deploy 无警告；CSP不含unsafe-inline，HSTS≥1年，no-store；浏览器测试CSP报告0条",
    ),
    _promise(
        17, "Nothing of a patient in a log", "日志中无患者信息",
        "500 canary identifiers pushed everywhere: 0 found in logs, mails, addresses, metrics, the "
        "server's log",
        "500个探针标识推送至各处：日志、邮件、地址、指标、数据库日志中0处出现",
    ),
    _promise(
        18, "A column leaves only if classified", "未分级的列不外流",
        "0 of 18 Safe Harbor classes in de-identified files; offsets equal the source; nothing finer "
        "than a year; ages ≥ 90 pooled",
        "去标识文件中Safe Harbor的18类标识0处；偏移与源数据一致；不细于年；90岁及以上合并",
    ),
    _promise(
        19, "Small numbers stay hidden", "小数目保持隐藏",
        "cells of 1–10 never shown and never derivable; solver's range wider than 10 in 1,000 report sets",
        "1–10的单元格既不显示也不可推算；1,000组报告中求解范围均大于10",
    ),
    _promise(
        20, "A signature holds for what was signed", "签名只对所签内容有效",
        "0 signatures valid over changed content in 1,000 random orders of edits",
        "1,000种随机编辑次序下，对已改内容仍有效的签名0个",
    ),
    _promise(
        21, "A locked case does not change", "锁定病例不可更改",
        "0 of 6 ways of writing succeed; unlocking needs a reason and a second person",
        "6种写入途径成功0种；解锁须原因与第二人",
    ),
    _promise(
        22, "A migration loses nothing", "数据库迁移不丢失内容",
        "all triggers present and unchanged afterwards; 0 trail values lost when a field is removed; no "
        "lock wait > 2 s",
        "迁移后触发器齐全且未变；移除字段后轨迹值丢失0个；锁等待不超过2秒",
    ),
    _promise(
        23, "The system says whether it is well", "系统自述是否健康",
        "each check broken on purpose answers 503; p99 < 50 ms; no data in the answer",
        "逐项故意破坏均返回503；p99<50毫秒；响应不含数据",
    ),
    _promise(
        24, "Typing survives", "已输入内容不丢失",
        "≤ 5 s of typing lost on crash, lost network, timeout or restart; drafts private, gone after 30 days",
        "崩溃、断网、超时或重启时丢失输入≤5秒；草稿仅本人可见，30天后清除",
    ),
    _promise(
        25, "Twice sent is once stored", "重复提交只存一次",
        "1,000 double or retried posts: 0 duplicates",
        "1,000次重复或重试提交：重复记录0条",
    ),
    _promise(
        26, "One subject can be erased", "可删除单个受试者",
        "identifiers unreadable in tables, trail and existing backups; 0 findings afterwards; the "
        "erasure itself recorded",
        "表、轨迹及既有备份中标识不可读；其后核验发现0项；删除本身有记录",
    ),
    _promise(
        27, "Looking is recorded", "查看会被记录",
        "100% of views and exports of identifiable data recorded: who, which, why, rows, hash",
        "可识别数据的查看与导出100%被记录：何人、何数据、何因、行数、散列",
    ),
    _promise(
        28, "No known hole in what we build on", "所依赖组件无已知漏洞",
        "0 known-vulnerable dependencies; Django security patch ≤ 7 days",
        "已知存在漏洞的依赖0个；Django安全补丁≤7天",
        Label("by a scheduled audit of the dependencies", "由定期的依赖审计保证"),
    ),
)  # fmt: skip
BY_ID: dict[str, Promise] = {one.id: one for one in PROMISES}


@dataclass(frozen=True)
class Standing:
    """A promise with what was last measured of it."""

    promise: Promise
    state: str
    figures: tuple[str, ...] = ()
    tests: int = 0
    failed: tuple[str, ...] = ()
    date: str = ""
    commit: str = ""

    @property
    def state_label(self) -> Label:
        return STATES[self.state]

    def as_data(self) -> dict[str, object]:
        """For programs."""
        return {
            "id": self.promise.id,
            "promise": {"en": self.promise.title.en, "zh": self.promise.title.zh},
            "promised": {"en": self.promise.figure.en, "zh": self.promise.figure.zh},
            "state": self.state,
            "measured": list(self.figures),
            "tests": self.tests,
            "failed": list(self.failed),
            "date": self.date,
            "commit": self.commit,
        }


def read(path: Path) -> dict[str, dict[str, dict]]:
    """What the runner has written: promise → test → outcome. Empty if it never has; raises ValueError
    for a file that is something else."""
    if not path.exists():
        return {}
    found = json.loads(path.read_text(encoding="utf-8"))
    if not _is_record(found):
        raise ValueError(f"{path} is not a record of promises")
    return found


def _is_record(found: object) -> bool:
    """Whether this is promise → test → outcome, as the runner of this release writes it."""
    promises = found.values() if isinstance(found, dict) else [None]
    return all(
        isinstance(tests, dict) and all(isinstance(one, dict) and "failed" in one for one in tests.values())
        for tests in promises
    )


def standings(path: Path, released: Path | None = None) -> list[Standing]:
    """All promises with what was last measured, in their order; where nothing was measured here, what
    was measured with the release."""
    recorded = read(path) or (read(released) if released else {})
    return [_standing(one, recorded.get(one.id)) for one in PROMISES]


def _standing(promise: Promise, recorded: dict[str, dict] | None) -> Standing:
    """Of several tests the worst outcome counts, and the oldest day with its commit."""
    if not recorded:
        return Standing(promise, BY_PROCESS if promise.by_process else NOT_MEASURED)
    failed = tuple(name for name, one in recorded.items() if one["failed"])
    in_full = all(one["full"] for one in recorded.values())
    oldest = min(recorded.values(), key=lambda one: one["date"])
    return Standing(
        promise,
        FAILED if failed else PROVEN if in_full else REDUCED,
        _each_once(figure for one in recorded.values() for figure in one["figures"]),
        len(recorded),
        failed,
        oldest["date"],
        oldest["commit"],
    )


def _each_once(figures: Iterable[str]) -> tuple[str, ...]:
    """The figures, and of those that several tests found alike how often."""
    found = Counter(figures)
    return tuple(f"{figure} (×{times})" if times > 1 else figure for figure, times in found.items())
