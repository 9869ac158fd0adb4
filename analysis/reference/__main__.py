"""Write R's answers anew: python -m analysis.reference [AREA …]"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from analysis.reference import AREAS, FOLDER, data, run_r


def main(areas: list[str]) -> None:
    rscript = shutil.which("Rscript") or sys.exit("Rscript is not on this machine.")
    with tempfile.TemporaryDirectory() as folder:
        data.export(Path(folder))
        for area in areas:
            try:
                run_r(area, rscript, Path(folder), FOLDER / f"{area}.csv")
            except subprocess.CalledProcessError as error:
                sys.exit(f"{area}.R failed:\n{error.stderr}")
            sys.stdout.write(f"{area}.csv written\n")


main(sys.argv[1:] or list(AREAS))
