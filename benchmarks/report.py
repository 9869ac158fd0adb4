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
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

SIZES = (31, 1_000, 10_000, 100_000)
REPETITIONS = 3
ROOT = Path(__file__).resolve().parent.parent
MEBI = 1 << 20
TABLES, CASES = "tables", "cases.csv"

# The bars of the project: name, what is compared, at which size, the most it may be.
BARS = (
    ("31 cases, seconds", "report_seconds", 31, 0.5),
    ("1 000 cases, times the script", "to_script", 1_000, 1.0),
    ("10 000 cases, times the script", "to_script", 10_000, 1.0),
    ("100 000 cases, times the script", "to_script", 100_000, 1.0),
    ("100 000 cases, times the bare fetch", "to_fetch", 100_000, 4.0),
    ("100 000 cases, times the cost of 10 000", "growth", 100_000, 11.0),
    ("100 000 cases, peak memory in MiB", "report_peak", 100_000, 2048.0),
)


def main(given: Sequence[str] | None = None) -> None:
    """Measure what the arguments ask for; those of the command line where none are given."""
    arguments = _arguments(given)
    if arguments.measure:
        print(json.dumps(_measure(arguments.measure, arguments.folder)))
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
        _stop_server()
    _print_bars(found)


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description="Cost of the report.")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--repetitions", type=int, default=REPETITIONS)
    parser.add_argument("--measure", choices=CONTENDERS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(given)


def _start_django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")
    django.setup()


def _stop_server() -> None:
    """Before its folder goes."""
    from django.db import connection

    connection.close()
    connection.server.leave()


def _compare(size: int, repetitions: int, folder: Path) -> dict[str, float]:
    """Medians of all contenders at one size, and the medians of their ratios."""
    from benchmarks.throwaway import registry_of

    with registry_of(size) as database:
        _export(folder)
        turns = [
            {name: _in_a_process_of_its_own(name, folder, database) for name in CONTENDERS}
            for _ in range(repetitions)
        ]
    result = {
        f"{name}_{what}": median(turn[name][what] for turn in turns)
        for name in CONTENDERS
        for what in turns[0][name]
    }
    for other in CONTENDERS:
        ratios = (turn["report"]["seconds"] / turn[other]["seconds"] for turn in turns)
        result[f"to_{other}"] = median(ratios)
    return result


def _export(folder: Path) -> None:
    """What the scripts start from: the tables of the record, and the finished table of the cases.

    Stops when the script does not come to the same cases: then it would not do the same work.
    """
    from django.db import connection

    from analysis import cohort
    from benchmarks import plain_script
    from registry.context import acting
    from registry.models import Centre

    tables = folder / TABLES
    tables.mkdir(exist_ok=True)
    with acting("benchmark", one_state=True):
        for name, statement in _statements().items():
            with (
                (tables / f"{name}.csv").open("wb") as file,
                connection.cursor() as cursor,
                cursor.copy(f"COPY ({statement}) TO STDOUT WITH (FORMAT csv, HEADER)") as copy,
            ):
                for block in copy:
                    file.write(block)
        frame = cohort.load(cohort.Definition(), list(Centre.objects.all())).frame
    frame.to_csv(folder / CASES, index=False)
    derived = plain_script.derived(tables)
    different = plain_script.differences(derived, frame)
    if different:
        sys.exit(f"the script and the report do not agree on {different}")


def _statements() -> dict[str, str]:
    """The columns that the report reads, table by table."""
    from analysis.cohort.tables import PATIENT, READ, columns_of

    columns = {name: ("patient_id", *columns_of(name)) for name in READ}
    found = {name: (READ[name][0]._meta.db_table, ", ".join(names)) for name, names in columns.items()}
    found["patients"] = ("registry_patient", ", ".join(("id AS patient_id", *PATIENT)))
    return {name: f"SELECT {names} FROM {table}" for name, (table, names) in found.items()}


def _in_a_process_of_its_own(name: str, folder: Path, database: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.report", "--measure", name, "--folder", str(folder)]
    environment = os.environ | {"NETLM_BENCHMARK_DATABASE": database}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{name} failed:\n{done.stderr}")
    return json.loads(done.stdout)


def _measure(name: str, folder: Path) -> dict[str, float]:
    work = CONTENDERS[name](folder)
    begin = time.perf_counter()
    parts = work()
    seconds = time.perf_counter() - begin
    return {"seconds": seconds, "peak": peak_mib(), **(parts or {})}


def peak_mib() -> float:
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


def _report(_folder: Path) -> Callable[[], dict[str, float]]:
    """The whole report as the command makes it: load, statistics, JSON."""
    _connected()
    from django.utils import timezone

    from analysis import cohort, provenance
    from analysis.render import as_json
    from analysis.reports import REPORTS
    from registry.context import acting
    from registry.models import Centre

    def work() -> dict[str, float]:
        kind, everything = REPORTS["paper"], cohort.Definition()
        moments = [time.perf_counter()]
        with acting("benchmark", one_state=True):
            centres = list(Centre.objects.all())
            change = cohort.latest_change(centres)
            data = cohort.load(everything, centres)
        moments.append(time.perf_counter())
        origin = provenance.of(data, everything, kind.conventions, change, timezone.localtime())
        report = kind.build(data, kind.conventions, origin)
        moments.append(time.perf_counter())
        as_json.document(report, "en")
        moments.append(time.perf_counter())
        load, build, write = (after - before for before, after in zip(moments, moments[1:], strict=False))
        return {"load": load, "build": build, "json": write}

    return work


def _script(folder: Path) -> Callable[[], None]:
    from benchmarks import plain_script

    return lambda: plain_script.from_tables(folder / TABLES) and None


def _finished(folder: Path) -> Callable[[], None]:
    from benchmarks import plain_script

    return lambda: plain_script.from_cases(folder / CASES) and None


def _fetch(_folder: Path) -> Callable[[], None]:
    """The same columns of the same tables, patient by patient, fetched with psycopg and thrown away."""
    _connected()
    import psycopg
    from django.db import connections

    statements = [f"{statement} ORDER BY patient_id" for statement in _statements().values()]
    given = connections["owner"].get_connection_params()  # whom row-level security does not bind
    given["dbname"] = os.environ["NETLM_BENCHMARK_DATABASE"]
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
    "finished": _finished,
    "fetch": _fetch,
}
WORDS = {
    "script": "pandas, tableone, lifelines on the tables as CSV",
    "finished": "the same on one CSV in which all is derived already",
    "fetch": "psycopg, the same columns and nothing else",
}


def _print_size(size: int, found: dict[str, float]) -> None:
    print(f"\n{size:,} cases".replace(",", " "))
    print(
        f"  report   {found['report_seconds']:8.3f} s   load {found['report_load']:.3f}, statistics "
        f"{found['report_build']:.3f}, json {found['report_json']:.3f}; peak {found['report_peak']:.0f} MiB"
    )
    for other, words in WORDS.items():
        seconds, peak, times = (found[name] for name in (f"{other}_seconds", f"{other}_peak", f"to_{other}"))
        print(f"  {other:8} {seconds:8.3f} s   {words}; peak {peak:.0f} MiB")
        print(f"{'':23}the report takes {times:.2f} times as long", flush=True)


def _print_bars(found: dict[int, dict[str, float]]) -> None:
    print()
    for words, what, size, most in BARS:
        value = found.get(size, {}).get(what)
        if value is not None:
            print(f"  {'holds' if value <= most else 'FAILS'}  {words}: {value:.2f} (at most {most:g})")


if __name__ == "__main__":
    main()
