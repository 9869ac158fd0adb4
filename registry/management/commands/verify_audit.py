"""manage.py verify_audit: is the trail whole, does it explain every row, is it sealed."""

import json

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from registry.audit.keys import NoKey, seal_key
from registry.audit.recorded import as_data, keep
from registry.audit.verify import Report, verify


class Command(BaseCommand):
    help = "Verifies the trail: chain, live rows, clock, seals, anchors. Ends with 1 if anything was found."

    def add_arguments(self, parser):
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *, format, **options):
        using = "seal" if "seal" in connections else "owner"
        try:
            key = seal_key()
        except NoKey:
            key = None
        report = verify(using, key)
        keep(report, settings.VERIFICATION_FILE)
        told = json.dumps(as_data(report), indent=1, ensure_ascii=False) if format == "json" else text(report)
        self.stdout.write(told)
        if not report.ok:
            raise SystemExit(1)


def text(report: Report) -> str:
    """The report for people."""
    seconds = (report.ended - report.begun).total_seconds()
    seals = report.seals
    lines = [
        f"{report.events} events of {report.rows} rows in {report.tables} tables, {seals.seals} seals: "
        f"{len(report.findings)}{' and more' if report.more else ''} findings in {seconds:.1f} s."
    ]
    if not seals.key_known:
        lines.append("The seals were not checked with their key: it is not known here.")
    if not seals.anchors:
        lines.append("No anchor: a superuser who also holds the key can rewrite history (NETLM_SEAL_ANCHOR).")
    if seals.waiting:
        since = f"{seals.waiting_since:%Y-%m-%d %H:%M:%S %Z}"
        lines.append(f"{seals.waiting} events wait for their seal, the oldest since {since}.")
    lines += [f"FOUND {one.kind}: {one.place}: {one.label.en}" for one in report.findings]
    return "\n".join(lines)
