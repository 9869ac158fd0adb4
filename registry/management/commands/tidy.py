"""python manage.py tidy: throw away drafts that nobody has come back to, and keys of forms long sent."""

from django.core.management.base import BaseCommand

from registry.context import acting
from registry.drafts import tidy_drafts
from registry.once import tidy_sent


class Command(BaseCommand):
    """For a nightly run; nothing of the record is touched."""

    help = "Throws away drafts older than thirty days and the keys of forms sent more than a week ago."

    def handle(self, **options) -> None:
        with acting("tidy"):
            drafts, keys = tidy_drafts(), tidy_sent()
        self.stdout.write(f"{drafts} drafts and {keys} keys of sent forms thrown away.")
