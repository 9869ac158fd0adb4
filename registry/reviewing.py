"""The monthly review of access: who looked at how much, at which hours, and changed what without a reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import ExtractHour, TruncDate
from django.utils.timezone import localdate, make_aware

from registry.labels import Label
from registry.models import CLINICAL, Change, Viewed

NIGHT_FROM, NIGHT_TO = 22, 6  # hours on the clock of the registry
MANY_CASES = 100  # on one day; more of them deserve a look
CLINICAL_TABLES = [one._meta.db_table for one in CLINICAL]
AT_NIGHT_HOURS = Q(hour__gte=NIGHT_FROM) | Q(hour__lt=NIGHT_TO)


AT_NIGHT = Label("at odd hours", "非常规时段")
MASS = Label("many cases in one day", "单日大量查看")
UNEXPLAINED = Label("changes without a reason", "无原因的修改")
BY_SQL = Label("by SQL", "通过SQL")
COLUMNS: dict[str, Label] = {
    "name": Label("Person", "人员"),
    "pages": Label("Pages", "页面数"),
    "cases": Label("Cases shown", "查看病例次数"),
    "most": Label("Most in one day", "单日最多"),
    "pages_at_night": Label("Pages at odd hours", "非常规时段页面数"),
    "changes": Label("Changes", "修改数"),
    "changes_at_night": Label("Changes at odd hours", "非常规时段修改数"),
    "unexplained": Label("Changes without a reason", "无原因的修改数"),
    "by_sql": Label("By SQL", "通过SQL"),
}


@dataclass
class Person:
    """What one person did in a month. `most` are the cases shown on the busiest day, `most_on`;
    `unexplained` are changes and removals of stored clinical rows without a reason."""

    name: str
    pages: int = 0
    cases: int = 0
    most: int = 0
    most_on: date | None = None
    pages_at_night: int = 0
    changes: int = 0
    changes_at_night: int = 0
    unexplained: int = 0
    by_sql: int = 0
    marks: list[Label] = field(default_factory=list)

    def mark(self) -> None:
        """Note in words what deserves a look."""
        for found, label in (
            (self.pages_at_night or self.changes_at_night, AT_NIGHT),
            (self.most > MANY_CASES, MASS),
            (self.unexplained, UNEXPLAINED),
            (self.by_sql, BY_SQL),
        ):
            if found:
                self.marks.append(label)


def month_of(text: str) -> date | None:
    """The first day of a month written as 2026-11; None if it is none that can have been."""
    try:
        first = datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        return None
    return first if date(2000, 1, 1) <= first <= localdate() else None


def following(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def people(month: date, sort: str = "") -> list[Person]:
    """Everybody who looked at something or changed something in this month, with two queries; those
    with most marks first, or by one of COLUMNS, largest first."""
    found: dict[str, Person] = {}
    for row in _views(month):
        one = found.setdefault(row["username"], Person(row["username"]))
        one.pages += row["pages"]
        one.pages_at_night += row["at_night"]
        one.cases += row["shown"] or 0
        if (row["shown"] or 0) > one.most:
            one.most, one.most_on = row["shown"], row["day"]
    for row in _changes(month):
        name = row["actor"] or f"db:{row['database_user']}"
        one = found.setdefault(name, Person(name))
        one.changes += row["changed"]
        one.changes_at_night += row["at_night"]
        one.unexplained += row["unexplained"]
        one.by_sql += row["by_sql"]
    for one in found.values():
        one.mark()
    return _sorted(list(found.values()), sort)


def _sorted(people: list[Person], sort: str) -> list[Person]:
    if sort == "name":
        return sorted(people, key=lambda one: one.name)
    if sort in COLUMNS:
        return sorted(people, key=lambda one: (-getattr(one, sort), one.name))
    return sorted(people, key=lambda one: (-len(one.marks), one.name))


def _in(month: date) -> Q:
    return Q(at__gte=_midnight(month), at__lt=_midnight(following(month)))


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time()))


def _views(month: date) -> QuerySet:
    """Pages and cases by person and day."""
    views = Viewed.objects.filter(_in(month)).annotate(hour=ExtractHour("at"), day=TruncDate("at"))
    return (
        views.values("username", "day")
        .annotate(pages=Count("id"), shown=Sum("cases"), at_night=Count("id", filter=AT_NIGHT_HOURS))
        .order_by("username", "day")
    )


def _changes(month: date) -> QuerySet:
    """Changes of clinical rows by person."""
    changes = Change.objects.filter(_in(month), table_name__in=CLINICAL_TABLES).annotate(
        hour=ExtractHour("at")
    )
    altered = Q(operation__in=("update", "delete"), reason=None)
    return (
        changes.values("actor", "database_user")
        .annotate(
            changed=Count("id"),
            at_night=Count("id", filter=AT_NIGHT_HOURS),
            unexplained=Count("id", filter=altered),
            by_sql=Count("id", filter=Q(channel=None)),
        )
        .order_by("actor", "database_user")
    )
