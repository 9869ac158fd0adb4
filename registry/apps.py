"""The registry's start-up: labels follow the reader's language, the history is guarded."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.functional import lazystr
from django.utils.translation import get_language

from registry import labels


class RegistryConfig(AppConfig):
    name = "registry"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = lazystr(labels.Label("Registry", "登记系统"))

    def ready(self) -> None:
        from registry.history import install_triggers

        labels.follow(get_language)
        post_migrate.connect(install_triggers, sender=self, dispatch_uid="history triggers")
