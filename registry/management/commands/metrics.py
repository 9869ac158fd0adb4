"""manage.py metrics: the counters of this installation's web processes, as /metrics/ tells them."""

from django.core.management.base import BaseCommand

from registry.operations import metrics, watching


class Command(BaseCommand):
    help = "Print the metrics in Prometheus's text format, for a collector that reads files."

    def handle(self, **options):
        self.stdout.write(metrics.exposition(watching.gauges()), ending="")
