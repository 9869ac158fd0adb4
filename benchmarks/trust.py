"""What trust costs: a save with trail, version check and row-level security, beside a bare one.

    python -m benchmarks.trust                     saves, bulk updates, both with a long trail, the report

All on one embedded PostgreSQL that waits for the disk as a hospital's does, in a temporary folder. The
bare contender is Django on the same table and rows, over a connection that row-level security does not
bind, with the triggers of the table switched off meanwhile. Contenders take turns; ratios are taken
within a turn, printed are medians.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from statistics import median

import psycopg

CASES, SAVES, BULK, LONG_TRAIL = 5_000, 200, 5_000, 1_000_000
# What is compared, and the most it may be.
BARS = {
    "save": ("a save, times a bare Django save", 2.5),
    "bulk": ("an update of 5 000 rows, times a bare one", 15.0),
    "save_long": ("the same save beside 1 000 000 events", 2.5),
    "bulk_long": ("the same update beside 1 000 000 events", 15.0),
    "save_growth": ("what the long trail adds to a save, times", 1.25),
    "bulk_growth": ("what the long trail adds to an update, times", 1.25),
    "report": ("the report of a member of a centre, times the same without row-level security", 1.1),
}


def main(given: Sequence[str] | None = None) -> None:
    """Measure and print; exits with 1 where a bar does not hold."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trust", description="Cost of trust.")
    parser.add_argument("--turns", type=int, default=11)
    parser.add_argument("--trail", type=int, default=LONG_TRAIL, help="events of the long trail")
    arguments = parser.parse_args(given)
    with tempfile.TemporaryDirectory(prefix="netlm-benchmark-") as folder:
        os.environ |= {"NETLM_VAR": folder, "NETLM_THROWAWAY_DATABASE": "0"}
        os.environ.pop("DATABASE_URL", None)
        from benchmarks import report

        report._start_django()
        from benchmarks.throwaway import registry_of

        with registry_of(CASES):
            found = _measured(arguments.turns, arguments.trail)
        report._stop_server()
    sys.exit(_print(found))


def _measured(turns: int, trail: int) -> dict[str, float]:
    member = _member()
    found = _ratios("", turns, member)
    _lengthen_trail(trail)
    found |= _ratios("_long", turns, member)
    for what in ("save", "bulk"):
        # against the bare contender of the same minute, for these machines are noisy
        found[f"{what}_growth"] = found[f"{what}_long"] / found[what]
    found["report"] = _report(2 * turns, member)  # a second each, and noisy
    return found


def _member():
    from django.contrib.auth import get_user_model

    from registry.context import acting
    from registry.models import Centre, Membership

    with acting("benchmark"):
        person = get_user_model().objects.create_user("member")
        Membership.objects.create(user=person, centre=Centre.objects.get(), role="entry")
    return person


def _ratios(suffix: str, turns: int, member) -> dict[str, float]:
    contenders = {
        "save": (_guarded_saves(member), _bare_saves()),
        "bulk": (_guarded_bulk(member), _bare_bulk()),
    }
    found = {}
    for name, (guarded, bare) in contenders.items():
        pairs = [_pair(guarded, bare, turn) for turn in range(turns + 1)][1:]  # the first turn warms up
        found[f"{name}{suffix}"] = median(ours / plain for ours, plain in pairs)
        found[f"{name}{suffix}_seconds"] = median(ours for ours, _plain in pairs)
        found[f"{name}{suffix}_bare_seconds"] = median(plain for _ours, plain in pairs)
    return found


def _pair(ours: Callable[[int], None], plain: Callable[[int], None], turn: int) -> tuple[float, float]:
    """The seconds of both; each turn begins with the other."""
    if turn % 2:
        return _seconds(ours, turn), _seconds(plain, turn)
    first = _seconds(plain, turn)
    return _seconds(ours, turn), first


def _seconds(work: Callable[[int], None], turn: int) -> float:
    gc.collect()  # what the other has left behind is not paid for here
    begin = time.perf_counter()
    work(turn)
    return time.perf_counter() - begin


def _rows() -> list[int]:
    from registry.context import acting
    from registry.models import Operation

    with acting("benchmark"):
        return list(Operation.objects.order_by("pk").values_list("pk", flat=True)[:SAVES])


def _guarded_saves(member) -> Callable[[int], None]:
    """As a form saves: on behalf of its user, the case locked and compared with what was seen."""
    from registry.actions import lock_case
    from registry.context import on_behalf_of
    from registry.models import Operation
    from registry.versions import Version, case_history

    keys, opened = _rows(), Version(0, 0, "", "1:1:")

    def work(turn: int) -> None:
        for key in keys:
            with on_behalf_of(member, request_id="benchmark"):
                row = Operation.objects.select_related("patient").get(pk=key)
                lock_case(row.patient, [Operation])
                case_history(row.patient).since(opened)
                row.op_time_min = 200 + (turn + key) % 50
                row.save(update_fields=["op_time_min"])

    return work


def _bare_saves() -> Callable[[int], None]:
    from registry.models import Operation

    keys = _rows()

    def work(turn: int) -> None:
        with _triggers_off("registry_operation"):
            for key in keys:
                row = Operation._base_manager.using("owner").select_related("patient").get(pk=key)
                row.op_time_min = 100 + (turn + key) % 50
                row.save(using="owner", update_fields=["op_time_min"])

    return work


def _guarded_bulk(member) -> Callable[[int], None]:
    from registry.context import on_behalf_of
    from registry.models import Operation

    def work(turn: int) -> None:
        with on_behalf_of(member, request_id="benchmark"):
            assert Operation.objects.update(blood_loss_ml=1_000 + turn) == BULK

    return work


def _bare_bulk() -> Callable[[int], None]:
    from registry.models import Operation

    def work(turn: int) -> None:
        with _triggers_off("registry_operation"):
            Operation._base_manager.using("owner").update(blood_loss_ml=500 + turn)

    return work


@contextmanager
def _triggers_off(table: str) -> Iterator[None]:
    """As only the owner of the tables can, and what the verifier would find."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        try:
            yield
        finally:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _lengthen_trail(events: int) -> None:
    """Events of rows that nobody measures; what is measured is the length of the trail. Those of a case
    lie together, 200 of them, as they do where a case is typed in a few sittings."""
    from django.db import connections

    with _triggers_off("registry_change"), connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO registry_change (at, table_name, row_id, patient_id, centre_id, operation, changes, "
            "database_user, transaction_id, digest, previous_hash, hash) "
            "SELECT now(), 'registry_operation', 1000000 + n / 10, 1 + (n - 1) / 200 %% 5000, 1, 'update', "
            "'{\"op_time_min\": [100, 200]}', 'registry_app', n, sha256(n::text::bytea), "
            "sha256((n - 1)::text::bytea), sha256(n::text::bytea) FROM generate_series(1, %s) AS n",
            [events],
        )
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE registry_change")  # else the server does so while it is measured
    superuser = connections["owner"].get_connection_params() | {"user": "postgres"}
    with psycopg.connect(**superuser, autocommit=True) as server:
        server.execute("CHECKPOINT")


def _report(turns: int, member) -> float:
    """The report as the site makes it, beside one over a connection that sees everything anyway."""
    from django.utils import timezone

    from analysis import cohort, provenance
    from analysis.reports import REPORTS
    from registry.context import acting, on_behalf_of
    from registry.models import Centre

    def make() -> None:
        kind, everything, centres = REPORTS["paper"], cohort.Definition(), list(Centre.objects.all())
        change = cohort.latest_change(centres)
        data = cohort.load(everything, centres)
        origin = provenance.of(data, everything, kind.conventions, change, timezone.localtime())
        kind.build(data, kind.conventions, origin)

    def free(_turn: int) -> None:
        with acting("benchmark", one_state=True):
            make()

    def bound(_turn: int) -> None:
        with on_behalf_of(member, one_state=True):
            make()

    pairs = [_pair(bound, free, turn) for turn in range(turns + 1)]
    return median(ours / plain for ours, plain in pairs[1:])


def _print(found: dict[str, float]) -> int:
    for name, seconds in found.items():
        if name.endswith("_seconds"):
            print(f"  {name.removesuffix('_seconds'):16} {1000 * seconds:9.1f} ms")
    failed = 0
    for name, (words, most) in BARS.items():
        failed |= found[name] > most
        verdict = "holds" if found[name] <= most else "FAILS"
        print(f"  {verdict}  {words}: {found[name]:.2f} (at most {most:g})")
    return int(failed)


if __name__ == "__main__":
    main()
