"""The registry's start-up: labels follow the reader's language, the database is guarded."""

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate
from django.utils.functional import lazystr
from django.utils.translation import get_language

from registry import bounds, labels

bounds.watch_models()


class RegistryConfig(AppConfig):
    name = "registry"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = lazystr(labels.Label("Registry", "登记系统"))

    def ready(self) -> None:
        from registry import granting, guard, routes, signing  # noqa: F401 (the checks of routes register themselves)
        from registry.accounts import signals  # noqa: F401  (connects itself)
        from registry.audit import erasure
        from registry.guard import checks  # noqa: F401  (registers itself)
        from registry.models.naming import name_others

        labels.follow(get_language)
        name_others(apps.get_models(include_auto_created=True))
        signing.register_kinds()
        granting.register_kinds()
        erasure.register_kind()
        post_migrate.connect(bounds.install, sender=self, dispatch_uid="readable rows")
        post_migrate.connect(guard.install, sender=self, dispatch_uid="guard of the database")
