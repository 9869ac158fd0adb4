"""How long a statement of the site may take, so that one report cannot keep everybody waiting."""

from __future__ import annotations

from django.conf import settings
from django.db import connections

OF_THE_SITE = ("default", "replica")


def limit_statements() -> None:
    """From the next connection on, the database ends statements of this process that take too long.

    Only the web server calls this: commands and jobs may take their time.
    """
    limit = f"-c statement_timeout={settings.STATEMENT_TIMEOUT * 1000}"
    for alias in OF_THE_SITE:
        if alias in connections.settings:
            options = connections.settings[alias]["OPTIONS"]
            options["options"] = f"{options['options']} {limit}" if "options" in options else limit
