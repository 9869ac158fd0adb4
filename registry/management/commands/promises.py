"""manage.py promises: what is promised, what was measured, when, at which commit."""

import json

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from registry.promises import Standing, standings


class Command(BaseCommand):
    help = "Prints each promise with the figure that the tests have measured of it."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *, format, **options):
        try:
            found = standings(settings.PROMISES_FILE, settings.PROMISES_RELEASED)
        except (ValueError, OSError, KeyError):
            raise CommandError(
                f"{settings.PROMISES_FILE} cannot be read; “make prove” writes it anew."
            ) from None
        if format == "json":
            self.stdout.write(json.dumps([one.as_data() for one in found], indent=1, ensure_ascii=False))
        else:
            self.stdout.write("\n".join(_lines(found)))


def _lines(found: list[Standing]) -> list[str]:
    lines = []
    for one in found:
        when = f"  {one.date} {one.commit}".rstrip()
        lines += [
            f"{one.promise.id:<4}{one.promise.title.en}: {one.state_label.en}{when}",
            f"    promised  {one.promise.figure.en}",
        ]
        if one.promise.by_process:
            lines.append(f"    how       {one.promise.by_process.en}")
        lines += [f"    measured  {figure}" for figure in one.figures]
        lines += [f"    FAILED    {test}" for test in one.failed]
    return lines
