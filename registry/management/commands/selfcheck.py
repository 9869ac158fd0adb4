"""manage.py selfcheck: what /health/ready/ asks, by hand; after an upgrade, a restore or a move."""

from django.core.management.base import BaseCommand, CommandError

from registry.operations import health


class Command(BaseCommand):
    help = "Checks what the registry needs to work (docs/operations.md). Ends with 1 if something fails."
    requires_system_checks = []

    def handle(self, **options):
        failed = health.failed()
        for name in health.CHECKS:
            known = "failed" if name in failed else "not asked" if "database" in failed else "in order"
            self.stdout.write(f"{name:<12} {known}")
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}. docs/operations.md says what to do.")
