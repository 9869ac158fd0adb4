"""What row-level security costs on a large registry: python -m benchmarks.isolation

100,000 patients in 20 centres with one operation each. The same questions are put as the owner,
whom no policy binds, on behalf of somebody at one centre, and on behalf of an auditor of all.
Prints the milliseconds and whether an index was used.
"""

from __future__ import annotations

import json
import statistics
import time

import django

PATIENTS, CENTRES, REPEATS = 100_000, 20, 7
QUESTIONS = {
    "one case by its number": "SELECT * FROM registry_patient WHERE patient_uid = '{uid}'",
    "one section of a case": "SELECT * FROM registry_operation WHERE patient_id = {patient}",
    "the newest 25 cases of a centre": (
        "SELECT * FROM registry_patient WHERE centre_id = {centre} ORDER BY id DESC LIMIT 25"
    ),
    "how many cases a centre has": "SELECT count(*) FROM registry_patient WHERE centre_id = {centre}",
    "all operations of a centre": (
        "SELECT o.* FROM registry_operation o JOIN registry_patient p ON p.id = o.patient_id "
        "WHERE p.centre_id = {centre}"
    ),
    "all operations that are shown": "SELECT * FROM registry_operation",
}


def fill(cursor) -> None:
    """Centres, patients and operations, past the triggers; run by the owner."""
    for table in ("registry_centre", "registry_patient", "registry_operation"):
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    cursor.execute(
        "INSERT INTO registry_centre (centre_id) "
        f"SELECT 'XX-C' || lpad(i::text, 3, '0') FROM generate_series(1, {CENTRES}) AS i"
    )
    cursor.execute(
        "INSERT INTO registry_patient (patient_uid, centre_id, local_study_id, synthetic) "
        "SELECT lpad(i::text, 10, 'A'), "
        f"(SELECT min(id) FROM registry_centre) + i % {CENTRES}, 'S-' || i, true "
        f"FROM generate_series(1, {PATIENTS}) AS i"
    )
    cursor.execute(
        "INSERT INTO registry_operation (patient_id, op_no, surgery_date) "
        "SELECT id, 1, date '2015-01-01' + (id % 3000)::int FROM registry_patient p "
        "WHERE NOT EXISTS (SELECT FROM registry_operation o WHERE o.patient_id = p.id)"
    )
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in ("registry_centre", "registry_patient", "registry_operation"):
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def measured(cursor, question: str) -> tuple[float, str]:
    """The median time of the question in milliseconds, and how the table is reached."""
    cursor.execute(f"EXPLAIN (FORMAT JSON) {question}")
    (plan,) = cursor.fetchone()
    plan = plan if isinstance(plan, list) else json.loads(plan)
    ways = ", ".join(sorted(set(_ways(plan[0]["Plan"]))))
    seconds = []
    for _ in range(REPEATS):
        begun = time.perf_counter()
        cursor.execute(question)
        cursor.fetchall()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds) * 1000, ways


def _ways(plan: dict) -> list[str]:
    own = [plan["Node Type"]] if "Scan" in plan["Node Type"] and "Relation Name" in plan else []
    return own + [way for one in plan.get("Plans", ()) for way in _ways(one)]


def main() -> None:
    """Measure in a database of its own, and print."""
    django.setup()
    import psycopg
    from django.db import connection, connections

    from benchmarks.throwaway import registry_of
    from registry.context import acting, on_behalf_of
    from registry.models import Centre, Membership
    from tests import factories

    with registry_of(1), psycopg.connect(**connections["owner"].get_connection_params()) as owner:
        fill(owner.cursor())
        owner.commit()
        owner.autocommit = True
        owner.execute("ANALYZE")
        with acting("benchmark"):
            centre = Centre.objects.order_by("pk")[5]
            person, auditor = factories.user("one"), factories.user("all")
            Membership.objects.create(user=person, centre=centre, role="lead")
            Membership.objects.create(user=auditor, role="auditor")
        known = owner.execute(
            "SELECT id, patient_uid FROM registry_patient WHERE centre_id = %s LIMIT 1", [centre.pk]
        ).fetchone()
        given = {"centre": centre.pk, "patient": known[0], "uid": known[1]}
        for name, question in QUESTIONS.items():
            asked = question.format(**given)
            print(f"{name}\n  owner          {_line(measured(owner.cursor(), asked))}")
            for title, who in (("one centre", person), ("all centres", auditor)):
                with on_behalf_of(who), connection.cursor() as cursor:
                    print(f"  {title:<14} {_line(measured(cursor, asked))}")


def _line(found: tuple[float, str]) -> str:
    return f"{found[0]:8.2f} ms  {found[1]}"


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")
    main()
