"""manage.py administrator: an administrator of the site, who sees no patient."""

from __future__ import annotations

import getpass

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from registry.context import acting
from registry.models import Membership
from registry.policy import ADMINISTRATOR

ACTOR = "manage.py administrator"


class Command(BaseCommand):
    help = (
        "Make NAME an administrator: somebody who administers users, roles and centres and sees no case. "
        "Every role that an administrator gives waits for a second person, so a new registry needs two."
    )

    def add_arguments(self, parser) -> None:
        parser.add_argument("name", help="the user name; a new account is made if there is none")

    def handle(self, *args, name: str, **options) -> None:
        with acting(ACTOR):
            known = get_user_model().objects.filter(username=name).first()
            user = known or self._account(name)
            user.is_staff = user.is_active = True
            user.save()
            Membership.objects.get_or_create(user=user, centre=None, role=ADMINISTRATOR)
        self.stdout.write(f"{name} is an administrator.\n{name}已成为系统管理员。")

    def _account(self, name: str):
        """A new account with a password that is typed twice."""
        user = get_user_model()(username=name)
        try:
            user.clean_fields(exclude=["password"])
            password = self._password(user)
        except ValidationError as refused:
            raise CommandError("; ".join(refused.messages)) from None
        user.set_password(password)
        return user

    def _password(self, user) -> str:
        first = getpass.getpass(f"Password of {user.username}: ")
        if first != getpass.getpass("The same again: "):
            raise CommandError("The two passwords are not the same.")
        validate_password(first, user)
        return first
