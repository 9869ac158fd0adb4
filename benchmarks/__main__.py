"""Measurements of the project.

python -m benchmarks                      all of them, as they are (make bench)
python -m benchmarks statistics …         one of them, with its arguments: statistics, report, trust, scaling
"""

import sys

from benchmarks import report, scaling, statistics, trust

MEASUREMENTS = {
    "statistics": statistics.main,
    "report": report.main,
    "trust": trust.main,
    "scaling": scaling.main,
}


def main(arguments: list[str]) -> None:
    if not arguments:
        for measure in MEASUREMENTS.values():
            measure([])
    elif arguments[0] in MEASUREMENTS:
        MEASUREMENTS[arguments[0]](arguments[1:])
    else:
        sys.exit(f"no such measurement: {arguments[0]}; there are {', '.join(MEASUREMENTS)}")


main(sys.argv[1:])
