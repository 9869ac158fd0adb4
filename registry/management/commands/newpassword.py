"""manage.py newpassword NAME: a one-time password for somebody, also where nobody can log in any more."""

from django.core.management.base import BaseCommand, CommandError

from registry.accounts import one_time
from registry.context import acting


class Command(BaseCommand):
    help = "Gives a person a one-time password, to be replaced at the next login."

    def add_arguments(self, parser):
        parser.add_argument("name", help="user name")
        parser.add_argument(
            "--lost-factor", action="store_true", help="the second factor is lost and is set up anew as well"
        )

    def handle(self, *, name, lost_factor, **options):
        with acting("manage.py newpassword", reason="one-time password"):
            person = one_time.person(name)
            if person is None:
                raise CommandError(f"There is no active user “{name}”.")
            password = one_time.give(person, "manage.py newpassword", and_forget_factors=lost_factor)
        hours = int(one_time.VALID.total_seconds() // 3600)
        self.stdout.write(f"{password}\nValid for {hours} hours, for choosing an own password only.")
