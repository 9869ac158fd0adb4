"""What the paper's report costs, beside what one would use instead.

    python -m benchmarks.report                    31, 1 000, 10 000 and 100 000 cases, three times each
    python -m benchmarks.report --sizes 31 1000    smaller

Every measurement runs in a process of its own, so that none profits from the memory or the caches of
another; loading Python and its packages is not counted. The contenders take turns, so that a busy
minute of the machine is shared by all; printed are medians, and ratios within the same turn.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

SIZES = (31, 1_000, 10_000, 100_000)
REPETITIONS = 3
ROOT = Path(__file__).resolve().parent.parent
MEBI = 1 << 20

# The bars of the project's issue: name, what is compared, at which size, the most it may be.
BARS = (
    ("31 cases, seconds", "report_seconds", 31, 0.5),
    ("1 000 cases, times the script", "to_script", 1_000, 1.0),
    ("10 000 cases, times the script", "to_script", 10_000, 1.0),
    ("100 000 cases, times the script", "to_script", 100_000, 1.0),
    ("100 000 cases, times the bare fetch", "to_fetch", 100_000, 4.0),
    ("100 000 cases, times the cost of 10 000", "growth", 100_000, 11.0),
    ("100 000 cases, peak memory in MiB", "report_peak", 100_000, 2048.0),
)


def main() -> None:
    arguments = _arguments()
    if arguments.measure:
        print(json.dumps(_measure(arguments.measure, arguments.file)))
        return
    with tempfile.TemporaryDirectory(prefix="netlm-benchmark-") as folder:
        os.environ |= {"NETLM_VAR": folder, "NETLM_THROWAWAY_DATABASE": "1"}
        os.environ.pop("DATABASE_URL", None)
        _start_django()
        found = {}
        for size in arguments.sizes:
            found[size] = _compare(size, arguments.repetitions, Path(folder))
            if size // 10 in found:
                found[size]["growth"] = found[size]["report_seconds"] / found[size // 10]["report_seconds"]
            _print_size(size, found[size])
    _print_bars(found)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description="Cost of the report.")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    parser.add_argument("--measure", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _start_django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")
    django.setup()


def _compare(size: int, repetitions: int, folder: Path) -> dict[str, float]:
    """Medians of all contenders at one size, and the medians of their ratios."""
    from benchmarks.throwaway import registry_of

    with registry_of(size) as database:
        file = folder / f"cohort-{size}.csv"
        _export(file)
        turns = [
            {name: _in_a_process_of_its_own(name, file, database) for name in CONTENDERS}
            for _ in range(repetitions)
        ]
    result = {
        f"{name}_{what}": median(turn[name][what] for turn in turns)
        for name in CONTENDERS
        for what in turns[0][name]
    }
    for other in ("script", "fetch"):
        ratios = (turn["report"]["seconds"] / turn[other]["seconds"] for turn in turns)
        result[f"to_{other}"] = median(ratios)
    return result


def _export(file: Path) -> None:
    """The cohort as the tidy file that the script starts from."""
    from analysis import cohort
    from registry.models import Centre

    cohort.load(cohort.Definition(), Centre.objects.all()).frame.to_csv(file, index=False)


def _in_a_process_of_its_own(name: str, file: Path, database: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.report", "--measure", name, "--file", str(file)]
    environment = os.environ | {"NETLM_BENCHMARK_DATABASE": database}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stderr}")
    return json.loads(done.stdout)


def _measure(name: str, file: Path) -> dict[str, float]:
    contender = CONTENDERS[name]
    work = contender(file)
    begin = time.perf_counter()
    parts = work()
    seconds = time.perf_counter() - begin
    return {"seconds": seconds, "peak": _peak(), **(parts or {})}


def _peak() -> float:
    """The most memory that this process has held so far, in MiB.

    Linux counts into ru_maxrss what the parent held when it started the process; VmHWM begins anew.
    """
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / MEBI
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEBI


def _connected() -> None:
    """Django, connected to the database of this benchmark."""
    _start_django()
    from django.db import connection

    connection.settings_dict["NAME"] = os.environ["NETLM_BENCHMARK_DATABASE"]
    connection.ensure_connection()


def _report(_file: Path) -> Callable[[], dict[str, float]]:
    """The whole report as the command makes it: load, statistics, JSON."""
    _connected()
    from django.utils import timezone

    from analysis import cohort, provenance
    from analysis.render import as_json
    from analysis.reports import REPORTS
    from registry.models import Centre

    def work() -> dict[str, float]:
        kind, everything = REPORTS["paper"], cohort.Definition()
        moments = [time.perf_counter()]
        change = cohort.latest_change()
        data = cohort.load(everything, Centre.objects.all())
        moments.append(time.perf_counter())
        origin = provenance.of(data, everything, kind.conventions, change, timezone.localtime())
        report = kind.build(data, kind.conventions, origin)
        moments.append(time.perf_counter())
        as_json.document(report, "en")
        moments.append(time.perf_counter())
        load, build, write = (after - before for before, after in zip(moments, moments[1:], strict=False))
        return {"load": load, "build": build, "json": write}

    return work


def _script(file: Path) -> Callable[[], None]:
    from benchmarks import plain_script

    return lambda: plain_script.run(file) and None


def _fetch(_file: Path) -> Callable[[], None]:
    """The same columns of the same tables, fetched with psycopg and thrown away."""
    _connected()
    import psycopg
    from django.db import connection

    from analysis.cohort.tables import PATIENT, READ, columns_of

    tables = {READ[name][0]._meta.db_table: ("patient_id", *columns_of(name)) for name in READ}
    tables["registry_patient"] = ("id", *PATIENT)
    statements = [f"SELECT {', '.join(columns)} FROM {table}" for table, columns in tables.items()]
    given = connection.get_connection_params()
    address = {name: given[name] for name in ("host", "port", "user", "password", "dbname") if name in given}

    def work() -> None:
        with psycopg.connect(**address) as bare, bare.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                cursor.fetchall()

    return work


CONTENDERS: dict[str, Callable[[Path], Callable[[], dict[str, float] | None]]] = {
    "report": _report,
    "script": _script,
    "fetch": _fetch,
}


def _print_size(size: int, found: dict[str, float]) -> None:
    print(f"\n{size:,} cases".replace(",", " "))
    print(
        f"  report      {found['report_seconds']:8.3f} s   (load {found['report_load']:.3f}, statistics "
        f"{found['report_build']:.3f}, json {found['report_json']:.3f}; peak {found['report_peak']:.0f} MiB)"
    )
    for other, words in (("script", "pandas, tableone, lifelines on CSV"), ("fetch", "bare psycopg fetch")):
        print(
            f"  {other:11} {found[f'{other}_seconds']:8.3f} s   ({words}; peak {found[f'{other}_peak']:.0f} "
            f"MiB); the report takes {found[f'to_{other}']:.2f} times as long",
            flush=True,
        )


def _print_bars(found: dict[int, dict[str, float]]) -> None:
    print()
    for words, what, size, most in BARS:
        value = found.get(size, {}).get(what)
        if value is not None:
            print(f"  {'holds' if value <= most else 'FAILS'}  {words}: {value:.2f} (at most {most:g})")


if __name__ == "__main__":
    main()
