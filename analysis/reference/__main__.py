"""Ask the R of this machine.

python -m analysis.reference [AREA …]            write its answers anew
python -m analysis.reference --check [AREA …]    hold our numbers against its answers; change nothing
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from analysis.reference import AREAS, FOLDER, Compared, ask_r, compare, data, run_r


def main(arguments: list[str]) -> None:
    rscript = shutil.which("Rscript") or sys.exit("Rscript is not on this machine.")
    asked = [one for one in arguments if one != "--check"] or list(AREAS)
    work = check if "--check" in arguments else write
    with tempfile.TemporaryDirectory() as folder:
        data.export(Path(folder))
        failed = [area for area in asked if not work(area, rscript, Path(folder))]
    if failed:
        sys.exit(f"failed: {', '.join(failed)}")


def write(area: str, rscript: str, data_folder: Path) -> bool:
    """Write AREA.csv anew. False when R failed."""
    try:
        run_r(area, rscript, data_folder, FOLDER / f"{area}.csv")
    except subprocess.CalledProcessError as error:
        sys.stdout.write(f"{area}.R failed:\n{error.stderr}")
        return False
    sys.stdout.write(f"{area}.csv written\n")
    return True


def check(area: str, rscript: str, data_folder: Path) -> bool:
    """Say how far our numbers are from what R answers now. False when one is too far or has no partner."""
    try:
        now = ask_r(area, rscript, data_folder)
        ours = {one.name: one for one in compare(area)}
    except subprocess.CalledProcessError as error:
        sys.stdout.write(f"{area}.R failed:\n{error.stderr}")
        return False
    except KeyError as error:
        sys.stdout.write(f"{error.args[0]}\n")
        return False
    both = [
        Compared(area, name, now[name], ours[name].ours, ours[name].tolerance)
        for name in now.keys() & ours.keys()
    ]
    alone = now.keys() ^ ours.keys()
    wrong = [one.name for one in both if not one.agrees]
    largest = max((one.difference for one in both if one.difference is not None), default=0.0)
    sys.stdout.write(f"{area:16}{len(both):6} numbers, largest relative difference {largest:.1e}\n")
    for name in (*sorted(alone), *sorted(wrong)):
        sys.stdout.write(f"  {'differs' if name in wrong else 'on one side only'}: {name}\n")
    return not alone and not wrong


main(sys.argv[1:])
