"""The door for web servers such as gunicorn: registry.wsgi:application."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "registry.settings")

application = get_wsgi_application()

from registry.gate.wsgi import gated  # noqa: E402  the settings must be there first
from registry.operations.limits import limit_statements  # noqa: E402  the settings must be there first

limit_statements()
application = gated(application)
