"""Every measurement of the project: python -m benchmarks (make bench)."""

from benchmarks.report import main

main()
